"""Exponential smoothing in innovation form, run for a whole grid of parameters at once. Pure arrays.

One pass over a series serves every rolling origin: what is chosen at a cut has seen only what lies before it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Season = Literal["none", "added", "times"]

LEVELS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.45, 0.6, 0.8, 0.95)
SLOPES = (0.0, 0.02, 0.05, 0.1, 0.25)  # as a share of the level's
SWINGS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4)
DAMPING = (0.8, 0.9, 0.95, 0.98)  # an undamped trend runs away at long horizons and is not offered
KEPT = 40  # best parameter sets of a form that are averaged
FIRST_SEASONS = 4  # seasons the first seasonal figures are taken from
FIRST_POINTS = 10  # points the first level and slope are taken from, or a season if that is longer


@dataclass(frozen=True)
class Form:
    """One way to smooth: with or without a damped trend, with or without seasons, on values or their logs."""

    trend: bool
    season: Season
    logs: bool = False


@dataclass(frozen=True)
class Fits:
    """What each form says at each cut: points (form, cut, step) and AICc (form, cut), lower is better."""

    forms: tuple[Form, ...]
    points: Floats
    aicc: Floats

    def averaged(self) -> Floats:
        """Points by cut, each form weighted by how well it explains the past (AICc weights)."""
        weights = np.exp(-0.5 * (self.aicc - self.aicc.min(axis=0)))
        weights /= weights.sum(axis=0)
        return np.einsum("fc,fch->ch", weights, self.points)

    def middle(self, *, seasonal: bool = False) -> Floats:
        """The median of all forms, by cut; with `seasonal` only of those with seasons, where there are any."""
        chosen = [row for row, form in enumerate(self.forms) if form.season != "none"] if seasonal else []
        return np.median(self.points[chosen] if chosen else self.points, axis=0)


@dataclass(frozen=True)
class _Start:
    level: float
    slope: float
    swings: Floats


@dataclass
class _State:
    """Level, slope and seasonal figures of every parameter set, and the error so far. Changed in place."""

    level: Floats
    slope: Floats
    swings: Floats
    squares: Floats
    logs: Floats


def smooth(values: Floats, season: int, cuts: Sequence[int], horizon: int) -> Fits:
    """Fit every form that suits a series and forecast from every cut.

    Args:
        values: the series, finite, oldest first.
        season: periods in a season; 1 for none.
        cuts: lengths of the known part, ascending.
        horizon: steps to forecast.
    """
    forms = _suited(values, season, cuts[0])
    points = np.empty((len(forms), len(cuts), horizon))
    aicc = np.empty((len(forms), len(cuts)))
    for row, form in enumerate(forms):
        points[row], aicc[row] = _form(values, season, cuts, horizon, form)
    return Fits(forms, points, aicc)


def _suited(values: Floats, season: int, shortest: int) -> tuple[Form, ...]:
    # Ratios and logs need a series that stays clear of zero.
    positive = bool(values.min() > 0.01 * np.abs(values).mean())
    seasons: tuple[Season, ...] = ("none",)
    if season > 1 and shortest >= 2 * season + 1:
        seasons = ("none", "added", "times") if positive else ("none", "added")
    forms = [Form(trend, one) for one in seasons for trend in (False, True)]
    if positive:
        forms += [Form(trend, one, logs=True) for one in seasons if one != "times" for trend in (False, True)]
    return tuple(forms)


def _form(
    values: Floats, season: int, cuts: Sequence[int], horizon: int, form: Form
) -> tuple[Floats, Floats]:
    data = np.log(values) if form.logs else values
    season = season if form.season != "none" else 1
    alpha, slope_share, gamma, damping = _grid(form)
    state = _begin(_start(data[: cuts[0]], season, form), alpha.size)
    tiny = 1e-9 * max(float(np.abs(data).max()), 1e-9)
    wanted = {cut: row for row, cut in enumerate(cuts)}
    points, aicc = np.empty((len(cuts), horizon)), np.empty(len(cuts))
    unlog = 2 * np.cumsum(data) if form.logs else np.zeros(len(data))  # densities of values, not of logs
    for t, value in enumerate(data[: cuts[-1]]):
        _step(state, form, float(value), t % season, (alpha, alpha * slope_share, gamma, damping), tiny)
        row = wanted.get(t + 1)
        if row is not None:
            points[row], aicc[row] = _ahead(state, form, t + 1, season, horizon, damping)
            aicc[row] += unlog[t]
    return (np.exp(np.minimum(points, 700)) if form.logs else points), aicc


def _grid(form: Form) -> tuple[Floats, ...]:
    slopes, damping = (SLOPES, DAMPING) if form.trend else ((0.0,), (1.0,))
    swings = SWINGS if form.season != "none" else (0.0,)
    return tuple(np.array(list(product(LEVELS, slopes, swings, damping))).T)


def _start(data: Floats, season: int, form: Form) -> _Start:
    """First level, slope and seasonal figures, from the beginning of the series."""
    swings = np.ones(season) if form.season == "times" else np.zeros(season)
    if season > 1:
        swings = seasonal_figures(data[: (FIRST_SEASONS + 1) * season], season, form.season == "times")
    head = data[: max(season, FIRST_POINTS)]
    figures = np.resize(swings, len(head))
    flat = head / figures if form.season == "times" else head - figures
    if not form.trend or len(flat) < 3:
        return _Start(float(flat.mean()), 0.0, swings)
    slope, level = np.polyfit(np.arange(len(flat)), flat, 1)
    return _Start(float(level - slope), float(slope), swings)


def seasonal_figures(data: Floats, season: int, times: bool) -> Floats:
    """What each position of a season stands above the moving average: shares (`times`) or amounts."""
    weights = np.full(season, 1.0) if season % 2 else np.r_[0.5, np.ones(season - 1), 0.5]
    middle = np.convolve(data, weights / season, "valid")
    at = np.arange(len(middle)) + len(weights) // 2
    beside = data[at] / middle if times else data[at] - middle
    figures = np.array(
        [_mean(beside[at % season == place], 1.0 if times else 0.0) for place in range(season)]
    )
    return figures / figures.mean() if times else figures - figures.mean()


def _mean(values: Floats, otherwise: float) -> float:
    return float(values.mean()) if values.size else otherwise


def _begin(start: _Start, sets: int) -> _State:
    return _State(
        np.full(sets, start.level),
        np.full(sets, start.slope),
        np.repeat(start.swings[:, None], sets, axis=1),
        np.zeros(sets),
        np.zeros(sets),
    )


def _step(
    state: _State, form: Form, value: float, place: int, rates: tuple[Floats, ...], tiny: float
) -> None:
    """Take in one value."""
    alpha, beta, gamma, damping = rates
    slope = damping * state.slope
    trend = state.level + slope
    swing = state.swings[place]
    said = trend * swing if form.season == "times" else trend + swing
    error = value - said
    if form.season == "times":
        size = np.maximum(np.abs(said), tiny)
        state.squares += (error / size) ** 2
        state.logs += np.log(size)
        swing += gamma * (1 - alpha) * error / np.where(np.abs(trend) > tiny, trend, tiny)
        error = error / np.maximum(swing, 1e-3)
    else:
        state.squares += error * error
        if form.season == "added":
            swing += gamma * (1 - alpha) * error
    state.level = trend + alpha * error
    if form.trend:
        state.slope = slope + beta * error


def _ahead(
    state: _State, form: Form, known: int, season: int, horizon: int, damping: Floats
) -> tuple[Floats, float]:
    """The averaged forecast of the best parameter sets, and the form's AICc."""
    free = 2 + (3 if form.trend else 0) + (season + 1 if form.season != "none" else 0)
    fit = known * np.log(state.squares / known + 1e-300) + 2 * state.logs
    best = np.argsort(fit)[:KEPT]
    weights = np.exp(-0.5 * (fit[best] - fit[best[0]]))
    weights /= weights.sum()
    steps = np.arange(1, horizon + 1)
    run = np.cumsum(damping[best][:, None] ** steps, axis=1)
    paths = state.level[best][:, None] + state.slope[best][:, None] * run
    if form.season != "none":
        swings = state.swings[(known + steps - 1) % season][:, best].T
        paths = paths * swings if form.season == "times" else paths + swings
    penalty = 2 * free + 2 * free * (free + 1) / max(known - free - 1, 1)
    return weights @ paths, float(fit[best[0]]) + penalty
