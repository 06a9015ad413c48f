"""What changed over time: the base rate in steps, columns whose values moved. Describes; decides nothing."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from learning.history.columns import Column, Kind
from learning.history.measures import Floats, Labels

_CHUNKS = 40
_CHUNK_ROWS = 30
_PERIODS = 8
_MOVED = 0.25  # population stability index from which a column counts as moved
_PENALTY = 4.0  # times log(chunks), for each change of the base rate


@dataclass(frozen=True, slots=True)
class Change:
    """A step of the base rate."""

    since: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class Drift:
    """What moved between the first rows and the last."""

    periods: tuple[tuple[str, float, int], ...]  # since when, base rate, rows
    changes: tuple[Change, ...]
    moved: tuple[tuple[str, float], ...]  # column and how far (population stability index)

    @property
    def detected(self) -> bool:
        """Whether anything moved."""
        return bool(self.changes or self.moved)

    def as_json(self) -> dict[str, object]:
        """The parts by name."""
        return {
            "detected": self.detected,
            "base_rate_by_period": [
                {"since": since, "rate": round(rate, 4), "n": n} for since, rate, n in self.periods
            ],
            "changes": [
                {"since": one.since, "before": round(one.before, 4), "after": round(one.after, 4)}
                for one in self.changes
            ],
            "columns_moved": [{"column": name, "psi": round(size, 3)} for name, size in self.moved],
        }


def find_drift(columns: Sequence[Column], won: Labels, times: Floats) -> Drift:
    """Look for it in rows that are in time order."""
    edges = np.linspace(0, len(won), min(_PERIODS, max(2, len(won) // _CHUNK_ROWS)) + 1).astype(int)
    periods = tuple(
        (_day(times[a]), float(won[a:b].mean()), int(b - a)) for a, b in itertools.pairwise(edges)
    )
    third = len(won) // 3
    early, late = np.arange(third), np.arange(len(won) - third, len(won))
    sizes = [(one.name, _stability(one, early, late)) for one in columns] if third >= 50 else []
    moved = sorted((one for one in sizes if one[1] >= _MOVED), key=lambda one: -one[1])
    return Drift(periods, rate_changes(won, times), tuple(moved))


def rate_changes(won: Labels, times: Floats) -> tuple[Change, ...]:
    """Steps of the base rate by PELT (Killick, Fearnhead, Eckley 2012) on rates made equally noisy."""
    count = min(_CHUNKS, len(won) // _CHUNK_ROWS)
    if count < 4:
        return ()
    import ruptures

    edges = np.linspace(0, len(won), count + 1).astype(int)
    rates = np.array([won[a:b].mean() for a, b in itertools.pairwise(edges)])
    # 2·asin(√rate)·√rows has a standard deviation of one whatever the rate (Anscombe 1948, without its shift).
    level = 2.0 * np.arcsin(np.sqrt(rates)) * np.sqrt(len(won) / count)
    found = ruptures.Pelt(model="l2", min_size=2, jump=1).fit(level).predict(pen=_PENALTY * np.log(count))
    parts = [0, *found]
    return tuple(
        Change(
            _day(times[edges[middle]]),
            float(won[edges[a] : edges[middle]].mean()),
            float(won[edges[middle] : edges[b]].mean()),
        )
        for a, middle, b in zip(parts, parts[1:], parts[2:], strict=False)
    )


def _stability(column: Column, early: NDArray[np.intp], late: NDArray[np.intp]) -> float:
    """The population stability index of the later rows against the earlier ones."""
    if column.kind is Kind.CATEGORY:
        place = column.codes.astype(int)
        width = len(column.labels)
    else:
        there = column.values[early]
        edges = (
            np.unique(np.nanquantile(there, np.linspace(0.1, 0.9, 9))) if not np.isnan(there).all() else []
        )
        place = np.where(np.isnan(column.values), len(edges) + 1, np.searchsorted(edges, column.values))
        width = len(edges) + 2
    before, after = (np.bincount(place[rows], minlength=width) + 0.5 for rows in (early, late))
    p, q = before / before.sum(), after / after.sum()
    return float(((q - p) * np.log(q / p)).sum())


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(float(seconds), UTC).date().isoformat()
