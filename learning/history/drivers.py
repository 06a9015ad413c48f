"""Why a prediction is what it is: one effect per column that add up to the log-odds exactly. Explains, never judges."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from learning.history.columns import MISSING, Column, Kind
from learning.history.encoding import Matrix, Rows
from learning.history.measures import Floats
from learning.history.models import Model, one_thread

_SAMPLE = 2_000
_EXPLAINED = 300  # rows explained for boosting, where every effect costs many predictions
_ORDERS = 8
_SEED = 11
_SMALL = 0.02  # share of all effects below which a column is not worth a sentence
_FEWEST = 5
_CANCELLED = 0.35  # share of an effect that is left when rows with equal values are averaged
_BENT = "not a straight line"
_TOGETHER = "depends on other columns"


@dataclass(frozen=True, slots=True)
class Effects:
    """`start` plus the sum over a row of `by_column` is the row's calibrated log-odds."""

    start: float
    by_column: NDArray[np.float64]  # rows x columns


@dataclass(frozen=True, slots=True)
class Driver:
    """A column that moves the prediction. `size` is its share of all effects."""

    column: str
    direction: str
    size: float
    sentence: str

    def as_json(self) -> dict[str, object]:
        """The parts by name."""
        return {
            "column": self.column,
            "direction": self.direction,
            "size": round(self.size, 4),
            "sentence": self.sentence,
        }


def effects(model: Model, columns: Sequence[Column], rows: Rows, background: Rows) -> Effects:
    """What each column adds for each row, compared with the background rows."""
    matrix = model.encoder.matrix(columns, rows)
    against = model.encoder.matrix(columns, background)
    owner, slope = model.encoder.owner, model.calibration.slope
    count = len(model.encoder.names)
    if model.fitted is None or not count:
        start = model.calibration.shift + slope * model.constant
        return Effects(start, np.zeros((len(rows), count)))
    if model.kind == "logistic":
        weights = model.fitted.coef_[0]
        middle = against.mean(axis=0)
        parts = (matrix - middle) * weights * slope
        start = model.calibration.shift + slope * float(middle @ weights + model.fitted.intercept_[0])
        return Effects(start, _summed(parts, owner, count))
    with one_thread():
        start, parts = _by_replacement(model, matrix, against, owner, count)
    return Effects(model.calibration.shift + slope * start, slope * parts)


def _summed(parts: Matrix, owner: NDArray[np.intp], count: int) -> Matrix:
    summed = np.zeros((len(parts), count))
    np.add.at(summed.T, owner, parts.T)
    return summed


def _by_replacement(
    model: Model, matrix: Matrix, against: Matrix, owner: NDArray[np.intp], count: int
) -> tuple[float, Matrix]:
    """Shapley effects by sampling (Strumbelj and Kononenko 2014): replace columns one by one, in random orders.

    The start differs a little from row to row; the difference is spread so that sums stay exact.
    """
    rng = np.random.default_rng(_SEED)
    parts = np.zeros((len(matrix), count))
    starts = np.zeros(len(matrix))
    for _ in range(_ORDERS):
        current = against[rng.integers(0, len(against), len(matrix))].copy()
        before = model.log_odds(current)
        starts += before / _ORDERS
        for column in rng.permutation(count):
            mine = owner == column
            current[:, mine] = matrix[:, mine]
            after = model.log_odds(current)
            parts[:, column] += (after - before) / _ORDERS
            before = after
    start = float(starts.mean())
    return start, parts + ((starts - start) / max(count, 1))[:, None]


def find_drivers(model: Model, columns: Sequence[Column], rows: Rows, base_rate: float) -> tuple[Driver, ...]:
    """The columns that matter, strongest first, each with a sentence."""
    limit = _SAMPLE if model.kind == "logistic" else _EXPLAINED
    sample = rows if len(rows) <= limit else rows[np.linspace(0, len(rows) - 1, limit).astype(int)]
    found = effects(model, columns, sample, sample)
    sizes = np.abs(found.by_column).mean(axis=0)
    total = float(sizes.sum())
    if not total:
        return ()
    drivers = [
        _driver(column, sample, found.by_column[:, at], float(sizes[at]) / total, base_rate)
        for at, column in enumerate(columns)
        if sizes[at] / total >= _SMALL
    ]
    return tuple(sorted(drivers, key=lambda one: -one.size))


def _driver(column: Column, rows: Rows, effect: Floats, size: float, base_rate: float) -> Driver:
    if _cancels(column, rows, effect):
        sentence = f"{column.name}: matters together with other columns; by itself it says little."
        return Driver(column.name, _TOGETHER, size, sentence)
    if column.kind is Kind.CATEGORY:
        return _label_driver(column, rows, effect, size, base_rate)
    values = column.values[rows]
    there = ~np.isnan(values)
    if there.sum() < 2 * _FEWEST or np.ptp(values[there]) == 0:
        return _gap_driver(column, there, effect, size, base_rate)
    groups = _fifths(values, there)
    rates = [_rate(float(effect[one].mean()), base_rate) for one in groups]
    direction = _direction(rates)
    if direction == _BENT:
        best, worst = int(np.argmax(rates)), int(np.argmin(rates))
        said = f"best {_span(values[groups[best]])}: about {rates[best]:.0%}; "
        said += f"worst {_span(values[groups[worst]])}: about {rates[worst]:.0%}"
    else:
        said = f"{_number(values[groups[0]].max())} or less: about {rates[0]:.0%}; "
        said += f"{_number(values[groups[-1]].min())} or more: about {rates[-1]:.0%}"
    return Driver(column.name, direction, size, f"{column.name}: {direction} ({said}).")


def _cancels(column: Column, rows: Rows, effect: Floats) -> bool:
    """True when the same value helps in one row and harms in another, so that no value helps on average."""
    if column.kind is Kind.CATEGORY:
        groups = [column.codes[rows] == at for at in np.unique(column.codes[rows])]
    else:
        values = column.values[rows]
        there = ~np.isnan(values)
        groups = [*(_fifths(values, there) if there.any() else []), ~there]
    means = [abs(float(effect[one].mean())) * int(one.sum()) for one in groups if one.any()]
    return sum(means) < _CANCELLED * float(np.abs(effect).sum())


def _fifths(values: Floats, there: NDArray[np.bool_]) -> list[NDArray[np.bool_]]:
    """Rows by fifths of the value; equal values stay together, so there may be fewer."""
    edges = np.unique(np.quantile(values[there], (0.2, 0.4, 0.6, 0.8)))
    edges = edges[edges > values[there].min()]
    place = np.searchsorted(edges, values, side="right")
    groups = [there & (place == at) for at in range(len(edges) + 1)]
    groups = [one for one in groups if one.sum() >= _FEWEST]
    if len(groups) > 1:
        return groups
    middle = np.median(values[there])  # most rows share the smallest value
    return [there & (values <= middle), there & (values > middle)]


def _direction(rates: Sequence[float]) -> str:
    """Which way it goes, when the ends differ by most of what there is between them."""
    span, ends = max(rates) - min(rates), rates[-1] - rates[0]
    if abs(ends) < 0.6 * span or span == 0:
        return _BENT
    return "higher is better" if ends > 0 else "lower is better"


def _span(values: Floats) -> str:
    low, high = _number(float(values.min())), _number(float(values.max()))
    return f"at {low}" if low == high else f"from {low} to {high}"


def _gap_driver(
    column: Column, there: NDArray[np.bool_], effect: Floats, size: float, base_rate: float
) -> Driver:
    with_, without = (float(effect[one].mean()) if one.any() else 0.0 for one in (there, ~there))
    direction = "filled is better" if with_ > without else "empty is better"
    sentence = f"{column.name}: {direction} (filled: about {_rate(with_, base_rate):.0%}; "
    return Driver(column.name, direction, size, f"{sentence}empty: about {_rate(without, base_rate):.0%}).")


def _label_driver(column: Column, rows: Rows, effect: Floats, size: float, base_rate: float) -> Driver:
    codes = column.codes[rows]
    counts = np.bincount(codes, minlength=len(column.labels))
    means = np.bincount(codes, weights=effect, minlength=len(column.labels)) / np.maximum(counts, 1)
    enough = np.flatnonzero(counts >= max(_FEWEST, 0.01 * len(rows)))
    ordered = sorted(enough if len(enough) > 1 else np.flatnonzero(counts), key=lambda at: (-means[at], at))
    best, worst = int(ordered[0]), int(ordered[-1])
    sentence = (
        f"{column.name}: best {_label(column, best)} (about {_rate(float(means[best]), base_rate):.0%}), "
        f"worst {_label(column, worst)} (about {_rate(float(means[worst]), base_rate):.0%})."
    )
    return Driver(column.name, "depends on the value", size, sentence)


def _label(column: Column, at: int) -> str:
    label = column.labels[at]
    return "empty" if label == MISSING else f'"{label[:30]}"'


def _rate(effect: float, base_rate: float) -> float:
    """The base rate moved by an effect on the log-odds."""
    odds = base_rate / (1 - base_rate) * float(np.exp(np.clip(effect, -20, 20)))
    return odds / (1 + odds)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
