"""Counters with a cap, as rows: what is left of a budget is spent in one conditional statement."""

import math
from collections.abc import Sequence
from functools import cache

from sqlalchemy import TextClause, case, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import Correctable
from runtime.store.tables import counters

# One statement, so that two spenders at once can never go over the cap together; SQLite and Postgres read it alike.
_SPEND = text("""
    INSERT INTO counters (name, period, used)
    SELECT :name, :period, CAST(:amount AS DOUBLE PRECISION)
    WHERE CAST(:amount AS DOUBLE PRECISION) <= CAST(:cap AS DOUBLE PRECISION)
    ON CONFLICT (name, period) DO UPDATE SET used = counters.used + excluded.used
    WHERE counters.used + excluded.used <= CAST(:cap AS DOUBLE PRECISION)
""")


async def spend(tx: AsyncConnection, name: str, period: str, amount: float, cap: float) -> bool:
    """Add `amount` to a counter; False, and nothing is added, when that would go over `cap`.

    Raises:
        Correctable: bad_budget – an amount or cap that is negative or no number.
    """
    for value in (amount, cap):
        if not math.isfinite(value) or value < 0:
            raise Correctable("A budget is a number from 0.", code="bad_budget", where=name[:60])
    values = {"name": name, "period": period, "amount": float(amount), "cap": float(cap)}
    done = await tx.execute(_SPEND, values, execution_options={"preserve_rowcount": True})
    return done.rowcount == 1


async def take_one_of_each(
    tx: AsyncConnection, lines: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], float]:
    """Add one to each of these counters (name, period); returns how much of each is spent then.

    Their rows are locked until the transaction ends, so who finds a cap passed gives back before anybody else looks.
    """
    values = {
        f"{part}{n}": value for n, line in enumerate(lines) for part, value in zip("np", line, strict=True)
    }
    rows = await tx.execute(_take(len(lines)), values)
    return {(row.name, row.period): float(row.used) for row in rows}


@cache
def _take(lines: int) -> TextClause:
    rows = ", ".join(f"(:n{n}, :p{n}, 1.0)" for n in range(lines))
    return text(f"""
        INSERT INTO counters (name, period, used) VALUES {rows}
        ON CONFLICT (name, period) DO UPDATE SET used = counters.used + excluded.used
        RETURNING name, period, used
    """)


async def used(tx: AsyncConnection, name: str, period: str) -> float:
    """How much of a counter is spent."""
    query = select(counters.c.used).where(counters.c.name == name, counters.c.period == period)
    return float((await tx.execute(query)).scalar_one_or_none() or 0.0)


async def give_back(tx: AsyncConnection, name: str, period: str, amount: float) -> None:
    """Return what was spent and not used; a counter never falls below nothing."""
    left = case((counters.c.used > amount, counters.c.used - amount), else_=0.0)
    where = (counters.c.name == name) & (counters.c.period == period)
    await tx.execute(update(counters).where(where).values(used=left))
