"""How good held-out predictions are: order, sharpness, calibration, lift. Inside strata, never pooled."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Labels = NDArray[np.int8]
_Z95 = 1.959964
_TINY = 1e-6


@dataclass(frozen=True, slots=True)
class Stratum:
    """Held-out rows judged together: a fold or a block of time."""

    chance: Floats
    won: Labels


@dataclass(frozen=True, slots=True)
class Order:
    """Mean AUC inside the strata, its 95 % interval, and how often chance alone does as well (one-sided)."""

    auc: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True, slots=True)
class Bin:
    """Rows with similar predictions: the mean prediction, what was seen, and how many."""

    predicted: float
    seen: float
    n: int


def order(strata: Sequence[Stratum], *, evenly: bool = False) -> Order | None:
    """The order inside the strata; None when no stratum has both outcomes.

    Strata weigh by the pairs they can compare (small ones are noisy), or all the same (`evenly`).
    Interval: DeLong 1988. Test: Mann-Whitney
    per stratum, summed (van Elteren 1960), with ties in the variance.
    """
    parts = [_auc_parts(one) for one in strata if 0 < int(one.won.sum()) < len(one.won)]
    if not parts:
        return None
    weights = np.ones(len(parts)) if evenly else np.array([part[3] for part in parts])
    weights = weights / weights.sum()
    aucs, spreads, nulls = (np.array([part[at] for part in parts]) for at in range(3))
    auc = float(weights @ aucs)
    spread = sqrt(float((weights**2) @ spreads))
    null = sqrt(float((weights**2) @ nulls))
    from scipy.stats import norm

    p_value = float(norm.sf((auc - 0.5) / null)) if null > 0 else 1.0
    return Order(auc, max(0.0, auc - _Z95 * spread), min(1.0, auc + _Z95 * spread), p_value)


def _auc_parts(one: Stratum) -> tuple[float, float, float, float]:
    """AUC, its variance (DeLong), its variance without signal (Mann-Whitney), and its weight."""
    from scipy.stats import rankdata

    won = one.won == 1
    n1, n0 = int(won.sum()), int((~won).sum())
    ranks = rankdata(one.chance)
    above = (ranks[won] - rankdata(one.chance[won])) / n0
    below = 1.0 - (ranks[~won] - rankdata(one.chance[~won])) / n1
    spread = (above.var(ddof=1) / n1 if n1 > 1 else 0.25) + (below.var(ddof=1) / n0 if n0 > 1 else 0.25)
    n = n1 + n0
    _, ties = np.unique(one.chance, return_counts=True)
    tied = float((ties.astype(float) ** 3 - ties).sum()) / (n * (n - 1)) if n > 1 else 0.0
    null = max(0.0, (n + 1 - tied)) / (12.0 * n1 * n0)
    return float(above.mean()), float(spread), null, n1 * n0 / n


def row_losses(chance: Floats, won: Labels) -> Floats:
    """The log-loss of every row."""
    safe = np.clip(chance, _TINY, 1 - _TINY)
    return -np.where(won == 1, np.log(safe), np.log1p(-safe))


def log_loss(chance: Floats, won: Labels) -> float:
    """Mean log-loss: 0 is perfect, and the lower the better."""
    return float(row_losses(chance, won).mean())


def brier(chance: Floats, won: Labels) -> float:
    """Mean squared distance of prediction and outcome."""
    return float(np.mean((chance - won) ** 2))


def lift_top_tenth(strata: Sequence[Stratum]) -> float | None:
    """How many times the usual rate the best tenth of each stratum reached."""
    seen = expected = 0.0
    for one in strata:
        top = max(1, len(one.won) // 10)
        # Equal predictions share their place: whoever happens to stand first in the file gains nothing.
        edge = np.sort(one.chance)[::-1][top - 1]
        above, level = one.chance > edge, one.chance == edge
        seen += float(one.won[above].sum()) + (top - int(above.sum())) * float(one.won[level].mean())
        expected += top * float(one.won.mean())
    return seen / expected if expected else None


def calibration(chance: Floats, won: Labels, wanted: int = 10) -> tuple[Bin, ...]:
    """Bins with about as many rows each, equal predictions kept together."""
    count = max(1, min(wanted, len(chance) // 30))
    edges = np.unique(np.quantile(chance, np.linspace(0, 1, count + 1)[1:-1]))
    place = np.searchsorted(edges, chance, side="right")
    groups = (place == at for at in range(len(edges) + 1))
    return tuple(
        Bin(float(chance[group].mean()), float(won[group].mean()), int(group.sum()))
        for group in groups
        if group.any()
    )


def rate_interval(hits: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a rate (Wilson 1927)."""
    if not total:
        return 0.0, 1.0
    from scipy.stats import binomtest

    found = binomtest(int(hits), int(total)).proportion_ci(method="wilson")
    return float(found.low), float(found.high)
