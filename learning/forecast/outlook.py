"""What a forecast of a file says: every series with periods, errors and baselines, and what was done to the rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from learning.forecast.backtest import Coverage, Score
from learning.forecast.methods import Method
from learning.forecast.periods import Frequency


@dataclass(frozen=True)
class Point:
    """One coming period: the likely value, the 80 % interval and the 95 % interval."""

    period: str
    value: float
    lower: float
    upper: float
    lower95: float
    upper95: float


@dataclass(frozen=True)
class SeriesOutlook:
    """One series. `points` is empty when it could not be forecast; `verdict` says why."""

    name: str
    known: int
    first: str
    last: str
    last_value: float | None
    season: int
    method: Method | None
    points: tuple[Point, ...]
    score: Score
    baselines: dict[Method, Score]
    beats_naive: bool
    coverage: Coverage | None
    origins: int
    verdict: str
    said: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "name": self.name,
            "known": self.known,
            "first": self.first,
            "last": self.last,
            "last_value": self.last_value,
            "season": self.season,
            "method": self.method.value if self.method else None,
            "points": [_point(one) for one in self.points],
            **_errors(self.score),
            "baselines": {method.value: _errors(score) for method, score in self.baselines.items()},
            "beats_naive": self.beats_naive,
            "coverage": _rounded(self.coverage.share if self.coverage else None),
            "coverage_checked": self.coverage.checked if self.coverage else 0,
            "origins": self.origins,
            "verdict": self.verdict,
            "said": list(self.said),
        }


@dataclass(frozen=True)
class Outlook:
    """The forecast of a file. Errors of several series are their means."""

    file: str
    frequency: Frequency | None
    unit: str
    season: int
    horizon: int
    series: tuple[SeriesOutlook, ...]
    said: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    left_out: int = 0

    @property
    def verdict(self) -> str:
        """One sentence on the whole."""
        forecast = [one for one in self.series if one.points]
        if len(self.series) == 1:
            return self.series[0].verdict
        if not forecast:
            return "Not enough data: none of the series could be forecast."
        better = sum(1 for one in forecast if one.beats_naive)
        rest = "; for the others the naive forecast is used" if better < len(forecast) else ""
        return f"{better} of {len(forecast)} series are forecast better than by the naive ways{rest}."

    def as_json(self) -> dict[str, Any]:
        """One document; `points`, `lower` and `upper` hold all series one after the other."""
        points = [(one.name, point) for one in self.series for point in one.points]
        return {
            "file": self.file,
            "series": [one.name for one in self.series],
            "frequency": self.frequency.value if self.frequency else None,
            "season": self.season,
            "horizon": self.horizon,
            "enough_data": bool(points),
            "verdict": self.verdict,
            "points": [{"series": name, **_point(point)} for name, point in points],
            "lower": [_rounded(point.lower) for _, point in points],
            "upper": [_rounded(point.upper) for _, point in points],
            "mase": _rounded(_mean([one.score.mase for one in self.series])),
            "smape": _rounded(_mean([one.score.smape for one in self.series])),
            "baselines": {
                method.value: {
                    "mase": _rounded(_mean([_of(one, method).mase for one in self.series])),
                    "smape": _rounded(_mean([_of(one, method).smape for one in self.series])),
                }
                for method in (Method.LAST_VALUE, Method.SEASONAL_NAIVE)
            },
            "beats_naive": bool(points) and all(one.beats_naive for one in self.series if one.points),
            "coverage": _rounded(_mean([one.coverage.share for one in self.series if one.coverage])),
            "forecasts": [one.as_json() for one in self.series],
            "said": list(self.said),
            "problems": list(self.problems),
            "left_out": self.left_out,
        }


def _of(series: SeriesOutlook, method: Method) -> Score:
    return series.baselines.get(method, Score(None, None))


def _point(point: Point) -> dict[str, Any]:
    return {
        "period": point.period,
        "value": _rounded(point.value),
        "lower": _rounded(point.lower),
        "upper": _rounded(point.upper),
        "lower95": _rounded(point.lower95),
        "upper95": _rounded(point.upper95),
    }


def _errors(score: Score) -> dict[str, float | None]:
    return {"mase": _rounded(score.mase), "smape": _rounded(score.smape)}


def _mean(values: Sequence[float | None]) -> float | None:
    known = [one for one in values if one is not None]
    return sum(known) / len(known) if known else None


def _rounded(value: float | None) -> float | None:
    """Seven significant digits: enough for money, and the same on every machine."""
    return None if value is None else float(f"{value:.7g}")
