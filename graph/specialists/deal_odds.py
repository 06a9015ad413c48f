"""What our closed deals say about the chances of open ones, read once for a whole list. Reads only."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.deals import CLOSED, DealStage
from learning.deal_chance import FEWEST, ChanceBook, PastState, learn_chances
from runtime.store import deals, model_pipeline
from runtime.store.model_pipeline import Ended

LOOKED_BACK = 104  # weeks of kept days that are learnt from, one day a week


async def chance_book(tx: AsyncConnection, now: datetime) -> ChanceBook:
    """What has been learnt by a moment, from nothing later."""
    from learning.forecast.pipeline import ClosedDeal

    ended = await model_pipeline.ended(tx, now)
    past = await _past(tx, ended, now.date()) if len(ended) >= FEWEST else []
    history = [ClosedDeal(one.stages, one.won, one.closed_at.date()) for one in ended]
    standing = [
        (DealStage(row["stage"]), points_of(row["signals"] or ()))
        for row in await deals.listing(tx)
        if row["health"] is not None
    ]
    return learn_chances(history, past, standing)


def points_of(signals: Any) -> Mapping[str, float]:
    """Points by sign, as health is stored."""
    return {one["name"]: float(one["points"]) for one in signals}


async def _past(tx: AsyncConnection, ended: list[Ended], today: date) -> list[PastState]:
    """How deals that ended stood on one kept day of each week before."""
    weeks: dict[tuple[int, int], date] = {}
    for day in await model_pipeline.days(tx):
        if day < today:
            weeks[day.isocalendar()[:2]] = day
    wanted = sorted(weeks.values())[-LOOKED_BACK:]
    outcome = {one.id: one for one in ended}
    found = []
    for day, body in (await model_pipeline.of_days(tx, wanted)).items():
        for one in body["deals"]:
            end = outcome.get(one["id"])
            stage = DealStage(one["stage"])
            if end is not None and stage not in CLOSED and day <= end.closed_at.date():
                found.append(PastState(one["id"], stage, one["points"], end.won))
    return found
