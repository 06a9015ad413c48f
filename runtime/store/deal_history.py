"""What happened around a deal: mails both ways, meetings, how long stages last, who was found. No judgement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.actions import ACTION_CLASSES, Mail
from runtime.store.deal_tables import deal_moves, deals, stakeholders, tasks
from runtime.store.tables import contacts, decisions, outbox, proposals
from runtime.store.talk_tables import inbound, meetings

_LETTERS = tuple(kind for kind, one in ACTION_CLASSES.items() if issubclass(one, Mail))
MOST_MAILS = 500


async def mails_from(tx: AsyncConnection, account_id: str) -> list[dict[str, Any]]:
    """The newest mails people of an account wrote, oldest first."""
    people = select(contacts.c.id).where(contacts.c.account_id == account_id)
    theirs = (inbound.c.account_id == account_id) | inbound.c.contact_id.in_(people)
    query = select(inbound).where(theirs, inbound.c.kind == "human")
    query = query.order_by(inbound.c.came_at.desc(), inbound.c.id.desc()).limit(MOST_MAILS)
    return [dict(row) for row in reversed((await tx.execute(query)).mappings().all())]


async def last_sent(tx: AsyncConnection, account_id: str) -> datetime | None:
    """When our last mail to anybody at an account left."""
    query = select(func.max(outbox.c.sent_at)).where(
        outbox.c.account_id == account_id, outbox.c.state == "sent", outbox.c.kind.in_(_LETTERS)
    )
    return (await tx.execute(query)).scalar_one_or_none()


async def meetings_with(tx: AsyncConnection, account_id: str) -> list[dict[str, Any]]:
    """Every meeting with people of an account, in order of time."""
    people = select(contacts.c.id).where(contacts.c.account_id == account_id)
    theirs = (meetings.c.account_id == account_id) | meetings.c.contact_id.in_(people)
    query = select(meetings).where(theirs).order_by(meetings.c.starts_at, meetings.c.id)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def held(tx: AsyncConnection) -> list[dict[str, Any]]:
    """Meetings that were held, in order of time."""
    query = select(meetings).where(meetings.c.state == "held").order_by(meetings.c.ends_at)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def days_in(tx: AsyncConnection, stage: str) -> tuple[float, ...]:
    """How many days deals stayed in a stage that they left."""
    query = (
        select(deal_moves.c.deal_id, deal_moves.c.before, deal_moves.c.at, deals.c.opened_at)
        .join(deals, deals.c.id == deal_moves.c.deal_id)
        .order_by(deal_moves.c.deal_id, deal_moves.c.at)
    )
    since: dict[str, datetime] = {}
    found: list[float] = []
    for row in await tx.execute(query):
        began = since.get(row.deal_id, row.opened_at)
        if row.before == stage:
            found.append((row.at - began).total_seconds() / 86_400)
        since[row.deal_id] = row.at
    return tuple(found)


async def of_account(tx: AsyncConnection, account_id: str) -> list[dict[str, Any]]:
    """Every deal of an account, the newest first."""
    query = select(deals).where(deals.c.account_id == account_id).order_by(deals.c.opened_at.desc())
    return [dict(row) for row in (await tx.execute(query)).mappings()]


@dataclass(frozen=True)
class Judged:
    """A decision on an act about a deal."""

    id: str
    verdict: str
    action: dict[str, Any]
    made_at: datetime


async def judged(tx: AsyncConnection, kind: str, field: str, wanted: str) -> list[Judged]:
    """Decisions on acts of one kind whose action names this in that field, oldest first."""
    query = (
        select(decisions.c.id, decisions.c.verdict, proposals.c.action, decisions.c.made_at)
        .join(proposals, proposals.c.id == decisions.c.proposal_id)
        .where(proposals.c.kind == kind, proposals.c.action[field].as_string() == wanted)
        .order_by(decisions.c.made_at, decisions.c.id)
    )
    return [Judged(row.id, row.verdict, row.action, row.made_at) for row in await tx.execute(query)]


async def task_wanted(tx: AsyncConnection, task_id: str) -> bool:
    """True when this task was made or put before a person, whatever became of it; a refused one may come again."""
    there = select(tasks.c.id).where(tasks.c.id == task_id)
    if (await tx.execute(there)).scalar_one_or_none() is not None:
        return True
    return any(one.verdict != "refuse" for one in await judged(tx, "add_task", "task_id", task_id))


async def give_title(tx: AsyncConnection, stakeholder_id: str, title: str, role: str, source: str) -> None:
    """Note the title of somebody whose title was not known."""
    where = (stakeholders.c.id == stakeholder_id) & (stakeholders.c.title == "")
    await tx.execute(update(stakeholders).where(where).values(title=title, role=role, source=source))


async def tasks_about(tx: AsyncConnection, about: Sequence[str]) -> list[dict[str, Any]]:
    """Every task about these things, the newest first."""
    query = select(tasks).where(tasks.c.about.in_(list(about))).order_by(tasks.c.made_at.desc())
    return [dict(row) for row in (await tx.execute(query)).mappings()]
