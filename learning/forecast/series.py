"""One series in, one forecast out: the better of a combination and the naive ways, with intervals. Pure."""

from dataclasses import dataclass

import numpy as np

from learning.forecast import backtest
from learning.forecast.backtest import Band, Score
from learning.forecast.methods import Forecasts, Method, every_method
from learning.forecast.smoothing import Floats

FEWEST = 4  # points
LONGEST = 3000  # points; older ones say little and cost time
LEVELS = (0.8, 0.95)
CLEARLY = 0.9  # an error so much smaller is no luck of a few origins
NAIVE = (Method.LAST_VALUE, Method.SEASONAL_NAIVE)


@dataclass(frozen=True)
class SeriesForecast:
    """What can be said of one series. `points` is empty when there are too few values."""

    method: Method | None
    points: Floats
    bands: dict[float, Band]
    score: Score
    baselines: dict[Method, Score]
    beats_naive: bool
    coverage: backtest.Coverage | None
    origins: int
    season: int
    verdict: str
    remarks: tuple[str, ...] = ()


def forecast_series(values: Floats, season: int, horizon: int, *, unit: str = "period") -> SeriesForecast:
    """Forecast a series of finite values, oldest first, with a season of this many periods (1: none)."""
    if len(values) < FEWEST:
        return _nothing(len(values), season, unit)
    values, remarks = values[-LONGEST:], ()
    if season > 1 and len(values) < 2 * season + 1:
        remarks = (_short_of_seasons(len(values), season, unit),)
        season = season if len(values) > season else 1
    if np.ptp(values) == 0:
        return _constant(values, season, horizon, unit)
    return _chosen(values, season, horizon, unit, remarks)


def _short_of_seasons(known: int, season: int, unit: str) -> str:
    what = "the last one can only be repeated" if known > season else "seasons are left out"
    return f"{known} {unit}s are less than two seasons and one more ({2 * season + 1}): {what}."


def _chosen(values: Floats, season: int, horizon: int, unit: str, remarks: tuple[str, ...]) -> SeriesForecast:
    cuts = backtest.origins(len(values), season, horizon)
    forecasts = every_method(values, season, (*cuts, len(values)), horizon)
    past = backtest.look_back(values, season, horizon, cuts)
    scores = {method: backtest.score(points, past) for method, points in forecasts.points.items()}
    method, beats = _best(scores)
    return SeriesForecast(
        method=method,
        points=forecasts.points[method][-1],
        bands={level: _band(values, forecasts, past, method, season, level) for level in LEVELS},
        score=scores[method],
        baselines=_baselines(scores),
        beats_naive=beats,
        coverage=backtest.coverage(forecasts, past, method, season, LEVELS[0]),
        origins=len(cuts),
        season=season,
        verdict=_verdict(scores, method, beats, len(cuts), unit),
        remarks=remarks,
    )


def _band(
    values: Floats,
    forecasts: Forecasts,
    past: tuple[backtest.Origin, ...],
    method: Method,
    season: int,
    level: float,
) -> Band:
    own, worth = backtest.own_errors(forecasts, past, method, season, len(values))
    ruler = backtest.intervals.ruler(values, season, backtest.intervals.stays_clear(values))
    edges = backtest.band(forecasts.points[method][-1], own, worth, ruler, season, level)
    # What never was below zero (units, sales) is not forecast below it.
    lower = np.maximum(edges.lower, 0.0) if values.min() >= 0 else edges.lower
    return Band(lower, edges.upper)


def _best(scores: dict[Method, Score]) -> tuple[Method, bool]:
    """The method to use, and whether it is better than every naive one."""
    naive = _rival(scores)
    ours = _tried(scores)
    if ours is None or _loss(scores, ours) >= _loss(scores, naive):
        return naive, False
    return ours, True


def _tried(scores: dict[Method, Score]) -> Method | None:
    """The method that is held against the naive ones: the combination, unless smoothing alone is clearly better."""
    if Method.COMBINATION not in scores:
        return next((one for one in scores if one not in NAIVE), None)
    alone, together = _loss(scores, Method.SMOOTHING), _loss(scores, Method.COMBINATION)
    return Method.SMOOTHING if alone < CLEARLY * together else Method.COMBINATION


def _rival(scores: dict[Method, Score]) -> Method:
    """The best naive method."""
    return min((one for one in NAIVE if one in scores), key=lambda one: _loss(scores, one))


def _loss(scores: dict[Method, Score], method: Method) -> float:
    """What decides: the mean error, or that of the sum where single periods are chance (else zero always wins)."""
    score = scores[method]
    error = score.total if Method.MEAN_RATE in scores else score.mase
    return np.inf if error is None else error


def _baselines(scores: dict[Method, Score]) -> dict[Method, Score]:
    return {one: scores.get(one, scores[Method.LAST_VALUE]) for one in NAIVE}


def _verdict(scores: dict[Method, Score], method: Method, beats: bool, origins: int, unit: str) -> str:
    if not origins:
        return "Too short to look back: the last value is carried on, and its interval is a first guess."
    looks = f"looking back from {origins} earlier {unit}{'s' if origins > 1 else ''}"
    rival, tried = _rival(scores), _tried(scores)
    if tried is None:
        return f"Too short for anything but the naive forecast: {_IN_WORDS[method]} is the forecast."
    of = " in the sum of all coming periods" if tried is Method.MEAN_RATE else ""
    ours, theirs = _loss(scores, tried), _loss(scores, rival)
    if not (np.isfinite(ours) and np.isfinite(theirs)):
        return f"Nothing changed before the last {unit}s, so {_IN_WORDS[method]} is the forecast."
    if beats:
        return f"Better than {_IN_WORDS[rival]}: {_per_cent(1 - ours / theirs)} smaller errors{of}, {looks}."
    worse = (
        f"the best we could do had {_per_cent(ours / theirs - 1)} larger errors{of}"
        if theirs
        else "that was exact"
    )
    return f"Not better than {_IN_WORDS[method]}: {worse}, {looks}. So {_IN_WORDS[method]} is the forecast."


def _per_cent(share: float) -> str:
    return "less than 1 %" if share < 0.01 else f"{share:.0%}".replace("%", " %")


_IN_WORDS = {Method.LAST_VALUE: "the last value", Method.SEASONAL_NAIVE: "repeating the last season"}


def _constant(values: Floats, season: int, horizon: int, unit: str) -> SeriesForecast:
    points = np.full(horizon, values[-1])
    perfect = Score(None, 0.0)
    return SeriesForecast(
        Method.LAST_VALUE,
        points,
        {level: Band(points, points) for level in LEVELS},
        perfect,
        dict.fromkeys(NAIVE, perfect),
        False,
        None,
        0,
        season,
        f"Every {unit} had the same value, so that value is carried on; how far it could vary is not known.",
    )


def _nothing(count: int, season: int, unit: str) -> SeriesForecast:
    unknown = Score(None, None)
    return SeriesForecast(
        None,
        np.empty(0),
        {},
        unknown,
        dict.fromkeys(NAIVE, unknown),
        False,
        None,
        0,
        season,
        f"Not enough data: {count} {unit}{'s' if count != 1 else ''}; at least {FEWEST} are needed.",
    )
