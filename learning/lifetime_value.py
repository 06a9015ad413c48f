"""How often customers will buy again, from when they bought before: BG/NBD (Fader, Hardie and Lee, 2005). Pure.

Buying is random at a rate of the customer's own; after any purchase a customer may be gone for good. It knows no
seasons and no amounts, and it needs many customers: with a handful the parameters mean nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult

Floats = NDArray[np.float64]
FEWEST_CUSTOMERS = 50
_WEEK = 7.0
_STARTS = ((1.0, 1.0, 1.0, 1.0), (0.3, 5.0, 0.8, 2.5), (2.0, 20.0, 0.5, 5.0))
_ROUGH, _FINE = 80, 4000  # steps of the search from each start, and from the best of them


@dataclass(frozen=True)
class Histories:
    """Customers' histories: repeat purchases, weeks from first to last purchase, weeks from first purchase to now."""

    repeats: Floats
    last: Floats
    age: Floats


@dataclass(frozen=True)
class BuyingModel:
    """Fitted parameters. `r`, `alpha`: how rates differ (per week); `a`, `b`: how the chance of leaving differs."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float
    customers: int

    def expected(self, histories: Histories, weeks: float) -> Floats:
        """Purchases to expect of each customer in the coming weeks."""
        from scipy.special import hyp2f1

        x, age = histories.repeats, histories.age
        shape = self.a + self.b + x - 1
        ratio = ((self.alpha + age) / (self.alpha + age + weeks)) ** (self.r + x)
        series = hyp2f1(self.r + x, self.b + x, shape, weeks / (self.alpha + age + weeks))
        # At a = 1 the formula divides zero by zero; a hair beside it the value is the limit.
        above = self.a - 1 if abs(self.a - 1) > 1e-6 else 1e-6
        return shape / above * (1 - ratio * series) * self.alive(histories)

    def alive(self, histories: Histories) -> Floats:
        """The chance that each customer will ever buy again; 1 after a single purchase: only a repeat can end it."""
        x = histories.repeats
        late = ((self.alpha + histories.age) / (self.alpha + histories.last)) ** (self.r + x)
        gone = np.where(x > 0, self.a / np.maximum(self.b + x - 1, 1e-9) * late, 0.0)
        return 1 / (1 + gone)


def histories(purchases: Iterable[tuple[str, date]], until: date) -> tuple[Histories, tuple[str, ...]]:
    """Histories and names of the customers who bought by a day; several purchases on a day count once."""
    days: dict[str, set[date]] = {}
    for customer, day in purchases:
        if day <= until:
            days.setdefault(customer, set()).add(day)
    names = tuple(sorted(days))
    rows = np.array(
        [
            (len(days[name]) - 1, _weeks(min(days[name]), max(days[name])), _weeks(min(days[name]), until))
            for name in names
        ],
        dtype=np.float64,
    ).reshape(-1, 3)
    return Histories(rows[:, 0], rows[:, 1], rows[:, 2]), names


def fit_buying(found: Histories) -> BuyingModel | None:
    """Fit by maximum likelihood from several starts.

    Returns:
        None when there are too few customers, or nobody ever bought twice: then nothing can be learnt.
    """
    from scipy.optimize import minimize

    if len(found.repeats) < FEWEST_CUSTOMERS or not found.repeats.any():
        return None
    counts = _grouped(found)

    def loss(logs: Floats) -> float:
        value = -_log_likelihood(np.exp(np.clip(logs, -12, 12)), *counts)
        return value if np.isfinite(value) else 1e15

    def search(start: Floats, steps: int) -> "OptimizeResult":
        return minimize(
            loss, start, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-7, "maxiter": steps}
        )

    rough = [search(np.log(start), _ROUGH) for start in _STARTS]
    best = search(min(rough, key=lambda run: run.fun).x, _FINE)
    r, alpha, a, b = (float(one) for one in np.exp(np.clip(best.x, -12, 12)))
    return BuyingModel(r, alpha, a, b, -float(best.fun), len(found.repeats))


def naive_rate(found: Histories, weeks: float) -> Floats:
    """What carrying each customer's own past rate on would say: the baseline."""
    return found.repeats / np.maximum(found.age, 1 / _WEEK) * weeks


def _grouped(found: Histories) -> tuple[Histories, Floats]:
    """Equal histories once, with how many customers share them."""
    rows, counts = np.unique(
        np.column_stack([found.repeats, found.last, found.age]), axis=0, return_counts=True
    )
    return Histories(rows[:, 0], rows[:, 1], rows[:, 2]), counts.astype(np.float64)


def _log_likelihood(parameters: Sequence[float] | Floats, found: Histories, counts: Floats) -> float:
    from scipy.special import betaln, gammaln

    r, alpha, a, b = parameters
    x, last, age = found.repeats, found.last, found.age
    rates = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stayed = betaln(a, b + x) - betaln(a, b) - (r + x) * np.log(alpha + age)
    left = betaln(a + 1, np.maximum(b + x - 1, 1e-9)) - betaln(a, b) - (r + x) * np.log(alpha + last)
    both = np.where(x > 0, np.logaddexp(stayed, left), stayed)
    return float(counts @ (rates + both))


def _weeks(first: date, last: date) -> float:
    return (last - first).days / _WEEK
