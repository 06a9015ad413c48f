"""Walking the audit chain from where it was last found sound, so that a look at every turn stays cheap."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store import audit
from runtime.store.audit import GENESIS, Head
from runtime.store.tables import audit as records

START = Head(0, GENESIS)


@dataclass(frozen=True)
class Walked:
    """How far the chain was walked, and what does not fit."""

    to: Head
    first_bad: int | None = None
    problem: str = ""
    key: str = ""  # names the break the same way however often it is found


async def walk(tx: AsyncConnection, start: Head) -> Walked:
    """Check every record after `start`, and that `start` itself is still there."""
    if await audit.hash_at(tx, start.records) != start.hash:
        return Walked(start, start.records, "it is gone or was changed since it was found sound")
    seq, prev = start.records, start.hash
    rows = await tx.stream(select(records).where(records.c.seq > seq).order_by(records.c.seq))
    async for row in rows:
        own = audit.record_hash(row.seq, row.at, row.kind, row.subject, row.by, row.body, row.prev_hash)
        if row.seq != seq + 1 or row.prev_hash != prev or row.hash != own:
            return Walked(Head(row.seq, row.hash), row.seq, f"record {row.seq} does not fit")
        seq, prev = row.seq, row.hash
    return Walked(Head(seq, prev))


async def against(tx: AsyncConnection, walked: Walked, kept: Head | None, *, expected: bool) -> Walked:
    """Hold the end of the chain against the signed head that was read before this transaction began."""
    if walked.problem or (kept is None and not expected):
        return walked
    if kept is None:
        return Walked(walked.to, None, "the signed head is missing or was not written by us", "no head")
    if await audit.hash_at(tx, kept.records) == kept.hash:
        return walked
    gone = kept.records - walked.to.records
    problem = f"{gone} records at the end are gone" if gone > 0 else "the chain was written anew"
    first = walked.to.records + 1 if gone > 0 else kept.records
    return Walked(walked.to, first, problem, f"head {kept.records} {kept.hash[:12]}")


async def last_at(tx: AsyncConnection) -> datetime | None:
    """When the last record was made."""
    query = select(records.c.at).order_by(records.c.seq.desc()).limit(1)
    return (await tx.execute(query)).scalar_one_or_none()
