"""Intents to act outside: one row, one state, compare-and-set."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Column, ColumnElement, Update, and_, bindparam, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.decisions import OutboxState
from runtime.store.rows import by, insert_new
from runtime.store.tables import outbox

MAILS = ("send_email", "answer_mail")
OPEN = (OutboxState.QUEUED, OutboxState.CLAIMED, OutboxState.IN_DOUBT)
COUNTED = ("sent", "claimed", "in_doubt", "held")  # left, or may have
LEFT_AT = func.coalesce(outbox.c.sent_at, outbox.c.due_at)  # the index ix_outbox_left says the same
_SINCE = bindparam("since", type_=outbox.c.due_at.type)


async def enqueue(tx: AsyncConnection, row: dict[str, Any]) -> bool:
    """Add an intent; False when the business fact is already there (G14)."""
    return await insert_new(tx, outbox, row, unique=["key"])


async def first_mail_at(tx: AsyncConnection) -> datetime | None:
    """When our first mail was due or left; None when nobody was ever written to."""
    found = select(outbox.c.sent_at, outbox.c.due_at).where(outbox.c.kind.in_(MAILS)).order_by(LEFT_AT)
    row = (await tx.execute(found.limit(1))).one_or_none()
    return (row.sent_at or row.due_at) if row else None


async def by_key(tx: AsyncConnection, key: str) -> dict[str, Any] | None:
    """The intent of a business fact."""
    row = (await tx.execute(by(outbox.c.key), {"key": key})).mappings().one_or_none()
    return dict(row) if row else None


async def one(tx: AsyncConnection, outbox_id: str) -> dict[str, Any] | None:
    """One intent."""
    row = (await tx.execute(by(outbox.c.id), {"id": outbox_id})).mappings().one_or_none()
    return dict(row) if row else None


async def is_queued(tx: AsyncConnection, outbox_id: str) -> bool:
    """True while nobody took or cancelled an intent."""
    query = select(outbox.c.state).where(outbox.c.id == outbox_id)
    return (await tx.execute(query)).scalar_one_or_none() == OutboxState.QUEUED


async def due(
    tx: AsyncConnection, now: datetime, limit: int, after: tuple[datetime, str] | None = None
) -> list[dict[str, Any]]:
    """Queued intents whose time has come, oldest first; `after` (due time, id) gives the next page."""
    query = (
        select(outbox)
        .where(outbox.c.state == OutboxState.QUEUED, outbox.c.due_at <= now)
        .order_by(outbox.c.due_at, outbox.c.id)
        .limit(limit)
    )
    if after is not None:
        moment, last = after
        query = query.where(
            or_(outbox.c.due_at > moment, and_(outbox.c.due_at == moment, outbox.c.id > last))
        )
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def next_due(tx: AsyncConnection) -> datetime | None:
    """When the next queued intent is due."""
    query = select(func.min(outbox.c.due_at)).where(outbox.c.state == OutboxState.QUEUED)
    return (await tx.execute(query)).scalar_one_or_none()


async def in_state(tx: AsyncConnection, state: OutboxState) -> list[dict[str, Any]]:
    """All intents of one state."""
    query = select(outbox).where(outbox.c.state == state).order_by(outbox.c.id)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def move(
    tx: AsyncConnection,
    outbox_id: str,
    seen: Sequence[OutboxState],
    to: OutboxState,
    *,
    held_by: str = "",
    **values: object,
) -> bool:
    """Compare-and-set: move an intent only from a state the caller saw, and a claim only if it is theirs."""
    values = {**values, "state": str(to)}
    statement = _move(tuple(str(state) for state in seen), bool(held_by), tuple(sorted(values)))
    given = {f"to_{name}": value for name, value in values.items()}
    return (await tx.execute(statement, {**given, "is": outbox_id, "held_by": held_by})).rowcount == 1


@cache
def _move(seen: tuple[str, ...], held: bool, names: tuple[str, ...]) -> Update:
    where = (outbox.c.id == bindparam("is")) & _among(outbox.c.state, seen)
    if held:
        where &= outbox.c.owner == bindparam("held_by")
    new = {name: bindparam(f"to_{name}", type_=outbox.c[name].type) for name in names}
    return update(outbox).where(where).values(new)


async def postpone_due(tx: AsyncConnection, now: datetime, until: datetime, why: str) -> int:
    """Put everything off that is due now; returns how many."""
    where = (outbox.c.state == OutboxState.QUEUED) & (outbox.c.due_at <= now)
    return (await tx.execute(update(outbox).where(where).values(due_at=until, detail=why))).rowcount


async def postpone(tx: AsyncConnection, outbox_id: str, due_at: datetime, why: str) -> None:
    """Put a queued intent off."""
    where = (outbox.c.id == outbox_id) & (outbox.c.state == OutboxState.QUEUED)
    await tx.execute(update(outbox).where(where).values(due_at=due_at, detail=why))


async def cancel_touches(tx: AsyncConnection, contact_id: str, code: str, detail: str) -> int:
    """Cancel what a campaign still has queued for a person; answers to them are none of it."""
    values = {"of": contact_id, "to_code": code, "to_detail": detail}
    return (await tx.execute(_CANCEL_TOUCHES, values)).rowcount


_CANCEL_TOUCHES = (
    update(outbox)
    .where(outbox.c.contact_id == bindparam("of"), outbox.c.kind == "send_email", outbox.c.state == "queued")
    .values(state="cancelled", code=bindparam("to_code"), detail=bindparam("to_detail"))
)


async def left_since(tx: AsyncConnection, since: datetime) -> int:
    """How many mails left since a moment, or may have.

    A claimed or doubtful intent counts at its due time, which the claim sets to its own business time:
    a cap must hold even if it did arrive.
    """
    return int((await tx.execute(_LEFT_SINCE, {"since": since})).scalar_one())


def _among(column: Column[str], values: Sequence[str]) -> ColumnElement[bool]:
    """One of a few; the library writes a statement with `in_` anew for every run."""
    return or_(*(column == value for value in values))


_LEFT_SINCE = (
    select(func.count())
    .select_from(outbox)
    .where(_among(outbox.c.kind, MAILS), text(f"outbox.state IN {COUNTED}"), LEFT_AT >= _SINCE)
)


async def touches_of(tx: AsyncConnection, campaign_id: str, contact_id: str) -> list[dict[str, Any]]:
    """The intents of one campaign for one person."""
    query = select(outbox).where(outbox.c.campaign_id == campaign_id, outbox.c.contact_id == contact_id)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def counts(tx: AsyncConnection, campaign_id: str = "") -> dict[str, int]:
    """Intents by state."""
    query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
    if campaign_id:
        query = query.where(outbox.c.campaign_id == campaign_id)
    return {state: number for state, number in (await tx.execute(query)).all()}


async def of_campaign(tx: AsyncConnection, campaign_id: str) -> list[dict[str, Any]]:
    """All intents of a campaign, oldest first."""
    query = select(outbox).where(outbox.c.campaign_id == campaign_id).order_by(outbox.c.due_at, outbox.c.id)
    return [dict(row) for row in (await tx.execute(query)).mappings()]
