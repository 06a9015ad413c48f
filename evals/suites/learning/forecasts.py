"""The part `forecasts` of the suite `learning`: monthly and quarterly tourism series, beside repeating the last season.

The last `horizon` values of every series are the test; nothing of the method was chosen on them.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.suites.figures import Figure
from evals.suites.options import Options
from learning.forecast.backtest import naive_error
from learning.forecast.classics import seasonal_naive
from learning.forecast.series import forecast_series

FOLDER = "tourism-forecast"
Floats = NDArray[np.float64]
_NORMAL80 = 1.2816


@dataclass(frozen=True)
class Collection:
    """A file of the competition: its season, its horizon and the mean MASE that is promised."""

    name: str
    season: int
    horizon: int
    goal: float

    @property
    def file(self) -> str:
        """Where it lies in the folder."""
        return f"tourism_{self.name}_dataset.tsf"


COLLECTIONS = (Collection("monthly", 12, 24, 1.53), Collection("quarterly", 4, 8, 1.65))


@dataclass(frozen=True)
class _Tested:
    """Every series of a collection: MASE of ours and of the last season, and how many real values lay inside."""

    ours: Floats
    naive: Floats
    inside: Floats
    inside_textbook: Floats
    seconds: float


async def figures(options: Options) -> tuple[dict[str, Figure], dict[str, str]]:
    """Forecast every series of both collections."""
    folder = (options.data or Path()) / FOLDER
    missing = [one.file for one in COLLECTIONS if not (folder / one.file).is_file()]
    if options.data is None or missing:
        absent = f"no {FOLDER}/{missing[0] if missing else COLLECTIONS[0].file} in the data folder"
        return {}, {"tourism": absent}
    found: dict[str, Figure] = {}
    tested = []
    for one in COLLECTIONS:
        options.say(f"forecasting the {one.name} tourism series")
        done = await asyncio.to_thread(_test, one, read_tsf(folder / one.file))
        found |= _figures(one, done)
        tested.append(done)
    return found | _coverage(tested), {}


def read_tsf(path: Path) -> list[Floats]:
    """The series of a file in the archive's format: `name:start:v1,v2,…` after a head of # and @ lines."""
    lines = path.read_text(encoding="latin-1").splitlines()
    data = [line for line in lines if line.strip() and line[0] not in "#@"]
    return [np.array([float(one) for one in line.rpartition(":")[2].split(",")]) for line in data]


def _test(collection: Collection, series: Sequence[Floats]) -> _Tested:
    begun = time.monotonic()
    rows = np.array([_one(values, collection.season, collection.horizon) for values in series])
    return _Tested(rows[:, 0], rows[:, 1], rows[:, 2], rows[:, 3], time.monotonic() - begun)


def _one(values: Floats, season: int, horizon: int) -> tuple[float, float, float, float]:
    known, real = values[:-horizon], values[-horizon:]
    said = forecast_series(known, season, horizon)
    naive = seasonal_naive(known, season, horizon)
    scale = naive_error(known, season)
    band = said.bands[0.8]
    spread = np.std(known[season:] - known[:-season]) * np.sqrt(1 + np.arange(horizon) // season)
    return (
        float(np.abs(said.points - real).mean()) / scale,
        float(np.abs(naive - real).mean()) / scale,
        float(np.mean((real >= band.lower) & (real <= band.upper))),
        float(np.mean(np.abs(real - naive) <= _NORMAL80 * spread)),
    )


def _figures(collection: Collection, done: _Tested) -> dict[str, Figure]:
    count = len(done.ours)
    half = 1.96 * float(done.ours.std()) / count**0.5
    mean = float(done.ours.mean())
    return {
        f"tourism_{collection.name}_mase": Figure(
            round(mean, 4),
            "MASE",
            f"≤ {collection.goal}",
            baseline=round(float(done.naive.mean()), 4),
            n=count,
            interval=(round(mean - half, 4), round(mean + half, 4)),
        ),
        f"tourism_{collection.name}_better_than_naive": Figure(
            round(float(np.mean(done.ours < done.naive)), 3), "share of series", n=count
        ),
        f"tourism_{collection.name}_interval80_coverage": Figure(
            round(float(done.inside.mean()), 4),
            "share",
            baseline=round(float(done.inside_textbook.mean()), 4),
            n=count,
        ),
        f"tourism_{collection.name}_seconds": Figure(round(done.seconds, 1), "s", n=count),
    }


def _coverage(tested: Sequence[_Tested]) -> dict[str, Figure]:
    """One goal has two sides; the second figure says how far from 80 % it is."""
    inside = np.concatenate([one.inside for one in tested])
    textbook = np.concatenate([one.inside_textbook for one in tested])
    half = 1.96 * float(inside.std()) / len(inside) ** 0.5
    mean, plain = float(inside.mean()), float(textbook.mean())
    return {
        "interval80_coverage": Figure(
            round(mean, 4),
            "share",
            "≥ 0.75",
            baseline=round(plain, 4),
            n=len(inside),
            interval=(round(mean - half, 4), round(mean + half, 4)),
        ),
        "interval80_off": Figure(
            round(abs(mean - 0.8), 4), "share", "≤ 0.05", baseline=round(abs(plain - 0.8), 4), n=len(inside)
        ),
    }
