"""Signals about the decisions of agents, read from the audit chain and from what came back. Reads only."""

from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from datetime import datetime
from sys import intern
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.outcomes import Outcome, Sign, stamp_of, substantially
from runtime.store.harms import BOUNCED, COMPLAINED, OPTED_OUT
from runtime.store.tables import audit, decisions, events, outbox, proposals
from runtime.store.talk_tables import offers

_RECORDS = {
    "approved": Sign.APPROVED,
    "rejected": Sign.REJECTED,
    "edited": Sign.EDITED,
    "undone": Sign.UNDONE,
    "done": Sign.DONE,
    "sent": Sign.DONE,
    "not_sent": Sign.REFUSED_LATE,
}
_EVENTS = {COMPLAINED: Sign.COMPLAINT, BOUNCED: Sign.BOUNCE, OPTED_OUT: Sign.OPT_OUT}
_DECISION = (
    decisions.c.id.label("decision_id"),
    decisions.c.verdict,
    decisions.c.risk,
    proposals.c.kind.label("action"),
    proposals.c.actor,
)
_PAGE = 100  # records
SHOWS_INTENT = frozenset(
    {"G1", "G4", "G5", "G6", "G9", "G10", "G12", "G20"}
)  # not: too late, stopped, too many


@dataclass(frozen=True)
class Moved:
    """When an earned level was last moved: its record and the ordered part of the decision's id."""

    seq: int = 0
    stamp: str = ""
    at: datetime | None = None

    def before(self, outcome: Outcome) -> bool:
        """True when the move came before the signal."""
        return outcome.seq > self.seq if outcome.seq else outcome.stamp > self.stamp


async def of_agents(tx: AsyncConnection) -> list[Outcome]:
    """Every signal about decisions that agents proposed, in the order of the chain, then what came back."""
    found = [*await _recorded(tx), *await _opted_out(tx), *await _came_back(tx), *await _breaches(tx)]
    return sorted(found, key=lambda one: (one.at, one.seq))


async def position(tx: AsyncConnection) -> tuple[int, int]:
    """Grows whenever there may be a new signal: the last record and how much came back."""
    last = (await tx.execute(select(func.coalesce(func.max(audit.c.seq), 0)))).scalar_one()
    query = select(func.count()).where(events.c.kind.in_(list(_EVENTS)))
    return int(last), int((await tx.execute(query)).scalar_one())


async def moves(tx: AsyncConnection) -> dict[tuple[str, str], Moved]:
    """The last move of each agent and kind of act."""
    query = (
        select(audit.c.seq, audit.c.at, decisions.c.id, proposals.c.action)
        .join(decisions, decisions.c.id == audit.c.subject)
        .join(proposals, proposals.c.id == decisions.c.proposal_id)
        .where(proposals.c.kind == "change_autonomy", audit.c.kind.in_(["done", "undone"]))
        .order_by(audit.c.seq)
    )
    return {
        (row.action["agent"], row.action["action_kind"]): Moved(row.seq, stamp_of(row.id), row.at)
        for row in await tx.execute(query)
    }


async def _recorded(tx: AsyncConnection) -> list[Outcome]:
    found = []
    async for rows in _pages(tx):
        small = await _small_edits(tx, {row.id for row in rows if row.kind == "edited"})
        found += [
            _outcome(
                row,
                Sign.TOUCHED if row.kind == "edited" and row.id in small else _RECORDS[row.kind],
                row.at,
                seq=row.seq,
                ask=str((row.body or {}).get("approval", "")),
            )
            for row in rows
        ]
    return found


async def _pages(tx: AsyncConnection) -> AsyncIterator[list[Any]]:
    """Records that count, some at a time: a row with its reasons is many times as large as what is kept of it."""
    query = (
        select(audit.c.seq, audit.c.at, audit.c.kind, audit.c.body, proposals.c.id, *_DECISION)
        .join(decisions, decisions.c.id == audit.c.subject)
        .join(proposals, proposals.c.id == decisions.c.proposal_id)
        .where(audit.c.kind.in_(list(_RECORDS)))
        .order_by(audit.c.seq)
        .limit(_PAGE)
    )
    last = 0
    while rows := (await tx.execute(query.where(audit.c.seq > last))).all():
        yield [row for row in rows if _counts(row)]
        last = rows[-1].seq


def _counts(row: Any) -> bool:
    """An agent's own, and not a mail that only came too late."""
    late = row.kind == "not_sent" and (row.body or {}).get("code") != "refused"
    return row.actor.get("kind") == "agent" and not late


async def _small_edits(tx: AsyncConnection, proposal_ids: set[str]) -> set[str]:
    """Those of these proposals whose text a person changed by a few words only."""
    small = set()
    for some in _parts(sorted(proposal_ids)):
        after = proposals.alias()
        query = (
            select(proposals.c.id, proposals.c.action, after.c.action.label("edited"))
            .join(after, after.c.cause == proposals.c.id)
            .where(proposals.c.id.in_(some))
            .order_by(after.c.made_at)
        )
        for row in await tx.execute(query):
            if substantially(_text(row.action), _text(row.edited)):
                small.discard(row.id)
            else:
                small.add(row.id)
    return small


def _text(action: dict[str, Any]) -> str:
    return f"{action.get('subject', '')}\n{action.get('body', '')}"


async def _came_back(tx: AsyncConnection) -> list[Outcome]:
    query = (
        select(
            events.c.id, events.c.kind, events.c.body, events.c.at, outbox.c.id.label("intent"), *_DECISION
        )
        .join(outbox, outbox.c.id == events.c.subject)
        .join(decisions, decisions.c.id == outbox.c.decision_id)
        .join(proposals, proposals.c.id == decisions.c.proposal_id)
        .where(events.c.kind.in_(list(_EVENTS)))
    )
    return [
        _outcome(row, _EVENTS[row.kind], row.at, stamp=stamp_of(row.id))
        for row in await tx.execute(query)
        if row.actor.get("kind") == "agent"
        and not (row.kind == BOUNCED and (row.body or {}).get("hard") is False)
    ]


async def _opted_out(tx: AsyncConnection) -> list[Outcome]:
    """Suppressions carried out, held against the last mail that person got before."""
    query = (
        select(audit.c.seq, audit.c.at, proposals.c.action)
        .join(decisions, decisions.c.id == audit.c.subject)
        .join(proposals, proposals.c.id == decisions.c.proposal_id)
        .where(proposals.c.kind == "suppress", audit.c.kind == "done")
    )
    found = []
    for row in (await tx.execute(query)).all():
        mail = (
            select(*_DECISION)
            .join(outbox, outbox.c.decision_id == decisions.c.id)
            .join(proposals, proposals.c.id == decisions.c.proposal_id)
            .where(outbox.c.contact_id == row.action.get("contact_id", ""), outbox.c.sent_at <= row.at)
            .order_by(outbox.c.sent_at.desc())
            .limit(1)
        )
        last = (await tx.execute(mail)).one_or_none()
        if last is not None and last.actor.get("kind") == "agent":
            found.append(_outcome(last, Sign.OPT_OUT, row.at, seq=row.seq))
    return found


async def _breaches(tx: AsyncConnection) -> list[Outcome]:
    """Refused proposals that broke a rule which the agent could know."""
    query = (
        select(audit.c.seq, audit.c.at, decisions.c.hits, proposals.c.action.label("proposed"), *_DECISION)
        .join(audit, audit.c.subject == decisions.c.id)
        .join(proposals, proposals.c.id == decisions.c.proposal_id)
        .where(decisions.c.verdict == "refuse", audit.c.kind == "decision")
    )
    rows = [row for row in await tx.execute(query) if row.actor.get("kind") == "agent" and _broken(row.hits)]
    return [
        _outcome(row, Sign.BREACH, row.at, seq=row.seq)
        for row in rows
        if _broken(row.hits) != {"G9"} or not await _came_too_late(tx, row.proposed)
    ]


def _broken(hits: Iterable[dict[str, Any]]) -> set[str]:
    return {hit["rule"] for hit in hits if hit["verdict"] == "refuse"} & SHOWS_INTENT


async def _came_too_late(tx: AsyncConnection, action: dict[str, Any]) -> bool:
    """True for a meeting with one person at a time offered to them that is over or taken by now: a race, no breach."""
    stated, contact_id = action.get("starts_at"), action.get("contact_id", "")
    if not stated or not set(action.get("attendees", ())) <= {contact_id}:
        return False
    query = select(func.count()).where(
        offers.c.contact_id == contact_id, offers.c.starts_at == datetime.fromisoformat(stated), offers.c.sent
    )
    return bool((await tx.execute(query)).scalar_one())


def _outcome(row: Any, sign: Sign, at: datetime, *, seq: int = 0, stamp: str = "", ask: str = "") -> Outcome:
    points = [int(part["points"]) - int(part.get("raised", 0)) for part in row.risk]
    return Outcome(
        decision_id=row.decision_id,
        agent=intern(str(row.actor.get("name", ""))),
        action=intern(row.action),
        verdict=intern(row.verdict),
        points=max(0, min(10, max(points, default=10))),
        sign=sign,
        at=at,
        seq=seq,
        stamp=stamp,
        ask=ask,
    )


def _parts(ids: list[str], size: int = 400) -> Iterable[list[str]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))
