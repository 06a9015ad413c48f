"""The forecasts everything else is measured against, and Theta. Pure arrays; a forecast has `horizon` points."""

import numpy as np

from learning.forecast.smoothing import Floats, seasonal_figures

SMOOTHING = np.linspace(0.02, 0.99, 40)
SURE = 1.645  # a seasonal swing must stand out of chance at 90 % before Theta takes it out


def last_value(values: Floats, horizon: int) -> Floats:
    """The last value again and again."""
    return np.full(horizon, values[-1])


def seasonal_naive(values: Floats, season: int, horizon: int) -> Floats:
    """The last season again and again; the last value while there is no whole season."""
    if season < 2 or len(values) < season:
        return last_value(values, horizon)
    return np.resize(values[-season:], horizon)


def theta(values: Floats, season: int, horizon: int) -> Floats:
    """Theta (Assimakopoulos and Nikolopoulos, 2000): smoothing plus half the straight trend, seasons taken out."""
    times = bool(values.min() > 0.01 * np.abs(values).mean())
    figures = np.ones(1) if times else np.zeros(1)
    if has_season(values, season):
        figures = seasonal_figures(values, season, times)
    known = np.resize(figures, len(values))
    flat = values / known if times else values - known
    level, alpha = _smoothed(flat)
    slope = np.polyfit(np.arange(len(flat)), flat, 1)[0] if len(flat) > 2 else 0.0
    steps = np.arange(horizon)
    line = level + slope / 2 * (steps + (1 - (1 - alpha) ** len(flat)) / alpha)
    ahead = figures[(len(values) + steps) % len(figures)]
    return line * ahead if times else line + ahead


def has_season(values: Floats, season: int) -> bool:
    """True when the series repeats itself after a season more than chance would."""
    if season < 2 or len(values) < 2 * season + 1:
        return False
    around = values - values.mean()
    total = float(around @ around)
    if total == 0:
        return False
    lags = [float(around[lag:] @ around[:-lag]) / total for lag in range(1, season + 1)]
    limit = SURE * np.sqrt((1 + 2 * sum(one * one for one in lags[:-1])) / len(values))
    return abs(lags[-1]) > limit


def _smoothed(values: Floats) -> tuple[float, float]:
    """The last level of simple exponential smoothing and its best rate."""
    level = np.full(SMOOTHING.size, values[:3].mean())
    squares = np.zeros(SMOOTHING.size)
    for value in values:
        error = value - level
        squares += error * error
        level = level + SMOOTHING * error
    best = int(squares.argmin())
    return float(level[best]), float(SMOOTHING[best])
