"""A forecast of our own open deals: commit, best case and pipeline, with intervals from a seeded simulation. Pure.

All amounts are in one currency. Chances of a stage come from our own closed deals, pooled with a stated first guess.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from domain.deals import CLOSED, DealStage

FIRST_GUESS = {
    DealStage.DISCOVERY: 0.10,
    DealStage.EVALUATION: 0.25,
    DealStage.PROPOSAL: 0.45,
    DealStage.NEGOTIATION: 0.70,
}
GUESS_WEIGHT = 10  # closed deals a first guess is worth
RUNS = 10_000
LEVEL = 0.8
_CENT = Decimal("0.01")


class Category(StrEnum):
    """How firmly a deal is counted on."""

    COMMIT = "commit"
    BEST_CASE = "best_case"
    PIPELINE = "pipeline"
    OMITTED = "omitted"


MEANING = {
    Category.COMMIT: "we count on it: a person said so, or its chance is 70 % or more",
    Category.BEST_CASE: "commit, and what comes if it goes well: chances of 40 % or more",
    Category.PIPELINE: "every open deal that should close in the period",
    Category.OMITTED: "not counted: no amount, no close date in the period, or a person said so",
}
_FROM = ((0.7, Category.COMMIT), (0.4, Category.BEST_CASE), (0.0, Category.PIPELINE))
_NESTED = (Category.COMMIT, Category.BEST_CASE, Category.PIPELINE)


@dataclass(frozen=True)
class OpenDeal:
    """A deal that is neither won nor lost. `chance` and `category` are what a person or a model said, if anything."""

    id: str
    name: str
    stage: DealStage
    amount: Decimal | None
    close_on: date | None
    chance: float | None = None
    category: Category | None = None


@dataclass(frozen=True)
class ClosedDeal:
    """A deal that ended, and the stages it had been in."""

    stages: frozenset[DealStage]
    won: bool
    closed_on: date


@dataclass(frozen=True)
class StageChance:
    """How often deals that were in a stage are won. `said` tells how much of it is our own."""

    chance: float
    won: int
    closed: int

    @property
    def said(self) -> str:
        """Where the number comes from."""
        if not self.closed:
            return "a first guess: no deal of ours left this stage for good yet"
        if self.closed < 3 * GUESS_WEIGHT:
            return f"{self.won} of {self.closed} of our own, blended with a first guess worth {GUESS_WEIGHT} deals"
        return f"{self.won} of {self.closed} of our own"


@dataclass(frozen=True)
class Sum:
    """What one category (and the firmer ones) may bring: the full amounts, the expected value and 80 % of outcomes."""

    deals: int
    amount: Decimal
    expected: Decimal
    lower: Decimal
    upper: Decimal


@dataclass(frozen=True)
class PipelineForecast:
    """Sums include what is won already. `left_out` names deals that could not count, and why."""

    until: date
    won: Decimal
    sums: Mapping[Category, Sum]
    chances: Mapping[DealStage, StageChance]
    left_out: tuple[str, ...]


def stage_chances(history: Sequence[ClosedDeal], before: date | None = None) -> dict[DealStage, StageChance]:
    """Chances by stage from deals closed before a day (all without one), pooled toward the first guess."""
    known = [one for one in history if before is None or one.closed_on < before]
    found = {}
    for stage, guess in FIRST_GUESS.items():
        here = [one.won for one in known if stage in one.stages]
        won, closed = sum(here), len(here)
        found[stage] = StageChance((won + GUESS_WEIGHT * guess) / (closed + GUESS_WEIGHT), won, closed)
    return found


def category_of(deal: OpenDeal, chance: float, until: date) -> Category:
    """What a person said, else what its chance says; omitted when it cannot count in the period."""
    if not deal.amount or deal.close_on is None or deal.close_on > until or deal.stage in CLOSED:
        return Category.OMITTED
    return deal.category or next(category for least, category in _FROM if chance >= least)


def forecast_pipeline(
    deals: Sequence[OpenDeal],
    chances: Mapping[DealStage, StageChance],
    until: date,
    *,
    won: Decimal = Decimal(0),
    seed: int = 1,
) -> PipelineForecast:
    """Simulate how the open deals end by a day.

    The chance of a stage is itself uncertain and drawn once per run, so deals of a stage do well or badly together.
    """
    said = [(deal, _chance(deal, chances)) for deal in deals]
    placed = [(deal, chance, category_of(deal, chance, until)) for deal, chance in said]
    counted = [one for one in placed if one[2] is not Category.OMITTED]
    ends = _simulated(counted, chances, seed)
    sums = {}
    for rank, category in enumerate(_NESTED):
        inside = np.array([one[2] in _NESTED[: rank + 1] for one in counted], dtype=bool)
        sums[category] = _sum([one for one in counted if one[2] in _NESTED[: rank + 1]], ends[:, inside], won)
    left_out = tuple(
        f"{deal.name}: {_why(deal, until)}" for deal, _, category in placed if category is Category.OMITTED
    )
    return PipelineForecast(until, won, sums, dict(chances), left_out)


def _chance(deal: OpenDeal, chances: Mapping[DealStage, StageChance]) -> float:
    if deal.stage in CLOSED:
        return 1.0 if deal.stage is DealStage.WON else 0.0
    return chances[deal.stage].chance if deal.chance is None else min(max(deal.chance, 0.0), 1.0)


def _simulated(
    counted: Sequence[tuple[OpenDeal, float, Category]], chances: Mapping[DealStage, StageChance], seed: int
) -> NDArray[np.float64]:
    """Amounts that came in: one row per run, one column per deal."""
    random = np.random.default_rng(seed)
    shifts = {}
    for stage in sorted(chances):
        one = chances[stage]
        worth = one.closed + GUESS_WEIGHT
        drawn = random.beta(one.chance * worth, (1 - one.chance) * worth, RUNS)
        shifts[stage] = _logit(drawn) - _logit(np.array(one.chance))
    ends = np.zeros((RUNS, len(counted)))
    for column, (deal, chance, _) in enumerate(counted):
        odds = _logit(np.array(chance)) + shifts[deal.stage]
        # A chance of exactly 0 or 1 is a statement, not an estimate: nothing shifts it.
        drawn = np.full(RUNS, chance) if chance in (0.0, 1.0) else 1 / (1 + np.exp(-odds))
        ends[:, column] = (random.random(RUNS) < drawn) * float(deal.amount or 0)
    return ends


def _logit(chance: NDArray[np.float64]) -> NDArray[np.float64]:
    inside = np.clip(chance, 1e-6, 1 - 1e-6)
    return np.log(inside / (1 - inside))


def _sum(counted: Sequence[tuple[OpenDeal, float, Category]], ends: NDArray[np.float64], won: Decimal) -> Sum:
    totals = ends.sum(axis=1)
    low, high = (np.quantile(totals, at) for at in ((1 - LEVEL) / 2, (1 + LEVEL) / 2))
    amounts = [(deal.amount or Decimal(0), chance) for deal, chance, _ in counted]
    expected = sum((amount * Decimal(str(round(chance, 6))) for amount, chance in amounts), Decimal(0))
    return Sum(
        len(counted),
        won + sum((amount for amount, _ in amounts), Decimal(0)),
        _money(won + expected),
        _money(won + Decimal(str(low))),
        _money(won + Decimal(str(high))),
    )


def _money(value: Decimal) -> Decimal:
    return value.quantize(_CENT)


def _why(deal: OpenDeal, until: date) -> str:
    if deal.stage in CLOSED:
        return f"closed already ({deal.stage})"
    if not deal.amount:
        return "no amount is known"
    if deal.close_on is None:
        return "no day is known on which it should close"
    if deal.close_on > until:
        return f"should close on {deal.close_on}, after {until}"
    return "left out by a person"
