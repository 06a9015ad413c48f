"""The ways a series can be forecast, all from the same rolling origins: the combination and the naive ones. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from learning.forecast.classics import last_value, seasonal_naive, theta
from learning.forecast.smoothing import Floats, smooth

SMOOTHING_FROM = 8  # points; below that nothing but the last value can be defended
SPARSE = 0.4  # share of zeros from which demand counts as intermittent
FORGETTING = 0.1  # how fast the rate of an intermittent series follows


class Method(StrEnum):
    """How the points of a forecast were made."""

    COMBINATION = "combination"  # exponential smoothing (averaged, and its median), Theta, last season
    SMOOTHING = (
        "smoothing"  # exponential smoothing alone, where the trend is so clear that the others only lag
    )
    MEAN_RATE = (
        "mean_rate"  # intermittent demand: chance of any times size (Teunter, Syntetos and Babai, 2011)
    )
    LAST_VALUE = "last_value"
    SEASONAL_NAIVE = "seasonal_naive"


@dataclass(frozen=True)
class Forecasts:
    """Points of every method at every cut: arrays (cut, step)."""

    cuts: tuple[int, ...]
    points: dict[Method, Floats]


def every_method(values: Floats, season: int, cuts: Sequence[int], horizon: int) -> Forecasts:
    """Forecast a series from every cut with every method that suits it. The cuts ascend."""
    heads = [values[:cut] for cut in cuts]
    points = {Method.LAST_VALUE: np.array([last_value(head, horizon) for head in heads])}
    if season > 1:
        points[Method.SEASONAL_NAIVE] = np.array([seasonal_naive(head, season, horizon) for head in heads])
    if is_sparse(values[: cuts[0]]):
        points[Method.MEAN_RATE] = np.array([np.full(horizon, mean_rate(head)) for head in heads])
    elif cuts[0] >= SMOOTHING_FROM:
        points |= _fitted(values, season, cuts, horizon)
    return Forecasts(tuple(cuts), points)


def _fitted(values: Floats, season: int, cuts: Sequence[int], horizon: int) -> dict[Method, Floats]:
    """Smoothing alone, and the mean of four: it, the median of its forms, Theta and the last season."""
    fits = smooth(values, season, cuts, horizon)
    naive = np.array([seasonal_naive(values[:cut], season, horizon) for cut in cuts])
    trends = np.array([theta(values[:cut], season, horizon) for cut in cuts])
    alone = fits.averaged()
    together = (alone + fits.middle(seasonal=True) + naive + trends) / 4
    return {Method.COMBINATION: together, Method.SMOOTHING: alone}


def is_sparse(values: Floats) -> bool:
    """True when so many periods are empty that smoothing would chase single orders."""
    return bool(values.min() >= 0 and np.mean(values == 0) >= SPARSE and values.max() > 0)


def mean_rate(values: Floats) -> float:
    """What to expect of one period: the smoothed chance of any demand times its smoothed size."""
    sizes = values[values > 0]
    if not sizes.size:
        return 0.0
    chance, size = float(np.mean(values > 0)), float(sizes.mean())
    for value in values:
        chance += FORGETTING * (float(value > 0) - chance)
        if value > 0:
            size += FORGETTING * (float(value) - size)
    return chance * size
