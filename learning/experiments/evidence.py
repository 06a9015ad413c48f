"""E-values: how strongly counts speak against "no difference", valid at every look. Arithmetic only.

An e-value is what a fair bet against the null would have won; the chance that it ever passes 1/alpha is at
most alpha when the null is true (Ville 1939), so it may be read daily. Sources: docs/learning.md.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# The bet is spread evenly over the logarithm of the effect, from 0.1 % of a standard deviation (what millions
# of units can show) to half of one (plain to the eye). No one size is favoured, so no sample size is either.
SMALLEST, LARGEST, STEPS = 0.001, 0.5, 28
# The rate is a nuisance: a bet at a wrong rate loses little, so a few rates, evenly spread on the arcsine
# scale and denser where replies live (below 2 %), cover all of them.
_ANGLES = np.array([0.02, 0.06, 0.12, 0.2, 0.3, 0.45, 0.7, 1.0, 1.35, 1.8, 2.2, 2.6, 2.9, 3.05])
_ANYWHERE = 0.1
_HALVINGS = 36
_FARTHEST_Z = 100.0  # beyond it nothing is decided: a handful of units


@dataclass(frozen=True, slots=True)
class Counts:
    """Cumulative units and successes of two arms, one entry a look; `share` is the planned part of the arm.

    `parts` are stretches in which the arm had another share; together they make up the counts.
    """

    base_units: Floats
    base_hits: Floats
    arm_units: Floats
    arm_hits: Floats
    share: float = 0.5
    parts: tuple["Counts", ...] = ()

    @property
    def last(self) -> "Counts":
        """The last look alone."""
        return Counts(
            self.base_units[-1:],
            self.base_hits[-1:],
            self.arm_units[-1:],
            self.arm_hits[-1:],
            self.share,
            tuple(part.last for part in self.parts),
        )


@dataclass(frozen=True, slots=True)
class Moments:
    """Cumulative count, mean and variance of two arms, one entry a look."""

    base_units: Floats
    base_mean: Floats
    base_variance: Floats
    arm_units: Floats
    arm_mean: Floats
    arm_variance: Floats


@cache
def effect_sizes() -> Floats:
    """The sizes bet on, in standard deviations."""
    return np.geomspace(SMALLEST, LARGEST, STEPS)


def log_e_of_z(z: Floats, information: Floats) -> Floats:
    """Log e-value of a standardised difference; `information` is (standard deviation / standard error)²."""
    pull = np.sqrt(np.asarray(information, float))[..., None] * effect_sizes()
    push = np.abs(np.asarray(z, float))[..., None] * pull
    return _log_mean(np.logaddexp(push, -push) - np.log(2) - pull**2 / 2)


def z_needed(information: float, alpha: float) -> float:
    """How many standard errors a difference must reach at this information to be decided."""
    low, width = 0.0, _FARTHEST_Z
    for _ in range(4):  # each time in a hundred parts
        steps = low + width * np.arange(1, 101) / 100
        decided = log_e_of_z(steps, np.full(100, information)) >= -np.log(alpha)
        width /= 100
        low = steps[int(np.argmax(decided))] - width if decided.any() else float(steps[-1])
    return float(low + width)


def log_e_of_means(moments: Moments) -> Floats:
    """Log e-value of "the means are equal" at every look; NaN where a look cannot be read."""
    z, information = standardised(moments)
    return log_e_of_z(z, information)


def standardised(moments: Moments) -> tuple[Floats, Floats]:
    """The difference as a normal score (Welch's t, brought to normal by Wallace 1959) and its information."""
    with np.errstate(divide="ignore", invalid="ignore"):
        base = moments.base_variance / moments.base_units
        arm = moments.arm_variance / moments.arm_units
        error2 = base + arm
        freedom = error2**2 / (base**2 / (moments.base_units - 1) + arm**2 / (moments.arm_units - 1))
        t = (moments.arm_mean - moments.base_mean) / np.sqrt(error2)
        z = np.sign(t) * np.sqrt(freedom * np.log1p(t**2 / freedom)) * (8 * freedom + 1) / (8 * freedom + 3)
        units = moments.base_units + moments.arm_units
        spread = (
            moments.base_variance * moments.base_units + moments.arm_variance * moments.arm_units
        ) / units
        return z, spread / error2


def means_interval(moments: Moments, alpha: float) -> tuple[float, float]:
    """The difference of means at the last look, with all looks together wrong in at most `alpha` of cases."""
    _, information = standardised(moments)
    base, arm = moments.base_variance[-1], moments.arm_variance[-1]
    base, arm = base / moments.base_units[-1], arm / moments.arm_units[-1]
    error2 = base + arm
    freedom = error2**2 / (base**2 / (moments.base_units[-1] - 1) + arm**2 / (moments.arm_units[-1] - 1))
    z = z_needed(float(information[-1]), alpha) * (8 * freedom + 3) / (8 * freedom + 1)
    half = np.sqrt(error2 * freedom * np.expm1(min(z**2 / freedom, 600.0)))
    middle = moments.arm_mean[-1] - moments.base_mean[-1]
    return float(middle - half), float(middle + half)


def log_e_of_rates(counts: Counts, difference: float = 0.0) -> Floats:
    """Log e-value of "the arm's rate is the baseline's plus `difference`" at every look.

    Exact at any size: each unit, put into an arm by chance, multiplies the bet by a fair factor whatever the
    rate of the day (Turner, Ly & Grünwald 2024; the nearest null is found by projection). The factor is fair for
    the share the unit was drawn with, so shares may move on what was seen before.
    """
    base, arm, weights = _alternatives(counts.share, difference)
    parts = counts.parts or (counts,)
    bets = [_log_factors(part, base, arm, difference) for part in parts]
    return _log_sum(np.log(weights) + np.sum(bets, axis=0))


def _log_factors(counts: Counts, base: Floats, arm: Floats, difference: float) -> Floats:
    null = _nearest_null(base, arm, counts.share, difference)
    null_arm = null + difference
    return (
        _dot(counts.base_hits, np.log(base / null))
        + _dot(counts.base_units - counts.base_hits, np.log((1 - base) / (1 - null)))
        + _dot(counts.arm_hits, np.log(arm / null_arm))
        + _dot(counts.arm_units - counts.arm_hits, np.log((1 - arm) / (1 - null_arm)))
    )


def rates_interval(counts: Counts, alpha: float) -> tuple[float, float]:
    """The differences of rates that the last look does not rule out, exact like the test."""
    last = counts.last
    seen = float(last.arm_hits[0] / last.arm_units[0] - last.base_hits[0] / last.base_units[0])
    return _end(last, seen, -1.0, alpha), _end(last, seen, 1.0, alpha)


def rate_interval(units: float, hits: float, alpha: float) -> tuple[float, float]:
    """The rates of one arm that no look so far rules out (a bet with Jeffreys' prior)."""
    from scipy.special import betaln, xlog1py, xlogy

    won = betaln(hits + 0.5, units - hits + 0.5) - betaln(0.5, 0.5)

    def ruled_out(rate: float) -> bool:
        return bool(won - xlogy(hits, rate) - xlog1py(units - hits, -rate) >= -np.log(alpha))

    seen = hits / units
    return _boundary(ruled_out, seen, 1e-9), _boundary(ruled_out, seen, 1 - 1e-9)


def _end(last: Counts, seen: float, side: float, alpha: float) -> float:
    """Where the interval ends on one side."""
    limit = side * (1 - 1e-6)
    seen = min(max(seen, -abs(limit)), abs(limit))

    def ruled_out(difference: float) -> bool:
        return bool(log_e_of_rates(last, difference)[0] >= -np.log(alpha))

    return _boundary(ruled_out, seen, limit)


def _boundary(ruled_out: Callable[[float], bool], seen: float, limit: float) -> float:
    """Between what was seen and the limit, the last value not ruled out."""
    inside, outside = seen, seen
    step = 1e-4 if limit > seen else -1e-4
    while not ruled_out(outside):
        if abs(outside - limit) < 1e-12:
            return float(round(limit))
        inside = outside
        outside = seen + step
        step *= 2
        if (step > 0) == (outside > limit):
            outside = limit
    for _ in range(_HALVINGS // 2):  # of a bracket no wider than the interval itself
        middle = (inside + outside) / 2
        inside, outside = (inside, middle) if ruled_out(middle) else (middle, outside)
    return inside


def _alternatives(share: float, difference: float) -> tuple[Floats, Floats, Floats]:
    """Pairs of rates bet on around a null difference, with their weights.

    Near it every rate, every size and both directions; a tenth of the bet goes on any pair, for differences
    beyond the sizes.
    """
    rates = np.sin(_ANGLES / 2) ** 2
    sizes = np.concatenate([effect_sizes(), -effect_sizes()])
    gaps = difference + sizes[None, :] * np.sqrt(rates * (1 - rates))[:, None]
    base = (rates[:, None] - share * gaps).ravel()
    arm = (rates[:, None] + (1 - share) * gaps).ravel()
    near = (np.minimum(base, arm) > 0) & (np.maximum(base, arm) < 1)
    any_base, any_arm = (one.ravel() for one in np.meshgrid(rates, rates))
    kept = int(near.sum())
    weights = np.concatenate(
        [np.full(kept, (1 - _ANYWHERE) / max(kept, 1)), np.full(any_base.size, _ANYWHERE / any_base.size)]
    )
    return np.concatenate([base[near], any_base]), np.concatenate([arm[near], any_arm]), weights


def _nearest_null(base: Floats, arm: Floats, share: float, difference: float) -> Floats:
    """The baseline rate of the null closest to each alternative (reverse information projection)."""
    if difference == 0:
        return (1 - share) * base + share * arm
    edge = 1e-9 * (1 - abs(difference))  # a rate of exactly 0 or 1 would rule everything out
    low = np.full_like(base, max(0.0, -difference) + edge)
    high = np.full_like(base, min(1.0, 1.0 - difference) - edge)
    for _ in range(_HALVINGS):
        rate = (low + high) / 2
        slope = (1 - share) * (rate - base) / (rate * (1 - rate))
        other = rate + difference
        slope = slope + share * (other - arm) / (other * (1 - other))
        low, high = np.where(slope < 0, rate, low), np.where(slope < 0, high, rate)
    return (low + high) / 2


def _dot(series: Floats, factors: Floats) -> Floats:
    return np.asarray(series, float)[..., None] * factors


def _log_mean(logs: Floats) -> Floats:
    return _log_sum(logs) - np.log(logs.shape[-1])


def _log_sum(logs: Floats) -> Floats:
    top = np.max(logs, axis=-1, keepdims=True)
    return np.squeeze(top, -1) + np.log(np.exp(logs - top).sum(axis=-1))
