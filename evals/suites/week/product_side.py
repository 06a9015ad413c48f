"""What the product wrote down, read once after it has stopped: mails in and out, meetings, tasks, who is left alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import suppression
from runtime.settings import Settings
from runtime.store import audit, people
from runtime.store.deal_tables import deals, tasks
from runtime.store.tables import approvals, contacts, outbox
from runtime.store.talk_tables import inbound, meetings, threads
from service.bootstrap import House, open_house

Row = dict[str, Any]


@dataclass(frozen=True)
class Records:
    """Rows as they are stored."""

    outbox: list[Row]
    inbound: list[Row]
    threads: list[Row]
    meetings: list[Row]
    deals: list[Row]
    tasks: list[Row]
    approvals: list[Row]
    contacts: dict[str, Row]  # by address
    left_alone: frozenset[str]  # addresses that are suppressed
    chain_ok: bool
    now: datetime


async def read_records(settings: Settings) -> Records:
    """Open the house once more and read."""
    async with open_house(settings) as house, house.database.read() as tx:
        came = await _all(tx, inbound)
        known = {row["email"].lower(): row for row in await _all(tx, contacts) if row["email"]}
        written = {row["from_address"].lower() for row in came}
        alone = {one for one in {*known, *written} if one and await _suppressed(tx, house, one)}
        verified = await audit.verify(tx)
        return Records(
            await _all(tx, outbox),
            came,
            await _all(tx, threads),
            await _all(tx, meetings),
            await _all(tx, deals),
            await _all(tx, tasks),
            await _all(tx, approvals),
            known,
            frozenset(alone),
            verified.ok,
            await house.clock.now(),
        )


async def _all(tx: AsyncConnection, table: Table) -> list[Row]:
    return [dict(row) for row in (await tx.execute(select(table))).mappings()]  # type: ignore[misc]


async def _suppressed(tx: AsyncConnection, house: House, address: str) -> bool:
    return await people.suppressed(tx, suppression.hashes_of(house.terms.salt, address)) is not None
