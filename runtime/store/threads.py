"""Threads with people outside: who, about what, and where the lead stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store.rows import by, change_one, label_columns
from runtime.store.tables import contacts, outbox
from runtime.store.talk_tables import inbound, threads

MOST_IDS = 200  # Message-IDs that are looked for at once


async def make(tx: AsyncConnection, row: dict[str, Any]) -> None:
    """Open a thread."""
    label = row.pop("label")
    await tx.execute(_MAKE, {**row, **label_columns(label)})


_MAKE = insert(threads)


async def one(tx: AsyncConnection, thread_id: str) -> dict[str, Any] | None:
    """One thread."""
    row = (await tx.execute(by(threads.c.id), {"id": thread_id})).mappings().one_or_none()
    return dict(row) if row else None


async def of_contact(tx: AsyncConnection, contact_id: str) -> list[dict[str, Any]]:
    """The threads of a contact, newest first."""
    return [dict(row) for row in (await tx.execute(_OF_CONTACT, {"contact": contact_id})).mappings()]


_OF_CONTACT = (
    select(threads).where(threads.c.contact_id == bindparam("contact")).order_by(threads.c.made_at.desc())
)


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
    await change_one(tx, threads.c.id, thread_id, values)


async def mails_with_id(tx: AsyncConnection, message_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Our own mails (intents) with one of these Message-IDs, newest first."""
    return await _with_ids(tx, _OURS, message_ids)


async def inbound_with_id(tx: AsyncConnection, message_ids: Sequence[str]) -> list[dict[str, Any]]:
    """Mails that came in before with one of these Message-IDs."""
    return await _with_ids(tx, _CAME_IN, message_ids)


async def _with_ids(tx: AsyncConnection, query: Select[Any], ids: Sequence[str]) -> list[dict[str, Any]]:
    if not ids:
        return []
    return [dict(row) for row in (await tx.execute(query, {"ids": list(ids)[:MOST_IDS]})).mappings()]


_IDS = bindparam("ids", expanding=True)
_OURS = select(outbox).where(outbox.c.message_id.in_(_IDS)).order_by(outbox.c.made_at.desc())
_CAME_IN = select(inbound).where(inbound.c.message_id.in_(_IDS)).order_by(inbound.c.came_at.desc())


async def contacts_at(tx: AsyncConnection, address: str) -> list[str]:
    """Ids of contacts with this address (compared in lower case), the oldest first."""
    return list((await tx.execute(_AT, {"address": address.lower()})).scalars())


_AT = (
    select(contacts.c.id)
    .where(func.lower(contacts.c.email) == bindparam("address"))
    .order_by(contacts.c.made_at)
)


@dataclass(frozen=True)
class Lead:
    """Where one person of a campaign stands."""

    state: str = ""  # "" before the first mail
    until: datetime | None = None  # they want to be left alone until then


async def lead(tx: AsyncConnection, campaign_id: str, contact_id: str) -> Lead:
    """Where one person of a campaign stands, by their newest thread; they rest as long as any of theirs says."""
    rows = (await tx.execute(_LEAD, {"campaign": campaign_id, "contact": contact_id})).all()
    until = max((row.until for row in rows if row.until is not None), default=None)
    return Lead(rows[0].state, until) if rows else Lead()


_LEAD = (
    select(threads.c.state, threads.c.until)
    .where(threads.c.contact_id == bindparam("contact"), threads.c.campaign_id == bindparam("campaign"))
    .order_by(threads.c.made_at.desc(), threads.c.id)
)


async def states_of(tx: AsyncConnection, campaign_id: str) -> dict[str, str]:
    """Where each person of a campaign stands."""
    return {row.contact_id: row.state for row in await tx.execute(_STATES, {"campaign": campaign_id})}


_STATES = select(threads.c.contact_id, threads.c.state).where(threads.c.campaign_id == bindparam("campaign"))


async def counts(tx: AsyncConnection) -> dict[str, int]:
    """Threads by state."""
    query = select(threads.c.state, func.count()).group_by(threads.c.state)
    return {state: number for state, number in (await tx.execute(query)).all()}
