"""Rows of what is due when, by the business clock: one row, one state, compare-and-set."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store.engine_tables import due


class DueState(StrEnum):
    """Where a row is in its life; what comes again and again goes back to waiting."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True)
class DueRow:
    """One piece of work with its time. `key` is the kind itself for what comes again and again."""

    id: str
    kind: str
    key: str
    due_at: datetime
    subject: str = ""
    attempts: int = 0
    cause: str = ""

    @property
    def standing(self) -> bool:
        """True for the one row of a kind that comes again and again."""
        return self.key == self.kind


async def add(tx: AsyncConnection, row: DueRow) -> bool:
    """Add a row; False when its key is there already, whatever became of it."""
    if (await tx.execute(select(due.c.id).where(due.c.key == row.key))).scalar_one_or_none() is not None:
        return False
    values = {name: getattr(row, name) for name in ("id", "kind", "key", "due_at", "subject", "cause")}
    await tx.execute(insert(due).values(state=str(DueState.WAITING), **values))
    return True


async def drop(tx: AsyncConnection, key: str) -> bool:
    """Take a row back before it runs."""
    where = (due.c.key == key) & (due.c.state == DueState.WAITING)
    return (await tx.execute(delete(due).where(where))).rowcount == 1


async def moved(tx: AsyncConnection, key: str, due_at: datetime) -> bool:
    """Give a waiting row another time."""
    where = (due.c.key == key) & (due.c.state == DueState.WAITING)
    return (await tx.execute(update(due).where(where).values(due_at=due_at))).rowcount == 1


async def standing_times(tx: AsyncConnection) -> dict[str, datetime]:
    """Due times of the rows that come again and again, by kind."""
    rows = await tx.execute(select(due.c.kind, due.c.due_at).where(due.c.key == due.c.kind))
    return {row.kind: row.due_at for row in rows}


async def ready(tx: AsyncConnection, kinds: Iterable[str], now: datetime, limit: int) -> list[DueRow]:
    """Waiting rows of these kinds whose time has come, oldest first."""
    query = (
        select(due)
        .where(due.c.state == DueState.WAITING, due.c.due_at <= now, due.c.kind.in_(list(kinds)))
        .order_by(due.c.due_at, due.c.id)
        .limit(limit)
    )
    return [_row(one) for one in (await tx.execute(query)).mappings()]


async def busy(tx: AsyncConnection, kind: str) -> bool:
    """True while a row of this kind runs somewhere."""
    query = select(due.c.id).where(due.c.kind == kind, due.c.state == DueState.RUNNING).limit(1)
    return (await tx.execute(query)).scalar_one_or_none() is not None


async def begin(tx: AsyncConnection, row_id: str, owner: str, now: datetime) -> bool:
    """Take a waiting row to run it; False when another process was faster."""
    where = (due.c.id == row_id) & (due.c.state == DueState.WAITING)
    values = {"state": str(DueState.RUNNING), "owner": owner, "ran_at": now, "attempts": due.c.attempts + 1}
    return (await tx.execute(update(due).where(where).values(**values))).rowcount == 1


async def end(
    tx: AsyncConnection, row_id: str, owner: str, state: DueState, *, detail: str = "", **values: object
) -> bool:
    """Leave a row this process ran; False when it was taken away meanwhile."""
    where = (due.c.id == row_id) & (due.c.state == DueState.RUNNING) & (due.c.owner == owner)
    done = update(due).where(where).values(state=str(state), owner="", detail=detail[:500], **values)
    return (await tx.execute(done)).rowcount == 1


async def abandoned(tx: AsyncConnection, live: frozenset[str]) -> bool:
    """True when a dead process was running a row."""
    where = (due.c.state == DueState.RUNNING) & due.c.owner.not_in(sorted(live))
    return (await tx.execute(select(due.c.id).where(where).limit(1))).scalar_one_or_none() is not None


async def free(tx: AsyncConnection, live: frozenset[str]) -> int:
    """Let rows wait again that a dead process was running; returns how many."""
    where = (due.c.state == DueState.RUNNING) & due.c.owner.not_in(sorted(live))
    return (await tx.execute(update(due).where(where).values(state=str(DueState.WAITING), owner=""))).rowcount


async def next_due(tx: AsyncConnection, kinds: Iterable[str]) -> datetime | None:
    """When the next waiting row of these kinds is due."""
    query = select(func.min(due.c.due_at)).where(due.c.state == DueState.WAITING, due.c.kind.in_(list(kinds)))
    return (await tx.execute(query)).scalar_one_or_none()


async def of_unknown_kinds(tx: AsyncConnection, kinds: Iterable[str]) -> list[str]:
    """Kinds that rows wait for although nothing handles them."""
    query = select(due.c.kind).where(due.c.state == DueState.WAITING, due.c.kind.not_in(list(kinds)))
    return sorted(set((await tx.execute(query)).scalars()))


async def prune(tx: AsyncConnection, before: datetime) -> int:
    """Drop single rows that were finished long ago."""
    where = (due.c.state == DueState.DONE) & (due.c.due_at < before)
    return (await tx.execute(delete(due).where(where))).rowcount


def _row(one) -> DueRow:  # type: ignore[no-untyped-def]
    return DueRow(
        one["id"], one["kind"], one["key"], one["due_at"], one["subject"], one["attempts"], one["cause"]
    )
