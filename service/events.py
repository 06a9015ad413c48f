"""What happened, as events for programs: the records of the audit chain in their order, ids and facts without texts."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store.tables import audit


@dataclass(frozen=True)
class Event:
    """One thing that happened. `id` counts up without gaps, so a reader can go on where it stopped."""

    id: int
    type: str
    subject: str
    at: str
    by: str
    data: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return dict(vars(self))


async def events_after(tx: AsyncConnection, seq: int, *, limit: int) -> list[Event]:
    """The events that follow a number, oldest first."""
    query = select(audit).where(audit.c.seq > seq).order_by(audit.c.seq).limit(limit)
    rows = (await tx.execute(query)).mappings()
    return [
        Event(row["seq"], row["kind"], row["subject"], row["at"].isoformat(), row["by"], row["body"])
        for row in rows
    ]
