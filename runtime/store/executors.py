"""Which processes live: one row each, renewed by the database's own clock."""

from dataclasses import dataclass

from sqlalchemy import Float, delete, insert, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store.engine_tables import executors


@dataclass(frozen=True)
class Executor:
    """One process; `age` is the seconds since its last beat."""

    id: str
    role: str
    version: str
    age: float


def _now(tx: AsyncConnection):  # type: ignore[no-untyped-def]
    """The database's clock in seconds: beats of several machines are compared, so none of theirs will do."""
    if tx.dialect.name == "sqlite":
        return literal_column("((julianday('now') - 2440587.5) * 86400.0)", Float)
    return literal_column("CAST(extract(epoch FROM clock_timestamp()) AS DOUBLE PRECISION)", Float)


async def beat(tx: AsyncConnection, executor_id: str, role: str, version: str) -> bool:
    """Say that a process lives; False when its row was not there (it is new, or was declared dead)."""
    renewed = update(executors).where(executors.c.id == executor_id).values(beat_at=_now(tx))
    if (await tx.execute(renewed)).rowcount == 1:
        return True
    moments = {"started_at": _now(tx), "beat_at": _now(tx)}
    await tx.execute(insert(executors).values(id=executor_id, role=role, version=version, **moments))
    return False


async def listed(tx: AsyncConnection) -> list[Executor]:
    """Every process that did not say goodbye, youngest beat first."""
    age = (_now(tx) - executors.c.beat_at).label("age")
    query = select(executors.c.id, executors.c.role, executors.c.version, age).order_by(age)
    return [Executor(row.id, row.role, row.version, float(row.age)) for row in await tx.execute(query)]


async def live(tx: AsyncConnection, ttl: float) -> frozenset[str]:
    """Ids of processes whose last beat is younger than `ttl` seconds."""
    return frozenset(one.id for one in await listed(tx) if one.age < ttl)


async def forget(tx: AsyncConnection, executor_id: str) -> None:
    """Drop a process that ended."""
    await tx.execute(delete(executors).where(executors.c.id == executor_id))


async def forget_older(tx: AsyncConnection, seconds: float) -> None:
    """Drop rows of processes that have been dead for long."""
    await tx.execute(delete(executors).where(executors.c.beat_at < _now(tx) - seconds))
