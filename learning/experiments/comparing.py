"""Two arms, every look: the difference, its always-valid interval and p-value, and what is still needed."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from learning.experiments.evidence import (
    Counts,
    Floats,
    Moments,
    log_e_of_means,
    log_e_of_rates,
    means_interval,
    rates_interval,
)
from learning.experiments.planning import smallest_effect, spread_of_rate, units_for

_LEAST_MEAN_UNITS = 10  # a variance of fewer numbers says nothing yet
NEGLIGIBLE = 0.02  # of the baseline: below it nobody changes a campaign


class Finding(StrEnum):
    """What a comparison says today."""

    BETTER = "better"
    WORSE = "worse"
    NOT_YET = "not_yet"
    FUTILE = "futile"  # whatever the difference is, it is too small to matter
    UNREADABLE = "unreadable"  # too little to compare at all


@dataclass(frozen=True, slots=True)
class Comparison:
    """An arm against the baseline. `p_value` is always valid; `decided_at` is the first look that decided.

    `needed_units` is how many more units (both arms) a true difference as large as the one seen would take;
    None when the difference seen is nothing but noise so far. `detectable` is what these units can find.
    """

    baseline: str
    arm: str
    finding: Finding
    effect: float
    lower: float
    upper: float
    p_value: float
    relative: float | None
    decided_at: int | None
    needed_units: int | None
    detectable: float
    faded: bool


@dataclass(frozen=True, slots=True)
class _Pair:
    """What two arms show, reduced to what the verdict needs; series have one entry a look."""

    base: float
    differences: Floats
    evidence: Floats
    interval: tuple[float, float]
    units: float
    spread: float
    share: float


def compare_rates(
    counts: Counts, names: tuple[str, str], alpha: float, matters: float | None = None
) -> Comparison:
    """Compare two arms of yes and no; `matters` is the smallest absolute difference worth having."""
    if not counts.base_units.size or min(counts.base_units[-1], counts.arm_units[-1]) == 0:
        return _unreadable(names)
    units = float(counts.base_units[-1] + counts.arm_units[-1])
    hits = float(counts.base_hits[-1] + counts.arm_hits[-1])
    if hits in (0, units):
        return _unreadable(names)
    with np.errstate(divide="ignore", invalid="ignore"):
        base, arm = counts.base_hits / counts.base_units, counts.arm_hits / counts.arm_units
    pair = _Pair(
        base=float(base[-1]),
        differences=_within(counts) if counts.parts else arm - base,
        evidence=log_e_of_rates(counts),
        interval=rates_interval(counts, alpha),
        units=units,
        spread=spread_of_rate(hits / units),
        share=counts.share,
    )
    return _compared(names, pair, alpha, matters)


def _within(counts: Counts) -> Floats:
    """The difference inside each stretch of equal shares, averaged (Mantel and Haenszel 1959).

    Pooled rates would mix the arms with the times at which each was given most.
    """
    top, weights = np.zeros_like(counts.base_units), np.zeros_like(counts.base_units)
    for part in counts.parts:
        units = part.base_units + part.arm_units
        with np.errstate(divide="ignore", invalid="ignore"):
            weight = np.nan_to_num(part.base_units * part.arm_units / units)
            gap = np.nan_to_num(part.arm_hits / part.arm_units - part.base_hits / part.base_units)
        top, weights = top + weight * gap, weights + weight
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.nan_to_num(top / weights)


def compare_means(
    moments: Moments, names: tuple[str, str], alpha: float, matters: float | None = None
) -> Comparison:
    """Compare two arms of numbers; looks whose variance is unknown or zero are passed over."""
    readable = _readable(moments)
    if not readable.any():
        return _unreadable(names)
    kept = Moments(*(getattr(moments, name)[readable] for name in Moments.__slots__))
    evidence = np.full(readable.shape, -np.inf)
    evidence[readable] = log_e_of_means(kept)
    units = float(kept.base_units[-1] + kept.arm_units[-1])
    pair = _Pair(
        base=float(kept.base_mean[-1]),
        differences=moments.arm_mean - moments.base_mean,
        evidence=evidence,
        interval=means_interval(kept, alpha),
        units=units,
        spread=math.sqrt((kept.base_variance[-1] + kept.arm_variance[-1]) / 2),
        share=float(kept.arm_units[-1]) / units,
    )
    return _compared(names, pair, alpha, matters)


def _readable(moments: Moments) -> NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        spread = moments.base_variance + moments.arm_variance
        return (
            (np.minimum(moments.base_units, moments.arm_units) >= _LEAST_MEAN_UNITS)
            & (np.minimum(moments.base_variance, moments.arm_variance) >= 0)
            & (spread > 0)
            & np.isfinite(moments.base_mean + moments.arm_mean + spread)
        )


def _compared(names: tuple[str, str], pair: _Pair, alpha: float, matters: float | None) -> Comparison:
    """The first look that decides gives the direction; the numbers shown are today's."""
    passed = np.flatnonzero(pair.evidence >= -math.log(alpha))
    decided_at = int(passed[0]) if passed.size else None
    effect = float(pair.differences[-1])
    lower, upper = pair.interval
    margin = NEGLIGIBLE * abs(pair.base) if matters is None else matters
    if decided_at is not None:
        finding = Finding.BETTER if pair.differences[decided_at] > 0 else Finding.WORSE
    else:
        finding = Finding.FUTILE if -margin <= lower and upper <= margin else Finding.NOT_YET
    strongest = max(0.0, float(np.max(pair.evidence)))
    return Comparison(
        baseline=names[0],
        arm=names[1],
        finding=finding,
        effect=effect,
        lower=lower,
        upper=upper,
        p_value=math.exp(-strongest),
        relative=effect / abs(pair.base) if pair.base else None,
        decided_at=decided_at,
        needed_units=0 if decided_at is not None else _more_units(effect, pair, alpha),
        detectable=smallest_effect(pair.units, pair.spread, pair.share, alpha),
        faded=decided_at is not None and lower <= 0 <= upper,
    )


def _more_units(effect: float, pair: _Pair, alpha: float) -> int | None:
    """None while the difference is smaller than its own standard error: it names no number."""
    if abs(effect) * math.sqrt(pair.units * pair.share * (1 - pair.share)) < pair.spread:
        return None
    return max(1, math.ceil(units_for(effect, pair.spread, pair.share, alpha) - pair.units))


def _unreadable(names: tuple[str, str]) -> Comparison:
    nothing = float("nan")
    return Comparison(
        *names, Finding.UNREADABLE, nothing, nothing, nothing, 1.0, None, None, None, nothing, False
    )
