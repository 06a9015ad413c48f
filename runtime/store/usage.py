"""How often an agent did a kind of act, by day and by hour: counters, so that a decision asks for them cheaply."""

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Usage:
    """Acts of an agent of one kind."""

    days: tuple[int, ...]  # of every earlier day on which there were any, within the last 60 days
    last_hour: (
        int  # of this hour of the clock and the one before: never less than those of the last 60 minutes
    )


async def of(tx: AsyncConnection, agent: str, action: str, now: datetime) -> Usage:
    """How often an agent did a kind of act."""
    values = {
        "days": _days(agent, action),
        "today": _day(now),
        "first": _day(now - timedelta(days=DAYS)),
        "hours": _hours(agent, action),
        "this": _hour(now),
        "last": _hour(now - timedelta(hours=1)),
    }
    rows = (await tx.execute(_LOOK, values)).all()
    return Usage(
        days=tuple(int(row.used) for row in rows if row.name == values["days"]),
        last_hour=sum(int(row.used) for row in rows if row.name == values["hours"]),
    )


_LOOK = select(counters.c.name, counters.c.used).where(
    (
        (counters.c.name == bindparam("days"))
        & (counters.c.period < bindparam("today"))
        & (counters.c.period >= bindparam("first"))
    )
    | ((counters.c.name == bindparam("hours")) & (counters.c.period == bindparam("this")))
    | ((counters.c.name == bindparam("hours")) & (counters.c.period == bindparam("last")))
)


def _days(agent: str, action: str) -> str:
    return f"acts:{action}:{agent}"[:120]


def _hours(agent: str, action: str) -> str:
    return f"hour:{action}:{agent}"[:120]


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


def _hour(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H}"
