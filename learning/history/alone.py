"""How well a single column tells held-out rows apart, by rates learnt from other rows. Any shape of relation counts."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from learning.history.columns import Column, Kind
from learning.history.encoding import Rows
from learning.history.measures import Floats, Labels, Stratum, order

_BINS = 24
_PRIOR = 10.0  # rows with the base rate that every bin begins with
Split = tuple[Rows, Rows]  # training rows, judged rows


def alone_auc(column: Column, won: Labels, splits: Sequence[Split]) -> float:
    """The held-out AUC this column reaches by itself; 0.5 when it cannot be judged."""
    by_rate = order([Stratum(_by_rate(column, won, split), won[split[1]]) for split in splits])
    best = by_rate.auc if by_rate else 0.5
    if column.kind is Kind.CATEGORY:
        return best
    by_value = order([Stratum(_by_value(column, won, split), won[split[1]]) for split in splits])
    return max(best, by_value.auc if by_value else 0.5)


def _by_rate(column: Column, won: Labels, split: Split) -> Floats:
    """The rate of the row's bin among the training rows."""
    learn, judge = split
    place = _places(column, learn)
    width = int(place.max()) + 1
    base = float(won[learn].mean()) if len(learn) else 0.5
    counts = np.bincount(place[learn], minlength=width)
    wins = np.bincount(place[learn], weights=won[learn], minlength=width)
    return ((wins + _PRIOR * base) / (counts + _PRIOR))[place[judge]]


def _places(column: Column, learn: Rows) -> NDArray[np.intp]:
    """Every row's bin: its label, or its quantile among the training rows; missing is a bin."""
    if column.kind is Kind.CATEGORY:
        return column.codes.astype(np.intp)
    there = column.values[learn]
    there = there[~np.isnan(there)]
    edges = np.unique(np.quantile(there, np.linspace(0, 1, _BINS + 1)[1:-1])) if len(there) else np.empty(0)
    place = np.searchsorted(edges, column.values, side="right")
    return np.where(np.isnan(column.values), len(edges) + 1, place)


def _by_value(column: Column, won: Labels, split: Split) -> Floats:
    """The value itself, in the direction the training rows give; missing in the middle."""
    learn, judge = split
    values = np.where(np.isnan(column.values), np.nanmedian(column.values), column.values)
    found = order([Stratum(values[learn], won[learn])])
    return values[judge] if found is None or found.auc >= 0.5 else -values[judge]


def splits_by_fold(fold: NDArray[np.int8]) -> Iterator[Split]:
    """Each fold judged by the others."""
    for at in np.unique(fold):
        yield np.flatnonzero(fold != at), np.flatnonzero(fold == at)


def splits_by_time(borders: Sequence[tuple[int, int]]) -> Iterator[Split]:
    """Each block judged by all rows before it."""
    for start, stop in borders:
        yield np.arange(start), np.arange(start, stop)
