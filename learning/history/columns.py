"""What each column of a table holds: numbers, categories, dates, or nothing to learn from. Touches no outcome."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from learning.history.outcomes import is_blank
from tools.read.table_file import Table, moments, numbers

MISSING = "(empty)"
_MOSTLY = 0.9  # of the filled cells
_WORDY = 6.0  # words in a cell of free text, on average
_MOST_CATEGORIES = (
    0.5  # distinct values per filled row; above, categories repeat too little to be learnt from
)
_RARE = 5  # rows of a category that is worth its name
_ID_NAME = re.compile(
    r"(?:^|[\s_.-])(?:id|ids|uuid|guid|key|nr|no|num|record)$|^id[\s_.-]|id$|^record", re.IGNORECASE
)


class Kind(StrEnum):
    """How a column is learnt from."""

    NUMBER = "number"
    CATEGORY = "category"
    DATE = "date"


@dataclass(frozen=True, slots=True)
class Column:
    """One column as arrays.

    A number or date (seconds) has `values` with NaN for missing. A category has `codes` into `labels`;
    a missing cell is the label "(empty)".
    """

    name: str
    kind: Kind
    values: NDArray[np.float64]
    codes: NDArray[np.int32]
    labels: tuple[str, ...] = ()
    unreadable: int = 0  # filled cells that are no number or date
    example: str = ""  # one of them

    @property
    def filled(self) -> NDArray[np.bool_]:
        """Which rows have a value."""
        if self.kind is Kind.CATEGORY:
            empty = self.labels.index(MISSING) if MISSING in self.labels else -1
            return self.codes != empty
        return ~np.isnan(self.values)


@dataclass(frozen=True, slots=True)
class Unused:
    """A column that is not learnt from, and why."""

    column: str
    why: str

    def as_json(self) -> dict[str, str]:
        """Column and why."""
        return {"column": self.column, "why": self.why}


def read_columns(table: Table, leave_out: Sequence[str]) -> tuple[list[Column], list[Unused]]:
    """Every column of the table but those named, sorted into what can be learnt from and what cannot."""
    used: list[Column] = []
    unused: list[Unused] = []
    for name in table.columns:
        if name in leave_out:
            continue
        found = _column(name, table.column(name))
        (used if isinstance(found, Column) else unused).append(found)  # type: ignore[arg-type]
    return used, unused


def _column(name: str, cells: Sequence[str]) -> Column | Unused:
    filled = [cell for cell in cells if not is_blank(cell)]
    if not filled:
        return Unused(name, "empty in every row")
    distinct = len(set(filled))
    if distinct == 1 and len(filled) == len(cells):
        return Unused(name, f'the same in every row ("{filled[0][:40]}")')
    kind = _kind(filled)
    if why := _why_unused(name, kind, filled, distinct):
        return Unused(name, why)
    return _as_kind(name, cells, kind)


def _kind(filled: Sequence[str]) -> Kind:
    sample = filled[:: max(1, len(filled) // 5_000)]
    if _share(numbers(sample)) >= _MOSTLY:
        return Kind.NUMBER
    return Kind.DATE if _share(moments(sample)) >= _MOSTLY else Kind.CATEGORY


def _share(values: Sequence[object]) -> float:
    return sum(1 for one in values if one is not None) / len(values)


def _why_unused(name: str, kind: Kind, filled: Sequence[str], distinct: int) -> str:
    """Why nothing general can be learnt from the column; "" when something can."""
    unique = distinct / len(filled)
    if kind is Kind.NUMBER:
        named = bool(_ID_NAME.search(name)) and unique > 0.5 and len(filled) >= 10
        return (
            "numbers the rows: nearly every value is there once"
            if named or _counts_rows(filled, unique)
            else ""
        )
    if kind is Kind.DATE:
        return ""
    words = sum(len(cell.split()) for cell in filled[:2_000]) / min(len(filled), 2_000)
    kept = sum(count for count in Counter(filled).values() if count >= _RARE) / len(filled)
    if kept >= 0.2 and words < _WORDY:
        return ""
    if words >= _WORDY / 2 and unique > 0.2:
        return f"free text ({distinct:,} different values)"
    if unique > _MOST_CATEGORIES or kept < 0.05:
        return f"names or identifiers: {distinct:,} different values in {len(filled):,} rows"
    return ""


def _counts_rows(filled: Sequence[str], unique: float) -> bool:
    """Whole numbers that are there once each and follow each other, or all have the same many digits."""
    if unique < 0.98 or len(filled) < 20 or not all(cell.strip().isdigit() for cell in filled[:500]):
        return False
    digits = {len(cell.strip()) for cell in filled}
    whole = sorted(int(cell) for cell in filled if cell.strip().isdigit())
    dense = whole[-1] - whole[0] < 1.2 * len(whole)
    rising = all(a < b for a, b in pairwise(int(cell) for cell in filled[:500]))
    return dense or (rising and len(digits) <= 2) or (len(digits) == 1 and min(digits) >= 7)


def _as_kind(name: str, cells: Sequence[str], kind: Kind) -> Column:
    nothing = np.empty(0)
    if kind is Kind.CATEGORY:
        plain = [MISSING if is_blank(cell) else " ".join(cell.split())[:80] for cell in cells]
        labels = tuple(sorted(set(plain)))
        places = {label: at for at, label in enumerate(labels)}
        codes = np.fromiter((places[one] for one in plain), dtype=np.int32, count=len(plain))
        return Column(name, kind, nothing, codes, labels)
    read = numbers(cells) if kind is Kind.NUMBER else [_seconds(one) for one in moments(cells)]
    values = np.array([np.nan if one is None else one for one in read], dtype=np.float64)
    wrong = [cell for cell, one in zip(cells, read, strict=True) if one is None and not is_blank(cell)]
    codes = np.empty(0, dtype=np.int32)
    return Column(name, kind, values, codes, unreadable=len(wrong), example=wrong[0][:40] if wrong else "")


def _seconds(moment: object) -> float | None:
    return moment.timestamp() if moment is not None else None  # type: ignore[attr-defined]
