"""The leak alarm: columns that cannot have been known before the outcome are named and refused, doubtful ones named."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from learning.history.alone import Split, alone_auc
from learning.history.columns import MISSING, Column, Kind
from learning.history.measures import Floats, Labels

TOO_GOOD = 0.90  # held-out AUC no single honest column reaches
DOUBTFUL = 0.75
_BY_NAME = 0.60
_CHANCE = 1e-9  # a pattern this unlikely is no accident
_FEWEST = 12  # rows a pattern needs
_LATER = 0.02  # share of rows in which a date lies after the time of the row
_DAY = 86_400.0
_AFTERWARDS = re.compile(
    r"(?<![^\W_])(?:reason|lost|won|clos(?:e|ed|ing)|churn(?:ed)?|cancel\w*|outcome|result|signed|invoice\w*|"
    r"\w*grund|verlor\w*|gewonn\w*|abschluss\w*|kündig\w*|ergebnis|motif|raison|perdu\w*|gagn\w*|clôtur\w*|"
    r"résultat|motivo|perdid\w*|ganad\w*|cierre|perso|vint[oa]|chiusura)(?![^\W_])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Leak:
    """A refused column and why."""

    column: str
    why: str
    auc: float | None = None

    def as_json(self) -> dict[str, object]:
        """Column, why and the AUC it reaches alone."""
        return {"column": self.column, "why": self.why, "auc_alone": _short(self.auc)}


@dataclass(frozen=True, slots=True)
class Suspect:
    """A column that may be honest, but should be looked at; `auc_without` is the model's AUC without it."""

    column: str
    auc: float
    why: str
    auc_without: float | None = None

    def as_json(self) -> dict[str, object]:
        """Column, why, AUC alone, and the model's AUC without it."""
        found: dict[str, object] = {"column": self.column, "why": self.why, "auc_alone": _short(self.auc)}
        return found | {"auc_without": _short(self.auc_without)}


@dataclass(frozen=True, slots=True)
class Checked:
    """Columns left to learn from, refused ones and doubtful ones."""

    kept: tuple[Column, ...]
    refused: tuple[Leak, ...]
    suspects: tuple[Suspect, ...]


def check(columns: Sequence[Column], won: Labels, splits: Sequence[Split]) -> Checked:
    """Look at every column by itself."""
    refused: list[Leak] = []
    kept: list[Column] = []
    suspects: list[Suspect] = []
    for one in columns:
        auc = alone_auc(one, won, splits)
        if why := _why_refused(one, won, auc):
            refused.append(Leak(one.name, why, auc))
            continue
        kept.append(one)
        if why := _why_doubtful(one, won, auc):
            suspects.append(Suspect(one.name, auc, why))
    return Checked(tuple(kept), tuple(refused), tuple(sorted(suspects, key=lambda one: -one.auc)))


def later_than(column: Column, at: Floats, time: str) -> Leak | None:
    """A date that lies after the row's own time was not known then."""
    there = ~np.isnan(column.values)
    next_day = (np.floor(at / _DAY) + 1.0) * _DAY
    later = int((column.values[there] >= next_day[there]).sum())
    if later < 3 or later <= _LATER * int(there.sum()):
        return None
    return Leak(
        column.name,
        f'in {later:,} of {int(there.sum()):,} rows it lies after "{time}": it was not known then',
    )


def _why_refused(column: Column, won: Labels, auc: float) -> str:
    filled = column.filled
    pure = _pure_fill(filled, won) if not filled.all() else ""
    if pure:
        return pure
    if auc >= 0.995:
        return f"it repeats the outcome (alone it tells held-out rows apart with AUC {auc:.2f})"
    if auc >= TOO_GOOD:
        return f"too good to be true: alone it reaches AUC {auc:.2f} on held-out rows"
    if column.kind is not Kind.CATEGORY:
        return ""
    # That some group never buys may be true; that one always buys, or never fails where few do, is not.
    return _pure_label(column, won, 1) or (_pure_label(column, won, 0) if won.mean() > 0.5 else "")


def _pure_fill(filled: np.ndarray, won: Labels) -> str:
    """Filled for one outcome only, which points to a field that is filled in at the end."""
    for side, word in ((1, "success"), (0, "failure")):
        inside = won[filled]
        rate = float((won == side).mean())
        if len(inside) >= _FEWEST and bool((inside == side).all()) and _by_accident(rate, len(inside)):
            return f"it is filled in {len(inside):,} rows, and every one of them ended in {word}"
        outside = won[~filled]
        if len(outside) >= _FEWEST and bool((outside == side).all()) and _by_accident(rate, len(outside)):
            other = "success" if side == 0 else "failure"
            return (
                f"it is filled in every row that ended in {other}, and empty in {len(outside):,} others only"
            )
    return ""


def _pure_label(column: Column, won: Labels, side: int) -> str:
    """A category that stands for one outcome without exception."""
    rate = float((won == side).mean())
    counts = np.bincount(column.codes, minlength=len(column.labels))
    hits = np.bincount(column.codes, weights=won == side, minlength=len(column.labels))
    for at in np.flatnonzero((counts >= _FEWEST) & (counts == hits)):
        if column.labels[at] != MISSING and _by_accident(rate, int(counts[at])):
            word = "success" if side == 1 else "failure"
            return f'every one of the {counts[at]:,} rows with "{column.labels[at]}" ended in {word}'
    return ""


def _by_accident(rate: float, rows: int) -> bool:
    """True when so many rows of one outcome in a row are no accident."""
    return rate**rows < _CHANCE


def _why_doubtful(column: Column, won: Labels, auc: float) -> str:
    if auc >= DOUBTFUL:
        return f"alone it reaches AUC {auc:.2f} on held-out rows; make sure it is known before the outcome"
    if column.kind is Kind.CATEGORY and (why := _pure_label(column, won, 0)):
        return f"{why}; make sure it is known before the outcome"
    if auc >= _BY_NAME and _AFTERWARDS.search(column.name):
        return "its name sounds like something filled in at the end; make sure it is known before the outcome"
    return ""


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
