"""Which columns of a table hold the date, the series' name and the values; guessed from names and cells, and said.

Reads no file and makes no forecast.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.errors import Correctable
from learning.forecast.shaping import frequency_of
from tools.read.table_file import Table, moments, numbers

MOST_SERIES = 200
_DATE_WORDS = re.compile(
    r"(^|[^a-z])(date|day|time|timestamp|ds|month|week|quarter|year|period|datum|tag|zeit|monat|woche|quartal|jahr)"
    r"|date$|_at$|closed|booked",
    re.IGNORECASE,
)
_ID_WORDS = re.compile(
    r"(^|[^a-z])(id|nr|no|number|key|code|zip|plz|phone|index)$|(?<=[a-z])I[dD]$", re.IGNORECASE
)
_AMOUNT_WORDS = re.compile(
    r"amount|revenue|sales|value|total|price|umsatz|betrag|wert|turnover|cash", re.IGNORECASE
)
_SPLIT = {
    "month": re.compile(r"month|monat", re.IGNORECASE),
    "quarter": re.compile(r"quarter|quartal|qtr", re.IGNORECASE),
}
_YEAR = re.compile(r"year|jahr", re.IGNORECASE)
_ENOUGH = 0.7  # share of filled cells that must be dates or numbers for a column to count as such
_ROWS_PER_SERIES = 4


@dataclass(frozen=True)
class Layout:
    """What the columns mean. `days` is None where a row has no date; None altogether for a table without dates."""

    days: list[date | None] | None
    names: list[str] | None  # of the series a row belongs to, in long form
    values: dict[str, list[float | None]]
    said: tuple[str, ...]


def understand(table: Table) -> Layout:
    """Find date, series and values.

    Raises:
        Correctable: `no_values` when no column holds numbers.
    """
    said: list[str] = []
    cells = {name: table.column(name) for name in table.columns}
    days, used = _dates(cells)
    values = {
        name: found for name in cells if name not in used and (found := _numbers(cells[name])) is not None
    }
    names = None
    if days is not None:
        name = _series_column({one: cells[one] for one in cells if one not in used}, days, values)
        if name is not None:
            names = [one.strip() or "(no name)" for one in cells[name]]
            values.pop(name, None)
            said.append(f'Each value of "{name}" is a series of its own.')
    values, dropped = _worth_forecasting(values)
    if dropped:
        said.append(f"Left out as {'names, not amounts' if values else 'no amounts'}: {', '.join(dropped)}.")
    if not values:
        raise Correctable(
            f"{table.name} has no column of numbers to forecast. It has: {', '.join(table.columns[:30])}.",
            code="no_values",
            where=table.name,
            hint="Export a date column and at least one column of numbers.",
        )
    if days is None:
        said.append("No column holds dates, so the rows count as periods in the order of the file.")
    return Layout(days, names, values, tuple(said))


def _dates(cells: dict[str, list[str]]) -> tuple[list[date | None] | None, set[str]]:
    """The days of the rows and the columns they come from."""
    split = _split_dates(cells)
    if split is not None:
        return split
    best: tuple[float, str, list[date | None]] | None = None
    for place, (name, column) in enumerate(cells.items()):
        found = moments(column)
        filled = sum(1 for one in column if one.strip())
        share = sum(1 for one in found if one is not None) / max(filled, 1)
        named = bool(_DATE_WORDS.search(name))
        # A column of bare numbers may look like years or day counts; its name must say that it is one.
        if share < (0.5 if named else _ENOUGH) or (not named and _numbers(column) is not None):
            continue
        rank = share * filled / max(len(column), 1) + (1.0 if named else 0.0) - 0.001 * place
        if best is None or rank > best[0]:
            best = (rank, name, [one.date() if one else None for one in found])
    return (best[2], {best[1]}) if best else (None, set())


def _split_dates(cells: dict[str, list[str]]) -> tuple[list[date | None], set[str]] | None:
    """Year and month, or year and quarter, in two columns."""
    year = next((name for name in cells if _YEAR.fullmatch(name.strip())), None)
    if year is None:
        return None
    for kind, pattern in _SPLIT.items():
        part = next((name for name in cells if pattern.fullmatch(name.strip())), None)
        if part is None:
            continue
        texts = [_joined(y.strip(), p.strip(), kind) for y, p in zip(cells[year], cells[part], strict=True)]
        found = moments(texts)
        if sum(1 for one in found if one) >= _ENOUGH * len(found):
            return [one.date() if one else None for one in found], {year, part}
    return None


def _joined(year: str, part: str, kind: str) -> str:
    if kind == "quarter":
        return f"{year} Q{part.upper().lstrip('Q ')}"
    return f"{year}-{part.zfill(2)}" if part.isdigit() else f"{part} {year}"


def _numbers(column: Sequence[str]) -> list[float | None] | None:
    """A column as numbers, or None when most of its filled cells are none."""
    found = numbers(column)
    filled = sum(1 for one in column if one.strip() and one.strip().casefold() not in _EMPTY)
    there = sum(1 for one in found if one is not None)
    return found if there and there >= _ENOUGH * filled else None


_EMPTY = frozenset({"nan", "na", "n/a", "null", "none", "-", "–", "?"})


def _series_column(
    cells: dict[str, list[str]], days: list[date | None], values: dict[str, list[float | None]]
) -> str | None:
    """The column that names the series in long form: with it each row has a day of its own, without it not."""
    dated = [row for row, day in enumerate(days) if day is not None]
    if len({days[row] for row in dated}) > 0.7 * len(dated):
        return None
    for name, column in sorted(cells.items(), key=lambda one: one[0] in values):
        if name in values and not _ID_WORDS.search(name):
            continue
        there = len({column[row].strip() for row in dated})
        pairs = len({(column[row].strip(), days[row]) for row in dated})
        if not 1 < there <= MOST_SERIES or pairs < 0.98 * len(dated) or len(dated) < _ROWS_PER_SERIES * there:
            continue
        most = Counter(column[row].strip() for row in dated).most_common(1)[0][0]
        own = sorted({day for row in dated if column[row].strip() == most and (day := days[row])})
        if frequency_of(own) is not None:  # else they are bookings of many customers, not one series each
            return name
    return None


def _worth_forecasting(
    values: dict[str, list[float | None]],
) -> tuple[dict[str, list[float | None]], list[str]]:
    """Without numbers that only name something (ids, codes, a running number)."""
    dropped = [name for name in values if _ID_WORDS.search(name)]
    running = [name for name, column in values.items() if name not in dropped and _running(column)]
    if len(dropped) + len(running) < len(values):
        dropped += running
    return {name: column for name, column in values.items() if name not in dropped}, dropped


def _running(column: Sequence[float | None]) -> bool:
    """True for 1, 2, 3 … or 0, 1, 2 …"""
    if len(column) < 3:
        return False
    return list(column) in (list(range(len(column))), list(range(1, len(column) + 1)))


def amounts(values: dict[str, list[float | None]]) -> list[str]:
    """The columns that can be added up: those named like money, or all where none is."""
    return [name for name in values if _AMOUNT_WORDS.search(name)] or list(values)
