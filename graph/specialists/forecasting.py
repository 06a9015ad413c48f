"""The forecast of our own deals: commit, best case and pipeline, what changed since last week, and how good it was.

Reads deals and kept days. Money is never converted: one currency at a time, deals in others are named.
"""

import asyncio
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import Correctable
from graph.desk import Desk
from graph.specialists.forecast_book import DealNow, standing
from graph.state import StepResult
from runtime.store import model_pipeline
from tools.catalog import Args, tool

LEAST_AHEAD = timedelta(days=14)  # with less of the quarter left, the next one counts, too
FURTHEST = timedelta(days=730)


class ForecastArgs(Args):
    """Until when, and in which currency."""

    until: date | None = Field(None, description="Last day; without it, the end of the quarter.")
    currency: str = Field(
        "", pattern=r"^([A-Z]{3})?$", description="ISO code; without it, what most deals are in."
    )


@tool("deal", ForecastArgs)
async def show_forecast(desk: Desk, args: ForecastArgs) -> StepResult:
    """Forecast what our open deals will bring: commit, best case, pipeline, and what changed since last week."""
    from graph.specialists.forecast_text import forecast_text

    now = await desk.clock.now()
    async with desk.database.read() as tx:
        found = await own_forecast(tx, now, until=args.until, currency=args.currency)
    return StepResult(text=forecast_text(found), data=found)


async def own_forecast(
    tx: AsyncConnection, now: datetime, *, until: date | None = None, currency: str = ""
) -> dict[str, Any]:
    """The forecast of our deals up to a day.

    Raises:
        Correctable: bad_until – the day has passed or lies too far ahead.
    """
    from graph.specialists.forecast_words import told  # numpy loads only for who forecasts

    last = until or _period_end(now.date())
    if not now.date() <= last <= now.date() + FURTHEST:
        raise Correctable(
            "A forecast ends on a day from today to two years ahead.",
            code="bad_until",
            where=last.isoformat(),
        )
    found = await standing(tx, now, closed_since=now - FURTHEST)
    chosen = currency or _usual(found.deals)
    kept = await _kept(tx, now.date())
    return await asyncio.to_thread(told, found, kept, until=last, currency=chosen)


def _period_end(today: date) -> date:
    """The end of this quarter; of the next one when little is left."""
    end = _quarter_end(today)
    return end if end - today >= LEAST_AHEAD else _quarter_end(end + timedelta(days=1))


def _quarter_end(day: date) -> date:
    month = 3 * ((day.month - 1) // 3 + 1)
    after = date(day.year + month // 12, month % 12 + 1, 1)
    return after - timedelta(days=1)


def _usual(found: tuple[DealNow, ...]) -> str:
    counts = Counter(one.currency for one in found if one.currency and one.is_open)
    counts = counts or Counter(one.currency for one in found if one.currency)
    return counts.most_common(1)[0][0] if counts else ""


async def _kept(tx: AsyncConnection, today: date) -> dict[date, dict[str, Any]]:
    """The day a week ago, or the oldest one that is younger, and every 28th day before for the look back."""
    days = [day for day in await model_pipeline.days(tx) if day < today]
    week_ago = [day for day in days if day <= today - timedelta(days=7)]
    wanted = {week_ago[-1] if week_ago else days[0]} if days else set()
    at = today - timedelta(days=28)
    for day in reversed(days):
        if day <= at:
            wanted.add(day)
            at = day - timedelta(days=28)
    return await model_pipeline.of_days(tx, sorted(wanted))


TOOLS = (show_forecast,)
