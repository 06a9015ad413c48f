"""How good forecasts of past pipelines would have been, knowing only what was known then. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from learning.forecast.pipeline import Category, ClosedDeal, OpenDeal, forecast_pipeline, stage_chances


@dataclass(frozen=True)
class Past:
    """A pipeline as it stood on a day, and what the period really brought."""

    on: date
    until: date
    deals: tuple[OpenDeal, ...]
    won_by_then: Decimal
    real: Decimal


@dataclass(frozen=True)
class PipelineBacktest:
    """Errors as a share of all that really came (None: nothing came), and how many results lay inside."""

    periods: int
    error: float | None
    last_value: float | None
    seasonal_naive: float | None
    inside: int

    @property
    def beats_naive(self) -> bool:
        """True when better than both naive ways."""
        naive = [one for one in (self.last_value, self.seasonal_naive) if one is not None]
        return self.error is not None and bool(naive) and self.error < min(naive)


def backtest_pipeline(
    past: Sequence[Past], history: Sequence[ClosedDeal], *, season: int = 4, seed: int = 1
) -> PipelineBacktest:
    """Forecast every past period from its own day, with the closed deals of before that day only.

    Args:
        past: oldest first, one per period; the first cannot be judged, because the naive way has nothing to repeat.
        history: closed deals of any time; later ones are not looked at.
        season: periods in a season (4 quarters).
        seed: of the simulation.
    """
    ours, last, seasonal, inside = [], [], [], 0
    for at in range(1, len(past)):
        one = past[at]
        chances = stage_chances(history, before=one.on)
        said = forecast_pipeline(one.deals, chances, one.until, won=one.won_by_then, seed=seed)
        whole = said.sums[Category.PIPELINE]
        ours.append((whole.expected, one.real))
        last.append((past[at - 1].real, one.real))
        if at >= season:
            seasonal.append((past[at - season].real, one.real))
        inside += whole.lower <= one.real <= whole.upper
    # A season that does not reach back to the first judged period would be judged on other periods.
    complete = len(seasonal) == len(ours)
    return PipelineBacktest(
        len(ours), _error(ours), _error(last), _error(seasonal) if complete else None, inside
    )


def _error(pairs: Sequence[tuple[Decimal, Decimal]]) -> float | None:
    total = sum((abs(real) for _, real in pairs), Decimal(0))
    return float(sum((abs(said - real) for said, real in pairs), Decimal(0)) / total) if total else None
