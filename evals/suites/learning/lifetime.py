"""The part `lifetime` of the suite `learning`: repeat purchases of CDNOW customers, published figures and hold-out."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from evals.suites.figures import Figure
from evals.suites.options import Options
from learning.lifetime_value import BuyingModel, fit_buying, histories, naive_rate

FOLDER, FILE = "cdnow", "CDNOW_sample.txt"
KNOWN_UNTIL, TRUE_UNTIL = date(1997, 9, 30), date(1998, 6, 30)
PUBLISHED = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}  # Fader, Hardie and Lee (2005), table 2
PUBLISHED_FIT = -9582.4
SAME = 0.0006  # three digits, with room for rounding

Purchase = tuple[str, date]


@dataclass(frozen=True)
class _Tried:
    model: BuyingModel
    real: np.ndarray
    said: np.ndarray
    naive: np.ndarray


async def figures(options: Options) -> tuple[dict[str, Figure], dict[str, str]]:
    """Fit on 39 weeks and hold the next 39 against it."""
    path = (options.data or Path()) / FOLDER / FILE
    if options.data is None or not path.is_file():
        return {}, {"cdnow": f"no {FOLDER}/{FILE} in the data folder"}
    options.say("fitting repeat purchases of CDNOW customers")
    tried = await asyncio.to_thread(_try, _purchases(path))
    return _figures(tried), {}


def _purchases(path: Path) -> list[Purchase]:
    """Customer and day of every line; the second column is the sample's own number of a customer."""
    found = []
    for line in path.read_text(encoding="ascii").splitlines():
        cells = line.split()
        if len(cells) >= 3:
            day = cells[2]
            found.append((cells[1], date(int(day[:4]), int(day[4:6]), int(day[6:8]))))
    return found


def _try(purchases: Sequence[Purchase]) -> _Tried:
    known, names = histories(purchases, KNOWN_UNTIL)
    model = fit_buying(known)
    if model is None:
        raise ValueError("too few customers in the CDNOW sample")
    weeks = (TRUE_UNTIL - KNOWN_UNTIL).days / 7
    return _Tried(model, _later(purchases, names), model.expected(known, weeks), naive_rate(known, weeks))


def _later(purchases: Sequence[Purchase], names: Sequence[str]) -> np.ndarray:
    """How often each customer really bought in the hold-out."""
    days: dict[str, set[date]] = {name: set() for name in names}
    for customer, day in purchases:
        if KNOWN_UNTIL < day <= TRUE_UNTIL and customer in days:
            days[customer].add(day)
    return np.array([len(days[name]) for name in names], dtype=np.float64)


def _figures(tried: _Tried) -> dict[str, Figure]:
    model, n = tried.model, tried.model.customers
    ours = {name: getattr(model, name) for name in PUBLISHED}
    same = sum(abs(ours[name] - value) < SAME for name, value in PUBLISHED.items())
    found = {
        f"cdnow_{name}": Figure(round(value, 4), "", baseline=PUBLISHED[name], n=n)
        for name, value in ours.items()
    }
    return found | {
        "cdnow_log_likelihood": Figure(round(model.log_likelihood, 2), "", baseline=PUBLISHED_FIT, n=n),
        "cdnow_parameters_reproduced": Figure(same, "of 4", "4", n=len(PUBLISHED)),
        "cdnow_holdout_mae": Figure(
            round(float(np.abs(tried.said - tried.real).mean()), 4),
            "purchases",
            baseline=round(float(np.abs(tried.naive - tried.real).mean()), 4),
            n=n,
        ),
        "cdnow_holdout_total_error": Figure(
            round(float(abs(tried.said.sum() / tried.real.sum() - 1)), 4),
            "share",
            baseline=round(float(abs(tried.naive.sum() / tried.real.sum() - 1)), 4),
            n=int(tried.real.sum()),
        ),
        "cdnow_holdout_correlation": Figure(
            round(float(np.corrcoef(tried.said, tried.real)[0, 1]), 3),
            "",
            baseline=round(float(np.corrcoef(tried.naive, tried.real)[0, 1]), 3),
            n=n,
        ),
    }
