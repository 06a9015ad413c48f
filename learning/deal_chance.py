"""The chance that an open deal is won: how often its stage is, moved by its signs of health. Pure.

Few deals are enough because everything is pooled: a stage with a first guess worth ten deals, every sign with a first
guess of what a point of health is worth. What our own closed deals show replaces the guesses as it comes in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log
from typing import TYPE_CHECKING, Any

from domain.deals import DealStage
from learning.deal_health import Signal

if TYPE_CHECKING:
    from learning.forecast.pipeline import ClosedDeal, StageChance

FEWEST = 5  # closed deals of our own before a chance is told
POINTS = 50.0  # points of health that move the log-odds by one, as a first guess
_FIRM = 2.0  # how firmly that guess is held: 1 over its variance
_AVERAGE_OF = 5.0  # states that speak for an average of nothing
_MOST = 2.5  # log-odds all signs together may move a chance
_LOW, _HIGH = 0.01, 0.99
_NEWTON = 25
Standing = tuple[DealStage, Mapping[str, float]]  # a deal's stage and points by sign


@dataclass(frozen=True)
class PastState:
    """A deal that has ended, as it stood on one day before: stage, points by sign, and how it ended."""

    deal_id: str
    stage: DealStage
    points: Mapping[str, float]
    won: bool


@dataclass(frozen=True)
class Sign:
    """What one sign of health does to the chance, on the log-odds."""

    name: str
    why: str
    effect: float

    def as_json(self) -> dict[str, Any]:
        """The parts, and the effect as a factor of the odds."""
        return {
            "name": self.name,
            "why": self.why,
            "effect": round(self.effect, 3),
            "odds": round(exp(self.effect), 2),
        }


@dataclass(frozen=True)
class Chance:
    """The chance with 80 % bounds. `value` is None while we cannot say, and `said` tells why or from what.

    `guess` is what a forecast works with either way.
    """

    value: float | None
    lower: float | None
    upper: float | None
    guess: float
    said: str
    positive: tuple[Sign, ...] = ()
    negative: tuple[Sign, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The parts by name, rounded to what they are good for."""
        return {
            "chance": _short(self.value),
            "lower": _short(self.lower),
            "upper": _short(self.upper),
            "first_guess": None if self.value is not None else _short(self.guess),
            "said": self.said,
            "positive": [one.as_json() for one in self.positive],
            "negative": [one.as_json() for one in self.negative],
        }


@dataclass(frozen=True)
class ChanceBook:
    """What our own deals have taught so far: stage chances, what each sign is worth, and what is average."""

    stages: "Mapping[DealStage, StageChance]"
    worth: Mapping[str, float]  # by name of the sign; 1 is the first guess
    average: Mapping[DealStage, float]  # log-odds the signs of an average deal in a stage add up to
    closed: int
    won: int

    @property
    def cannot_say(self) -> str:
        """Why no chance is told yet; "" when one is."""
        if self.closed < FEWEST:
            has = "has" if self.closed == 1 else "have"
            return f"Cannot say yet: {self.closed} of our deals {has} closed, and it takes {FEWEST}."
        if self.won in (0, self.closed):
            word = "won" if self.won else "lost"
            return f"Cannot say: all {self.closed} closed deals were {word}, so nothing tells them apart."
        return ""

    def chance(self, stage: DealStage, signals: Sequence[Signal]) -> Chance:
        """The chance of an open deal in a stage, with these signs."""
        base = self.stages[stage]
        signs = [Sign(one.name, one.why, self._worth(one.name) * one.points / POINTS) for one in signals]
        moved = sum(one.effect for one in signs) - self.average.get(stage, 0.0)
        moved = max(-_MOST, min(_MOST, moved))
        value = _moved(base.chance, moved)
        good = tuple(sorted((one for one in signs if one.effect > 0), key=lambda one: -one.effect))
        bad = tuple(sorted((one for one in signs if one.effect < 0), key=lambda one: one.effect))
        said = f"Deals in {stage} are won {base.chance:.0%} of the time ({base.said})"
        if self.cannot_say:
            return Chance(None, None, None, value, f"{self.cannot_say} {said}.", good, bad)
        low, high = (_moved(one, moved) for one in _interval(base))
        return Chance(value, low, high, value, f"{said}; its signs make it {value:.0%}.", good, bad)

    def _worth(self, name: str) -> float:
        return self.worth.get(name, 1.0)


def learn_chances(
    history: "Sequence[ClosedDeal]", past: Sequence[PastState], standing: Sequence[Standing] = ()
) -> ChanceBook:
    """Learn from closed deals.

    Args:
        history: closed deals with the stages they were in.
        past: how closed deals stood on days before; every deal counts once, however many days there are.
        standing: stage and points by sign of deals open now, which help to know what is average.
    """
    from learning.forecast.pipeline import stage_chances

    stages = stage_chances(history)
    known = [one for one in past if one.stage in stages]
    states = [*((one.stage, one.points) for one in known), *(one for one in standing if one[0] in stages)]
    worth = _worths(known, stages, _averages(states, {}))
    won = sum(one.won for one in history)
    return ChanceBook(stages, worth, _averages(states, worth), len(history), won)


def _averages(states: Sequence[Standing], worth: Mapping[str, float]) -> dict[DealStage, float]:
    """Per stage, drawn toward nothing while few deals are known."""
    sums: dict[DealStage, list[float]] = {}
    for stage, points in states:
        moved = sum(worth.get(name, 1.0) * some / POINTS for name, some in points.items())
        sums.setdefault(stage, []).append(moved)
    return {stage: sum(some) / (len(some) + _AVERAGE_OF) for stage, some in sums.items()}


def _worths(
    past: Sequence[PastState], stages: "Mapping[DealStage, StageChance]", average: Mapping[DealStage, float]
) -> dict[str, float]:
    """How much each sign is worth, times the first guess: a logistic regression drawn toward 1, by Newton's steps."""
    names = sorted({name for one in past for name in one.points})
    if not names or len({one.won for one in past}) < 2:
        return {}
    import numpy as np

    days: dict[str, int] = {}
    for one in past:
        days[one.deal_id] = days.get(one.deal_id, 0) + 1
    signs = np.array([[one.points.get(name, 0.0) / POINTS for name in names] for one in past])
    offset = np.array([_log_odds(stages[one.stage].chance) - average.get(one.stage, 0.0) for one in past])
    weight = np.array([1.0 / days[one.deal_id] for one in past])
    won = np.array([one.won for one in past], dtype=float)
    worth = np.ones(len(names))
    for _ in range(_NEWTON):
        chance = 1.0 / (1.0 + np.exp(-np.clip(offset + signs @ worth, -30, 30)))
        slope = signs.T @ (weight * (won - chance)) - _FIRM * (worth - 1.0)
        curve = signs.T @ (signs * (weight * chance * (1 - chance))[:, None]) + _FIRM * np.eye(len(names))
        step = np.linalg.solve(curve, slope)
        worth = worth + step
        if float(np.abs(step).max()) < 1e-8:
            break
    return dict(zip(names, map(float, worth), strict=True))


def _interval(base: "StageChance") -> tuple[float, float]:
    """80 % of what the stage's chance may be, from the deals seen and the first guess."""
    from scipy.special import betaincinv

    from learning.forecast.pipeline import GUESS_WEIGHT

    worth = base.closed + GUESS_WEIGHT
    a, b = base.chance * worth, (1 - base.chance) * worth
    return float(betaincinv(a, b, 0.1)), float(betaincinv(a, b, 0.9))


def _moved(chance: float, by: float) -> float:
    return max(_LOW, min(_HIGH, 1 / (1 + exp(-(_log_odds(chance) + by)))))


def _log_odds(chance: float) -> float:
    inside = max(1e-6, min(1 - 1e-6, chance))
    return log(inside / (1 - inside))


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 3)
