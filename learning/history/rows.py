"""Which rows of a table can be learnt from, and what is said about the others. Trains nothing."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from domain.errors import Correctable
from learning.history.card import LeftOut
from learning.history.measures import Floats, Labels
from learning.history.outcomes import OPEN, Outcomes, is_blank, read_outcomes
from tools.read.table_file import Table, moments

_DAY = 86_400.0
_NEARLY_UNIQUE = 0.7
_ENOUGH_TO_TELL = 20  # rows from which equal rows can be called repetitions
_MANY = 5  # values of an outcome column that are named


@dataclass(frozen=True, slots=True)
class Usable:
    """Decided rows, in time order when there is a time."""

    table: Table
    outcomes: Outcomes
    won: Labels
    times: Floats | None
    left_out: tuple[LeftOut, ...]
    remarks: tuple[str, ...]


class _Sieve:
    """Marks rows that are left out, the first reason counting."""

    def __init__(self, table: Table) -> None:
        self._lines = np.asarray(table.lines)
        self.kept = np.ones(len(table.rows), dtype=bool)
        self.left_out: list[LeftOut] = []

    def drop(self, which: NDArray[np.bool_], why: str) -> None:
        gone = which & self.kept
        if gone.any():
            lines = tuple(int(one) for one in self._lines[gone][:20])
            self.left_out.append(LeftOut(why, int(gone.sum()), lines))
            self.kept &= ~gone


def usable_rows(table: Table, outcome: str, time: str | None, id: str | None, newest: float | None) -> Usable:
    """Keep the rows that have an outcome and, when asked for, a possible time. `newest`: nothing can be later.

    Raises:
        Correctable: a named column is absent or cannot be read as what it is named for.
    """
    sieve = _Sieve(table)
    outcomes = read_outcomes(table.column(outcome), outcome)
    sieve.drop(outcomes.ended == OPEN, _why_open(outcomes))
    times = None
    if time is not None:
        times = _times(table, time)
        sieve.drop(np.isnan(times), f'"{time}" is empty or no date')
        if newest is not None:
            sieve.drop(times > newest + _DAY, f'"{time}" lies in the future')
    repeated = _repeated(table, sieve.kept)
    sieve.drop(repeated, "repeats an earlier row in every column")
    remarks = []
    if id is not None:
        remarks += _contradictions(table, outcomes.ended, id, times, sieve)
    at = np.flatnonzero(sieve.kept)
    if times is not None:
        at = at[np.argsort(times[at], kind="stable")]
    rows, lines = [table.rows[int(one)] for one in at], [table.lines[int(one)] for one in at]
    left_out = (*_unreadable(table), *sieve.left_out)
    kept_times = times[at] if times is not None else None
    remarks += [one.message for one in table.problems if not one.left_out][:_MANY]
    return Usable(
        replace(table, rows=rows, lines=lines),
        outcomes,
        outcomes.ended[at],
        kept_times,
        left_out,
        tuple(remarks),
    )


def _why_open(outcomes: Outcomes) -> str:
    named = ", ".join(f"{value[:30]}: {count:,}" for value, count in outcomes.still_open[:_MANY])
    more = f" and {len(outcomes.still_open) - _MANY} more values" if len(outcomes.still_open) > _MANY else ""
    return f"no outcome yet ({named}{more})"


def _times(table: Table, time: str) -> Floats:
    cells = table.column(time)
    found = np.array([np.nan if one is None else one.timestamp() for one in moments(cells)])
    filled = sum(1 for cell in cells if not is_blank(cell))
    readable = int((~np.isnan(found)).sum())
    if not readable or readable < 0.5 * filled:
        example = next((cell for cell in cells if not is_blank(cell) and moments([cell])[0] is None), "")
        raise Correctable(
            f'The time column "{time}" holds no dates that can be read'
            + (f' (for example "{example[:40]}").' if example else ": it is empty."),
            code="time_not_readable",
            where=time,
            hint="Name a column with dates such as 2026-03-31 or 31.03.2026, or leave out --time.",
        )
    return found


def _unreadable(table: Table) -> list[LeftOut]:
    if not table.left_out:
        return []
    lines = tuple(one.line for one in table.problems if one.left_out)
    kinds = Counter(one.code for one in table.problems if one.left_out)
    words = {
        "ragged_row": "more or fewer cells than the heading",
        "unclosed_quote": "a quote that is never closed",
        "line_too_long": "an endless line",
    }
    why = ", ".join(words.get(code, code) for code, _ in kinds.most_common())
    return [LeftOut(why, table.left_out, lines)]


def _repeated(table: Table, kept: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Rows equal to an earlier one in a table whose rows are otherwise told apart by some column."""
    repeated = np.zeros(len(kept), dtype=bool)
    seen: set[Sequence[str]] = set()
    for at in np.flatnonzero(kept):
        row = tuple(table.rows[int(at)])
        repeated[at] = row in seen
        seen.add(row)
    if not repeated.any() or len(seen) < _ENOUGH_TO_TELL:
        return np.zeros(len(kept), dtype=bool)
    tells = any(
        len({row[at] for row in seen}) >= _NEARLY_UNIQUE * len(seen) for at in range(len(table.columns))
    )
    return repeated if tells else np.zeros(len(kept), dtype=bool)


def _contradictions(
    table: Table, ended: NDArray[np.int8], id: str, times: Floats | None, sieve: _Sieve
) -> list[str]:
    """Rows of one name at one time with different outcomes: nobody knows which is true."""
    names = [one.strip() for one in table.column(id)]
    outcomes: dict[tuple[str, float], set[int]] = {}
    for at in np.flatnonzero(sieve.kept):
        key = (names[at], float(times[at]) if times is not None else 0.0)
        outcomes.setdefault(key, set()).add(int(ended[at]))
    torn = {key for key, found in outcomes.items() if len(found) > 1 and key[0]}
    which = np.array(
        [(name, float(times[at]) if times is not None else 0.0) in torn for at, name in enumerate(names)],
        dtype=bool,
    )
    sieve.drop(which, f'the same "{id}" has different outcomes')
    counts = Counter(names[at] for at in np.flatnonzero(sieve.kept) if names[at])
    again = sum(count for count in counts.values() if count > 1)
    if not again:
        return []
    return [f'{again:,} rows share their "{id}" with others; they are judged together.']
