"""How good forecasts were when they could not know better: rolling origins, errors, honest coverage. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from learning.forecast import intervals
from learning.forecast.methods import SMOOTHING_FROM, Forecasts, Method
from learning.forecast.smoothing import Floats

MOST_ORIGINS = 12
MOST_SINGLE = 24  # origins when they are one period apart, so that luck in a few periods decides less
ORIGINS_PER_HORIZON = 4
SHORTEST = 5  # points before the first origin


@dataclass(frozen=True)
class Score:
    """Mean errors over all origins and steps. None where they cannot be told (nothing to scale by, no origin).

    `total` is the error of each origin's sum, scaled like MASE: what counts when single periods are chance.
    """

    mase: float | None
    smape: float | None
    total: float | None = None


@dataclass(frozen=True)
class Origin:
    """What one origin knew and what came after it."""

    real: Floats
    scale: float  # mean absolute seasonal naive error of what was known; 0 when it never changed
    ruler: intervals.Ruler


@dataclass(frozen=True)
class Coverage:
    """How many real values of the back-test lay inside intervals made before."""

    inside: int
    checked: int

    @property
    def share(self) -> float:
        """Inside as a share."""
        return self.inside / self.checked


@dataclass(frozen=True)
class Band:
    """Edges of an interval at each step."""

    lower: Floats
    upper: Floats


def origins(length: int, season: int, horizon: int) -> tuple[int, ...]:
    """Where to cut a series, ascending; empty when it is too short to look back."""
    least = SMOOTHING_FROM if length >= SMOOTHING_FROM + 4 else SHORTEST
    shortest = max(2 * season + 1, least) if length > 2 * season + 1 else least
    step = max(1, horizon // ORIGINS_PER_HORIZON)
    cuts = range(length - 1, shortest - 1, -step)
    return tuple(sorted(cuts[: MOST_SINGLE if step == 1 else MOST_ORIGINS]))


def look_back(values: Floats, season: int, horizon: int, cuts: Sequence[int]) -> tuple[Origin, ...]:
    """What each origin knew, and the truth it is held against."""
    ratio = intervals.stays_clear(values)
    return tuple(
        Origin(
            values[cut : cut + horizon],
            naive_error(values[:cut], season),
            intervals.ruler(values[:cut], season, ratio),
        )
        for cut in cuts
    )


def naive_error(known: Floats, season: int) -> float:
    """The mean absolute error of the seasonal naive forecast inside a series: the scale of MASE."""
    lag = season if len(known) > season else 1
    return float(np.abs(known[lag:] - known[:-lag]).mean()) if len(known) > lag else 0.0


def score(points: Floats, past: Sequence[Origin]) -> Score:
    """Errors of one method."""
    scaled, shares, totals = [], [], []
    for said, origin in zip(points, past, strict=False):
        error = np.abs(said[: len(origin.real)] - origin.real)
        size = np.abs(said[: len(origin.real)]) + np.abs(origin.real)
        shares.append(np.where(size > 0, 200 * error / np.where(size > 0, size, 1), 0.0))
        if origin.scale > 0:
            scaled.append(error / origin.scale)
            whole = abs(float(said[: len(origin.real)].sum() - origin.real.sum()))
            totals.append(np.full(len(origin.real), whole / len(origin.real) / origin.scale))
    return Score(_mean(scaled), _mean(shares), _mean(totals))


def band(said: Floats, own: Floats, worth: float, ruler: intervals.Ruler, season: int, level: float) -> Band:
    """The interval around a forecast, from errors made before."""
    widths = intervals.reach(own, worth, level) * ruler.size * intervals.growth(len(said), season)
    return Band(*ruler.band(said, widths))


def own_errors(
    forecasts: Forecasts, past: Sequence[Origin], method: Method, season: int, until: int
) -> tuple[Floats, float]:
    """Errors known once `until` values are known, in the ruler's size, and how many horizons they are worth."""
    found, horizon = [], forecasts.points[method].shape[1]
    for cut, said, origin in zip(forecasts.cuts, forecasts.points[method], past, strict=False):
        known = min(len(origin.real), until - cut)
        if known > 0:
            errors = origin.ruler.errors(origin.real[:known], said[:known])
            found.append(errors / (origin.ruler.size * intervals.growth(known, season)))
    scores = np.concatenate(found) if found else np.empty(0)
    return scores, scores.size / max(horizon, 1) / ORIGINS_PER_HORIZON


def coverage(
    forecasts: Forecasts, past: Sequence[Origin], method: Method, season: int, level: float
) -> Coverage | None:
    """How intervals that were made of earlier errors only held."""
    inside = checked = 0
    for cut, said, origin in zip(forecasts.cuts, forecasts.points[method], past, strict=False):
        own, worth = own_errors(forecasts, past, method, season, cut)
        edges = band(said[: len(origin.real)], own, worth, origin.ruler, season, level)
        inside += int(np.sum((origin.real >= edges.lower) & (origin.real <= edges.upper)))
        checked += len(origin.real)
    return Coverage(inside, checked) if checked else None


def _mean(parts: Sequence[Floats]) -> float | None:
    return float(np.concatenate(parts).mean()) if parts else None
