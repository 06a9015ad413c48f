"""A forecast as the document that CLI, REST and screens show: sums, deals, assumptions, changes and the look back."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from domain.deals import CLOSED, DealStage
from graph.specialists.forecast_book import DealNow, StandingNow
from learning.forecast.changes import DealState, Snapshot, expected, what_changed
from learning.forecast.pipeline import (
    MEANING,
    Category,
    ClosedDeal,
    OpenDeal,
    PipelineForecast,
    Sum,
    category_of,
    forecast_pipeline,
)
from learning.forecast.pipeline_backtest import Past, backtest_pipeline

LOOK_AHEAD = timedelta(days=28)  # each step of the look back
FEWEST_PERIODS = 3
CENT = Decimal("0.01")
SEASON = 13  # periods of 28 days in a year
Kept = Mapping[date, dict[str, Any]]


def told(found: StandingNow, kept: Kept, *, until: date, currency: str) -> dict[str, Any]:
    """The whole document."""
    ours = [one for one in found.deals if one.currency in (currency, "")]
    others = [one for one in found.deals if one.currency not in (currency, "") and one.is_open]
    open_deals = [_open(one) for one in ours if one.is_open]
    begin = _quarter_begin(found.now.date())
    won = sum(
        (one.amount or Decimal(0) for one in ours if one.stage is DealStage.WON and one.close_on >= begin),
        Decimal(0),
    )
    made = forecast_pipeline(open_deals, found.book.stages, until, won=won)
    sums = made.sums
    return {
        "until": until.isoformat(),
        "currency": currency,
        "won": str(won),
        "won_since": begin.isoformat(),
        "commit": _sum(sums[Category.COMMIT]),
        "best_case": _sum(sums[Category.BEST_CASE]),
        "pipeline": _sum(sums[Category.PIPELINE]),
        "meaning": {str(one): words for one, words in MEANING.items() if one is not Category.OMITTED},
        "note": _note(found, open_deals),
        "chances": {
            str(stage): {"chance": round(one.chance, 3), "said": one.said}
            for stage, one in made.chances.items()
        },
        **_changes(found, ours, kept, begin, until),
        "deals": [_deal(one, until) for one in ours if one.is_open],
        "assumed": _assumed(ours),
        "left_out": [*made.left_out, *(f"{one.name}: its amount is in {one.currency}" for one in others)],
        **_backtest(found, kept, made, currency),
    }


def _open(one: DealNow) -> OpenDeal:
    return OpenDeal(
        id=one.id,
        name=one.name,
        stage=one.stage,
        amount=one.amount,
        close_on=one.close_on,
        chance=one.chance,
        category=Category(one.called) if one.called else None,
    )


def _quarter_begin(day: date) -> date:
    return date(day.year, 3 * ((day.month - 1) // 3) + 1, 1)


def _sum(one: Sum) -> dict[str, Any]:
    return {
        "value": str(one.expected),
        "lower": str(one.lower),
        "upper": str(one.upper),
        "amount": str(one.amount),
        "deals": one.deals,
    }


def _note(found: StandingNow, open_deals: Sequence[OpenDeal]) -> str:
    if not open_deals:
        return "There is no open deal to forecast."
    if not any(one.amount for one in open_deals):
        return (
            "No open deal has an amount, so there is nothing to add up; say it with `rainmaker deals amount`."
        )
    if found.book.cannot_say:
        return f"{found.book.cannot_say} Until then first guesses for each stage stand in, and the intervals say so."
    return f"Chances rest on {found.book.closed} closed deals of our own, {found.book.won} of them won."


def _deal(one: DealNow, until: date) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "stage": str(one.stage),
        "amount": None if one.amount is None else str(one.amount),
        "close_on": one.close_on.isoformat(),
        "close_on_assumed": bool(one.assumed),
        "chance": round(one.chance, 3),
        "chance_said": one.chance_said,
        "category": str(category_of(_open(one), one.chance, until)),
        "called": one.called or None,
    }


def _assumed(ours: Sequence[DealNow]) -> list[dict[str, str]]:
    return [
        {
            "deal": one.id,
            "name": one.name,
            "field": "close_on",
            "value": one.close_on.isoformat(),
            "why": one.assumed,
        }
        for one in ours
        if one.is_open and one.assumed and one.amount  # what is left out needs no day
    ]


def _changes(
    found: StandingNow, ours: Sequence[DealNow], kept: Kept, begin: date, until: date
) -> dict[str, Any]:
    """What changed since the kept day a week ago, or the oldest one there is."""
    today = found.now.date()
    before = _since(kept, today)
    if before is None:
        return {
            "since": None,
            "changes": [],
            "changes_said": "No earlier day was kept yet; come back tomorrow.",
        }
    names = {one.id: one.name for one in ours if one.is_open or one.close_on >= begin}
    then = Snapshot(before, _states(kept[before], names, begin))
    now = Snapshot(today, tuple(_state(one, before) for one in ours if one.amount and one.id in names))
    moved = expected(now, until) - expected(then, until)
    changes = [
        {
            "on": one.on.isoformat(),
            "deal": one.deal_id,
            "name": one.deal,
            "why": str(one.why),
            "effect": str(one.effect.quantize(CENT)),
            "sentence": one.sentence,
        }
        for one in what_changed(then, now, until)
        if one.effect.quantize(CENT)
    ]
    said = f"Since {before.isoformat()} the expected value moved by {moved:+,.2f}."
    return {"since": before.isoformat(), "changes": changes, "changes_said": said}


def _since(kept: Kept, today: date) -> date | None:
    week_ago = [day for day in kept if day <= today - timedelta(days=7)]
    return max(week_ago) if week_ago else min(kept, default=None)


def _state(one: DealNow, before: date) -> DealState:
    """A change is dated by the move that made it, when it was made since; else it is of today."""
    return DealState(
        one.id,
        one.name,
        one.stage,
        one.amount or Decimal(0),
        Decimal(str(round(one.chance, 4))),
        one.close_on,
        one.changed_on if one.changed_on > before else None,
    )


def _states(body: dict[str, Any], names: Mapping[str, str], begin: date) -> tuple[DealState, ...]:
    """Deals of the period as they were kept, in the currency and period of those named."""
    states = (
        DealState(
            one["id"],
            names[one["id"]],
            DealStage(one["stage"]),
            Decimal(one["amount"]),
            Decimal(str(one["chance"])),
            date.fromisoformat(one["close_on"]),
        )
        for one in body["deals"]
        if one["amount"] is not None and one["id"] in names
    )
    return tuple(one for one in states if one.stage not in CLOSED or (one.close_on and one.close_on >= begin))


def _backtest(found: StandingNow, kept: Kept, made: PipelineForecast, currency: str) -> dict[str, Any]:
    """Forecasts of past periods of four weeks, each from the day it began, against what came."""
    today = found.now.date()
    past = [
        _past(found, day, kept[day], currency)
        for day in sorted(kept)
        if day + LOOK_AHEAD <= today and _is_step(day, sorted(kept), today)
    ]
    if len(past) < FEWEST_PERIODS or found.book.cannot_say:
        why = found.book.cannot_say or (
            f"{len(past)} periods of four weeks were kept, and it takes {FEWEST_PERIODS}."
        )
        return {"backtest": None, "backtest_said": f"No look back yet. {why}"}
    history = [ClosedDeal(one.stages, one.won, one.closed_at.date()) for one in found.ended]
    result = backtest_pipeline(past, history, season=SEASON)
    return {
        "backtest": {
            "periods": result.periods,
            "error": _round(result.error),
            "last_value_error": _round(result.last_value),
            "seasonal_naive_error": _round(result.seasonal_naive),
            "inside_80": result.inside,
            "beats_naive": result.beats_naive,
        },
        "backtest_said": f"{result.inside} of {result.periods} past results lay inside their 80 % interval.",
    }


def _is_step(day: date, days: Sequence[date], today: date) -> bool:
    """Periods do not overlap: going back from today, every kept day that is four weeks before the last one taken."""
    at = today - LOOK_AHEAD
    taken = set()
    for one in reversed(days):
        if one <= at:
            taken.add(one)
            at = one - LOOK_AHEAD
    return day in taken


def _past(found: StandingNow, day: date, body: dict[str, Any], currency: str) -> Past:
    until = day + LOOK_AHEAD
    real = sum(
        (
            one.amount or Decimal(0)
            for one in found.ended
            if one.won and one.currency == currency and day < one.closed_at.date() <= until
        ),
        Decimal(0),
    )
    open_then = tuple(
        OpenDeal(
            one["id"],
            one["id"],
            DealStage(one["stage"]),
            None if one["amount"] is None else Decimal(one["amount"]),
            date.fromisoformat(one["close_on"]),
            one["chance"],
            Category(one["called"]) if one["called"] else None,
        )
        for one in body["deals"]
        if one["stage"] not in (DealStage.WON, DealStage.LOST) and one["currency"] in (currency, "")
    )
    return Past(day, until, open_then, Decimal(0), real)


def _round(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
