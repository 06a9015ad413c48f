"""Threads with people outside: who, about what, and where the lead stands."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store.rows import by, label_columns
from runtime.store.tables import contacts, outbox
from runtime.store.talk_tables import inbound, threads


async def make(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Open a thread."""
    label = row.pop("label")
    await tx.execute(insert(threads).values(**row, **label_columns(label)))


async def one(tx: AsyncConnection, thread_id: str) -> dict[str, Any] | None:
    """One thread."""
    row = (await tx.execute(by(threads.c.id), {"id": thread_id})).mappings().one_or_none()
    return dict(row) if row else None


async def of_contact(tx: AsyncConnection, contact_id: str) -> list[dict[str, Any]]:
    """The threads of a contact, newest first."""
    query = select(threads).where(threads.c.contact_id == contact_id).order_by(threads.c.made_at.desc())
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def in_states(
    tx: AsyncConnection, states: Sequence[str], *, until: datetime | None = None
) -> list[dict[str, Any]]:
    """Threads in these states; with `until` those only whose waiting is over by then."""
    query = select(threads).where(threads.c.state.in_(list(states)))
    if until is not None:
        query = query.where(threads.c.until <= until)
    return [dict(row) for row in (await tx.execute(query.order_by(threads.c.id))).mappings()]


async def change(tx: AsyncConnection, thread_id: str, **values: object) -> None:
    """Change a thread."""
    await tx.execute(update(threads).where(threads.c.id == thread_id).values(**values))


async def mails_with_id(tx: AsyncConnection, message_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Our own mails (intents) with one of these Message-IDs, newest first."""
    if not message_ids:
        return []
    query = select(outbox).where(outbox.c.message_id.in_(list(message_ids)[:200]))
    return [dict(row) for row in (await tx.execute(query.order_by(outbox.c.made_at.desc()))).mappings()]


async def inbound_with_id(tx: AsyncConnection, message_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Mails that came in before with one of these Message-IDs."""
    if not message_ids:
        return []
    query = select(inbound).where(inbound.c.message_id.in_(list(message_ids)[:200]))
    return [dict(row) for row in (await tx.execute(query.order_by(inbound.c.came_at.desc()))).mappings()]


async def contacts_at(tx: AsyncConnection, address: str) -> list[str]:
    """Ids of contacts with this address (compared in lower case)."""
    query = select(contacts.c.id).where(func.lower(contacts.c.email) == address.lower())
    return list((await tx.execute(query.order_by(contacts.c.made_at))).scalars())


async def resting(tx: AsyncConnection, campaign_id: str, contact_id: str) -> datetime | None:
    """Until when a person of a campaign wants to be left alone."""
    values = {"campaign": campaign_id, "contact": contact_id}
    return (await tx.execute(_RESTING, values)).scalar_one_or_none()


_RESTING = select(func.max(threads.c.until)).where(
    threads.c.campaign_id == bindparam("campaign"), threads.c.contact_id == bindparam("contact")
)


async def states_of(tx: AsyncConnection, campaign_id: str) -> dict[str, str]:
    """Where each person of a campaign stands."""
    return {row.contact_id: row.state for row in await tx.execute(_STATES, {"campaign": campaign_id})}


async def state_of(tx: AsyncConnection, campaign_id: str, contact_id: str) -> str:
    """Where one person of a campaign stands; "" before the first mail."""
    values = {"campaign": campaign_id, "contact": contact_id}
    return (await tx.execute(_STATE, values)).scalar_one_or_none() or ""


_STATE = (
    select(threads.c.state)
    .where(threads.c.contact_id == bindparam("contact"), threads.c.campaign_id == bindparam("campaign"))
    .order_by(threads.c.made_at.desc(), threads.c.id)
    .limit(1)
)
_STATES = select(threads.c.contact_id, threads.c.state).where(threads.c.campaign_id == bindparam("campaign"))


async def counts(tx: AsyncConnection) -> dict[str, int]:
    """Threads by state."""
    query = select(threads.c.state, func.count()).group_by(threads.c.state)
    return {state: number for state, number in (await tx.execute(query)).all()}
