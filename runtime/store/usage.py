"""How often an agent did a kind of act, by day and by hour: counters, so that a decision asks for them cheaply."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store.rows import insert_new
from runtime.store.tables import counters

DAYS = 60  # how far back a usual day is looked for


async def count(tx: AsyncConnection, agent: str, action: str, now: datetime) -> None:
    """Count one act that was not refused."""
    for name, period in ((_days(agent, action), _day(now)), (_hours(agent, action), _hour(now))):
        row = {"name": name, "period": period, "used": 0}
        await insert_new(tx, counters, row, unique=["name", "period"])
        where = (counters.c.name == name) & (counters.c.period == period)
        await tx.execute(update(counters).where(where).values(used=counters.c.used + 1))


async def earlier_days(tx: AsyncConnection, agent: str, action: str, now: datetime) -> list[int]:
    """Acts of every earlier day on which there were any, within the last 60 days."""
    values = {"of": _days(agent, action), "today": _day(now), "first": _day(now - timedelta(days=DAYS))}
    return [int(used) for used in (await tx.execute(_EARLIER, values)).scalars()]


_EARLIER = select(counters.c.used).where(
    counters.c.name == bindparam("of"),
    counters.c.period < bindparam("today"),
    counters.c.period >= bindparam("first"),
)


async def last_hour(tx: AsyncConnection, agent: str, action: str, now: datetime) -> int:
    """Acts in this hour of the clock and the one before: never less than those of the last 60 minutes."""
    periods = {"this": _hour(now), "last": _hour(now - timedelta(hours=1))}
    query = await tx.execute(_IN_HOURS, {"of": _hours(agent, action), **periods})
    return sum(int(used) for used in query.scalars())


_IN_HOURS = select(counters.c.used).where(
    counters.c.name == bindparam("of"), counters.c.period.in_([bindparam("this"), bindparam("last")])
)


def _days(agent: str, action: str) -> str:
    return f"acts:{action}:{agent}"[:120]


def _hours(agent: str, action: str) -> str:
    return f"hour:{action}:{agent}"[:120]


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


def _hour(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H}"
