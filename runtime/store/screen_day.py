"""What a day brought, counted as the morning page counts it, and who did it. Reads only."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.decisions import ApprovalState, OutboxState
from runtime.store import inbound as came
from runtime.store.deal_tables import deal_moves, deals
from runtime.store.engine_tables import due
from runtime.store.outbox import LEFT_AT
from runtime.store.screen_lists import INVITATIONS, OWN_PAGE, SAID
from runtime.store.tables import accounts, approval_items, approvals, decisions, outbox, proposals
from runtime.store.talk_tables import inbound, mailboxes, meetings

_AGENT = proposals.c.actor["name"].as_string()


@dataclass(frozen=True)
class DayCounts:
    """A day in numbers."""

    campaign_mails: int
    answers: int
    invitations: int
    not_left: int
    people_wrote: int
    bounces: int
    unreadable: int
    said: tuple[tuple[str, int], ...]
    meetings_made: int
    deals_opened: int
    deals_moved: int
    companies: int
    verdicts: dict[str, int]

    @property
    def decisions(self) -> int:
        """All that was judged."""
        return sum(self.verdicts.values())


async def counts(tx: AsyncConnection, since: datetime) -> DayCounts:
    """The day since a moment."""
    left = (outbox.c.state == OutboxState.SENT) & (since <= LEFT_AT) & (outbox.c.sent_at >= since)
    sent = await _by(tx, outbox.c.kind, left)
    not_left = outbox.c.state.in_(["failed", "held"]) & (outbox.c.due_at >= since)
    kinds = await came.counts(tx, since)
    heard = (inbound.c.came_at >= since) & (inbound.c.kind == "human") & SAID.is_not(None)
    said = Counter(await _by(tx, SAID, heard)).most_common()
    judged = (decisions.c.made_at >= since) & (proposals.c.kind != OWN_PAGE)
    moved = select(deal_moves.c.deal_id).where(deal_moves.c.at >= since)
    joined = decisions.join(proposals, proposals.c.id == decisions.c.proposal_id)
    return DayCounts(
        campaign_mails=sent.get("send_email", 0),
        answers=sent.get("answer_mail", 0),
        invitations=sum(sent.get(kind, 0) for kind in INVITATIONS),
        not_left=sum((await _by(tx, outbox.c.state, not_left)).values()),
        people_wrote=kinds.get("human", 0),
        bounces=kinds.get("bounce", 0),
        unreadable=kinds.get("quarantined", 0),
        said=tuple(said),
        meetings_made=await _count(tx, meetings.c.made_at >= since),
        deals_opened=await _count(tx, deals.c.opened_at >= since),
        deals_moved=await _count(tx, deals.c.id.in_(moved)),
        companies=await _count(tx, accounts.c.made_at >= since),
        verdicts=await _by(tx, decisions.c.verdict, judged, source=joined),
    )


@dataclass(frozen=True)
class Acts:
    """What one agent did of one kind, by verdict, and when last."""

    agent: str
    action: str
    verdict: str
    count: int
    last_at: datetime


async def acts_of_agents(tx: AsyncConnection, since: datetime) -> list[Acts]:
    """What each party proposed since a moment, by kind and verdict."""
    query = (
        select(_AGENT, proposals.c.kind, decisions.c.verdict, func.count(), func.max(decisions.c.made_at))
        .join(proposals, proposals.c.id == decisions.c.proposal_id)
        .where(decisions.c.made_at >= since, proposals.c.kind != OWN_PAGE)
        .group_by(_AGENT, proposals.c.kind, decisions.c.verdict)
    )
    return [Acts(*row) for row in (await tx.execute(query)).all()]


async def asks_of_agents(tx: AsyncConnection) -> dict[str, int]:
    """How many asks of each party wait for a person."""
    query = (
        select(_AGENT, func.count(func.distinct(approvals.c.id)))
        .join(approval_items, approval_items.c.approval_id == approvals.c.id)
        .join(proposals, proposals.c.id == approval_items.c.proposal_id)
        .where(approvals.c.state == ApprovalState.PENDING)
        .group_by(_AGENT)
    )
    return {name: number for name, number in (await tx.execute(query)).all()}


async def asks_count(tx: AsyncConnection) -> int:
    """How many asks wait for a person."""
    return await _count(tx, approvals.c.state == ApprovalState.PENDING)


@dataclass(frozen=True)
class Queued:
    """Mails of one kind that wait to leave."""

    kind: str
    count: int
    next_at: datetime


async def queued(tx: AsyncConnection) -> list[Queued]:
    """What waits to leave, by kind."""
    query = select(outbox.c.kind, func.count(), func.min(outbox.c.due_at)).group_by(outbox.c.kind)
    query = query.where(outbox.c.state == OutboxState.QUEUED, outbox.c.kind != OWN_PAGE)
    return [Queued(*row) for row in (await tx.execute(query)).all()]


async def states_of_mails(tx: AsyncConnection) -> dict[str, int]:
    """Our mails by state, without the morning page to ourselves."""
    return await _by(tx, outbox.c.state, outbox.c.kind != OWN_PAGE)


async def due_next(tx: AsyncConnection, limit: int) -> list[dict[str, Any]]:
    """Unattended work that is running or comes next, soonest first."""
    query = select(due).where(due.c.state.in_(["waiting", "running"])).order_by(due.c.due_at, due.c.id)
    return [dict(row) for row in (await tx.execute(query.limit(limit))).mappings()]


async def due_failed(tx: AsyncConnection, limit: int) -> list[dict[str, Any]]:
    """Unattended work that ended with a fault, the newest first."""
    query = select(due).where(due.c.state == "failed").order_by(due.c.due_at.desc(), due.c.id)
    return [dict(row) for row in (await tx.execute(query.limit(limit))).mappings()]


async def due_states(tx: AsyncConnection) -> dict[str, int]:
    """Unattended work by state."""
    return await _by(tx, due.c.state)


async def mailboxes_now(tx: AsyncConnection) -> list[dict[str, Any]]:
    """Every mailbox with how far and when it was read."""
    return [
        dict(row) for row in (await tx.execute(select(mailboxes).order_by(mailboxes.c.address))).mappings()
    ]


async def _by(tx: AsyncConnection, column: Any, *where: Any, source: Any = None) -> dict[str, int]:
    query = select(column, func.count()).where(*where).group_by(column)
    if source is not None:
        query = query.select_from(source)
    return {str(name): number for name, number in (await tx.execute(query)).all()}


async def _count(tx: AsyncConnection, *where: Any) -> int:
    return int((await tx.execute(select(func.count()).where(*where))).scalar_one())
