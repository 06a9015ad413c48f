"""Turns columns into a matrix of numbers, learnt from the training rows only. Knows nothing about models."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from learning.history.columns import Column, Kind

Rows = NDArray[np.intp]
Matrix = NDArray[np.float64]
_SPIKE = 0.2  # share of one value ("0", "999") that stands apart from the others
_SKEWED = 10.0  # 99 % point over median: such amounts are told apart by their size, not their sum
_MOST_LABELS = 40


@dataclass(frozen=True, slots=True)
class _NumberCode:
    """How a number becomes one column of the matrix, one for "missing" and one for its most frequent value."""

    low: float
    high: float
    logged: bool
    middle: float
    spread: float
    spike: float | None
    missing: bool

    @property
    def width(self) -> int:
        return 1 + self.missing + (self.spike is not None)

    def fill(self, out: Matrix, values: NDArray[np.float64]) -> None:
        """Write the columns."""
        gone = np.isnan(values)
        scaled = np.clip(np.where(gone, self.low, values), self.low, self.high)
        scaled = (_log(scaled) if self.logged else scaled) - self.middle
        apart = gone if self.spike is None else gone | (values == self.spike)
        out[:, 0] = np.where(apart, 0.0, scaled / self.spread)
        if self.missing:
            out[:, 1] = gone
        if self.spike is not None:
            out[:, -1] = values == self.spike


@dataclass(frozen=True, slots=True)
class _LabelCode:
    """Frequent labels get a column each; all others share the last."""

    labels: tuple[str, ...]

    @property
    def width(self) -> int:
        return len(self.labels) + 1

    def fill(self, out: Matrix, column: Column, codes: NDArray[np.int32]) -> None:
        """Write the columns."""
        known = {label: at for at, label in enumerate(self.labels)}
        place = np.array([known.get(label, len(self.labels)) for label in column.labels], dtype=np.intp)
        out[:] = 0.0
        out[np.arange(len(codes)), place[codes]] = 1.0


@dataclass(frozen=True, slots=True)
class Encoder:
    """A fitted encoding; `owner` says for every column of the matrix which column of the table it comes from."""

    names: tuple[str, ...]
    codes: tuple[_NumberCode | _LabelCode, ...]
    owner: NDArray[np.intp]

    @property
    def kinds(self) -> dict[str, Kind]:
        """The columns it was fitted on, with their kinds."""
        return {
            name: Kind.CATEGORY if isinstance(code, _LabelCode) else Kind.NUMBER
            for name, code in zip(self.names, self.codes, strict=True)
        }

    def matrix(self, columns: Sequence[Column], rows: Rows) -> Matrix:
        """The rows as numbers. `columns` are those it was fitted on, in the same order."""
        out = np.empty((len(rows), len(self.owner)))
        at = 0
        for column, code in zip(columns, self.codes, strict=True):
            part = out[:, at : at + code.width]
            if isinstance(code, _LabelCode):
                code.fill(part, column, column.codes[rows])
            else:
                code.fill(part, column.values[rows])
            at += code.width
        return out


def fit_encoder(columns: Sequence[Column], rows: Rows) -> Encoder:
    """Learn scales and frequent labels from the training rows."""
    codes = tuple(
        _label_code(one, rows) if one.kind is Kind.CATEGORY else _number_code(one.values[rows])
        for one in columns
    )
    return _encoder(tuple(one.name for one in columns), codes)


def _encoder(names: tuple[str, ...], codes: tuple[_NumberCode | _LabelCode, ...]) -> Encoder:
    return Encoder(names, codes, np.repeat(np.arange(len(codes)), [code.width for code in codes]))


def encoder_json(encoder: Encoder) -> list[dict[str, Any]]:
    """An encoding as plain values."""
    return [{"name": name, **asdict(code)} for name, code in zip(encoder.names, encoder.codes, strict=True)]


def encoder_of(body: Sequence[dict[str, Any]]) -> Encoder:
    """An encoding from its plain values."""
    codes = tuple(
        _LabelCode(tuple(one["labels"]))
        if "labels" in one
        else _NumberCode(**{key: value for key, value in one.items() if key != "name"})
        for one in body
    )
    return _encoder(tuple(one["name"] for one in body), codes)


def _label_code(column: Column, rows: Rows) -> _LabelCode:
    counts = np.bincount(column.codes[rows], minlength=len(column.labels))
    enough = max(5, round(0.002 * len(rows)))
    frequent = sorted(np.flatnonzero(counts >= enough), key=lambda at: (-counts[at], at))[:_MOST_LABELS]
    return _LabelCode(tuple(column.labels[at] for at in frequent))


def _number_code(values: NDArray[np.float64]) -> _NumberCode:
    there = values[~np.isnan(values)]
    missing = len(there) < len(values)
    if not len(there):
        return _NumberCode(0.0, 0.0, False, 0.0, 1.0, None, missing)
    distinct, counts = np.unique(there, return_counts=True)
    most = int(np.argmax(counts))
    spike = float(distinct[most]) if len(distinct) > 3 and counts[most] > _SPIKE * len(there) else None
    rest = there if spike is None else there[there != spike]
    low, median, high = (float(one) for one in np.quantile(rest, (0.01, 0.5, 0.99)))
    logged = low >= 0 and median > 0 and high > _SKEWED * median
    shown = np.clip(rest, low, high)
    shown = _log(shown) if logged else shown
    spread = float(shown.std())
    return _NumberCode(
        low, high, logged, float(shown.mean()), spread if spread > 1e-12 else 1.0, spike, missing
    )


def _log(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.log1p(np.maximum(values, 0.0))
