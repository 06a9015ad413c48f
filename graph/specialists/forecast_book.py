"""Every deal as a forecast needs it: stage, amount, day and chance, and which of them are assumed. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.deals import CLOSED, ORDER, DealStage
from graph.specialists.deal_book import pulse_of
from graph.specialists.deal_odds import chance_book, points_of
from learning.deal_chance import ChanceBook
from learning.deal_health import Pulse, assess, usual_days
from runtime.store import deal_history, deals, model_pipeline
from runtime.store.model_pipeline import Ended

_OPEN_STAGES = tuple(stage for stage in ORDER if stage is not DealStage.WON)


@dataclass(frozen=True)
class DealNow:
    """One deal as it stands. `assumed` says why its day is a guess; "" when somebody said it."""

    id: str
    name: str
    stage: DealStage
    amount: Decimal | None
    currency: str
    close_on: date
    assumed: str
    chance: float
    chance_said: str
    called: str
    points: Mapping[str, float]
    changed_on: date

    @property
    def is_open(self) -> bool:
        """True when it is neither won nor lost."""
        return self.stage not in CLOSED

    def as_kept(self) -> dict[str, Any]:
        """What a kept day holds of it: no names, so that erasing somebody leaves nothing behind."""
        return {
            "id": self.id,
            "stage": str(self.stage),
            "amount": None if self.amount is None else str(self.amount),
            "currency": self.currency,
            "close_on": self.close_on.isoformat(),
            "chance": round(self.chance, 4),
            "called": self.called,
            "points": dict(self.points),
        }


@dataclass(frozen=True)
class StandingNow:
    """All deals at a moment, what our closed ones taught, and how they ended."""

    now: datetime
    deals: tuple[DealNow, ...]
    ended: tuple[Ended, ...]
    book: ChanceBook


async def standing(tx: AsyncConnection, now: datetime, *, closed_since: datetime) -> StandingNow:
    """Every open deal, and those that closed since a moment."""
    book = await chance_book(tx, now)
    ended = await model_pipeline.ended(tx, now)
    in_stage = {stage: await deal_history.days_in(tx, stage) for stage in _OPEN_STAGES}
    closed_at = {one.id: one.closed_at for one in ended if one.closed_at >= closed_since}
    found = []
    for row in await deals.listing(tx, closed=True):
        if row["stage"] not in CLOSED:
            found.append(_open(row, await pulse_of(tx, row, now), book, in_stage))
        elif row["id"] in closed_at:
            found.append(_closed(row, closed_at[row["id"]].date()))
    return StandingNow(now, tuple(found), tuple(ended), book)


def _open(
    row: dict[str, Any], pulse: Pulse, book: ChanceBook, in_stage: Mapping[DealStage, tuple[float, ...]]
) -> DealNow:
    health = assess(pulse)
    chance = book.chance(DealStage(row["stage"]), health.signals)
    day, assumed = _day(row, pulse, in_stage)
    return DealNow(
        id=row["id"],
        name=row["name"],
        stage=DealStage(row["stage"]),
        amount=row["amount"],
        currency=row["currency"],
        close_on=day,
        assumed=assumed,
        chance=chance.guess,
        chance_said=chance.said,
        called=row["called"] or "",
        points=points_of([one.as_json() for one in health.signals]),
        changed_on=row["stage_since"].date(),
    )


def _closed(row: dict[str, Any], on: date) -> DealNow:
    won = row["stage"] == DealStage.WON
    return DealNow(
        id=row["id"],
        name=row["name"],
        stage=DealStage(row["stage"]),
        amount=row["amount"],
        currency=row["currency"],
        close_on=on,
        assumed="",
        chance=1.0 if won else 0.0,
        chance_said="",
        called="",
        points=points_of(row["signals"] or ()),
        changed_on=on,
    )


def _day(
    row: dict[str, Any], pulse: Pulse, in_stage: Mapping[DealStage, tuple[float, ...]]
) -> tuple[date, str]:
    """The day a person said, or they wrote, else how long deals usually take from here."""
    today = pulse.now.date()
    if row["close_on"] is not None and row["close_on"] >= today:
        return row["close_on"], ""
    if pulse.close_on is not None and pulse.close_on >= today:
        return pulse.close_on, ""
    stage = DealStage(row["stage"])
    ahead = [usual_days(one, in_stage[one]) for one in _OPEN_STAGES[_OPEN_STAGES.index(stage) :]]
    spent = (pulse.now - row["stage_since"]).total_seconds() / 86_400
    # A stage that took longer than usual is expected to take a third of its usual time more.
    days = max(ahead[0] - spent, ahead[0] / 3) + sum(ahead[1:])
    measured = sum(len(in_stage[one]) for one in _OPEN_STAGES)
    basis = "the usual time in each stage" if measured else "first guesses of the time in each stage"
    past = "the day that was said has passed; " if row["close_on"] or pulse.close_on else ""
    return today + timedelta(days=round(days)), f"{past}from {basis}"
