"""Opens an exported table and holds its cells as text, with the rows that could not be read named. Writes nothing."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from domain.errors import Correctable
from tools.read.contact_file.layout import (
    PREAMBLE,
    names_delimiter,
    plain_name,
    require_delimiter,
    table_start,
    unique_names,
)
from tools.read.contact_file.model import Limits
from tools.read.contact_file.names import safe_name
from tools.read.contact_file.records import Record, best_delimiter, records
from tools.read.contact_file.text import TextFile, open_text
from tools.read.contact_file.values import neutral
from tools.read.table_file.moments import moments
from tools.read.table_file.numbers import numbers

_SAMPLED = 200
_SHARED_CELL = 40  # characters; shorter cells that repeat are kept once
_PROSE_BLANKS = 6  # blanks in a line of one cell; a column of values has fewer
_BLOCK = 1 << 20
_DAMAGE = {
    "unclosed_quote": "opens a quote that is never closed",
    "line_too_long": "is one endless line",
}


@dataclass(frozen=True, slots=True)
class TableLimits:
    """How large a table may be; beyond it nothing is read, because a part of a history misleads."""

    max_bytes: int = 500_000_000
    max_rows: int = 1_000_000
    max_cells: int = 25_000_000
    max_columns: int = 1_000
    max_cell: int = 5_000  # characters; longer cells are cut and named
    max_problems: int = 1_000


@dataclass(frozen=True, slots=True)
class RowProblem:
    """One row or column that is not as it should be; line 0 is the whole file. `left_out`: the row is not in `rows`."""

    line: int
    code: str
    message: str
    left_out: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """The cells of a file. `lines` holds for every row where it starts in the file."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    lines: Sequence[int]
    problems: tuple[RowProblem, ...] = ()
    name: str = "the file"
    digest: str = ""  # SHA-256 of the bytes
    left_out: int = 0  # rows that could not be read; the first of them are in `problems`

    def column(self, name: str) -> list[str]:
        """The cells of a column; case and blanks around its name do not matter when it is unique without.

        Raises:
            Correctable: `unknown_column`, naming the columns there are.
        """
        at = self.index(name)
        return [row[at] for row in self.rows]

    def index(self, name: str) -> int:
        """The place of a column. Raises as `column` does."""
        if name in self.columns:
            return self.columns.index(name)
        alike = [at for at, one in enumerate(self.columns) if one.casefold() == name.strip().casefold()]
        if len(alike) == 1:
            return alike[0]
        shown = ", ".join(one[:40] for one in self.columns[:30])
        more = f" and {len(self.columns) - 30} more" if len(self.columns) > 30 else ""
        raise Correctable(
            f'{self.name} has no column "{name[:80]}". It has: {shown}{more}.',
            code="unknown_column",
            where=name[:80],
        )


def read_table(path: Path, limits: TableLimits | None = None) -> Table:
    """Read a delimited text file with a heading line.

    Raises:
        Correctable: the file is missing, empty, too large, no text, no table, or has no heading or rows.
    """
    limits = limits or TableLimits()
    text = open_text(path, safe_name(path.name), limits.max_bytes)
    reading = Limits(max_columns=limits.max_columns, max_cell=limits.max_cell)
    with text.lines() as stream:
        delimiter = best_delimiter(stream, reading)
    with text.lines() as stream:
        sampled = list(islice(records(stream, delimiter or ",", reading), _SAMPLED + PREAMBLE))
    sample = [one for one in sampled if not one.blank and not names_delimiter(one)]
    header, columns = _header(sample, delimiter, text.name, limits)
    body = _Body(columns, limits, text)
    with text.lines() as stream:
        for record in records(stream, delimiter or ",", reading):
            if record.row > header.row and (record.problem or not record.blank):
                body.add(record)
    if not body.rows:
        raise _no_rows(text.name, body.problems)
    return Table(
        columns, body.rows, body.lines, tuple(body.problems), text.name, _digest(path), body.left_out
    )


def _header(
    sample: Sequence[Record], delimiter: str, name: str, limits: TableLimits
) -> tuple[Record, tuple[str, ...]]:
    """The heading's record and the names of the columns."""
    if not sample:
        raise Correctable(f"{name} is empty.", code="empty_file", where=name)
    require_delimiter(delimiter, sample, name)
    _require_table(delimiter, sample, name)
    start = table_start(sample)
    header, below = sample[start], sample[start + 1 :]
    if len(header.cells) > limits.max_columns:
        message = f"{name} has {len(header.cells):,} columns; at most {limits.max_columns:,} can be read."
        raise Correctable(message, code="too_many_columns", where=name)
    names = [neutral(cell).text for cell in header.cells]
    _require_heading(names, header.line, name)
    if not below:
        raise _no_rows(name, ())
    return header, unique_names(_fitted_names(names, below))


def _require_table(delimiter: str, sample: Sequence[Record], name: str) -> None:
    """Running text has no columns, however often it breaks its lines."""
    blanks = sum(cell.strip().count(" ") for one in sample for cell in one.cells)
    if not delimiter and blanks > _PROSE_BLANKS * len(sample):
        raise Correctable(
            f"{name} holds running text, not a table.",
            code="not_a_table",
            where=name,
            hint="Export the table as CSV: one heading line, then one line for each row.",
        )


def _require_heading(names: Sequence[str], line: int, name: str) -> None:
    """A first line of nothing but numbers and dates is a row, and which column is which cannot be known."""
    filled = [cell for cell in names if cell]
    unnamed = filled and all(
        numbers([cell])[0] is not None or moments([cell])[0] is not None for cell in filled
    )
    if unnamed:
        raise Correctable(
            f"Line {line} of {name} holds values where the names of the columns should be.",
            code="no_header",
            where=name,
            hint="Put one line with a name for each column above the rows.",
        )


def _fitted_names(names: Sequence[str], below: Sequence[Record]) -> list[str]:
    """The names, for files whose rows all have one cell more: row names before, or an empty cell behind."""
    widths = [len(one.cells) for one in below if one.cells]
    longer = [one.cells for one in below if len(one.cells) == len(names) + 1]
    if len(longer) < max(1, 0.9 * len(widths)) or not any(cells[-1].strip() for cells in longer):
        return list(names)
    return ["", *names]


class _Body:
    """Collects the rows that fit the heading, and names those that do not."""

    def __init__(self, columns: Sequence[str], limits: TableLimits, text: TextFile) -> None:
        self.rows: list[Sequence[str]] = []
        self.lines: list[int] = []
        self.problems: list[RowProblem] = list(_about_file(columns, text))
        self.left_out = 0
        self._width = len(columns)
        self._limits = limits
        self._name = text.name
        self._known: dict[str, str] = {}

    def add(self, record: Record) -> None:
        """Keep a record, or say why not."""
        if record.problem:
            self._leave_out(record, record.problem, _DAMAGE[record.problem])
            return
        cells = record.cells
        while len(cells) > self._width and not cells[-1].strip():
            cells = cells[:-1]
        if len(cells) != self._width:
            self._leave_out(
                record, "ragged_row", f"has {len(cells)} cells where the heading has {self._width}"
            )
            return
        self._require_room()
        self.rows.append(tuple(self._cell(cell, record.line) for cell in cells))
        self.lines.append(record.line)

    def _cell(self, cell: str, line: int) -> str:
        """The cell as harmless text; equal short cells share one object, so that large tables stay small."""
        known = self._known.get(cell)
        if known is not None:
            return known
        text = neutral(cell).text
        if len(text) > self._limits.max_cell:
            message = f"Line {line} has a cell of {len(text):,} characters; it is cut."
            self._report(RowProblem(line, "cell_cut", message, left_out=False))
            text = text[: self._limits.max_cell]
        if len(cell) <= _SHARED_CELL and len(self._known) < 200_000:
            self._known[cell] = text
        return text

    def _leave_out(self, record: Record, code: str, what: str) -> None:
        self.left_out += 1
        self._report(RowProblem(record.line, code, f"Line {record.line} {what}; it is left out."))

    def _report(self, problem: RowProblem) -> None:
        if len(self.problems) < self._limits.max_problems:
            self.problems.append(problem)

    def _require_room(self) -> None:
        rows = len(self.rows) + 1
        if rows > self._limits.max_rows or rows * self._width > self._limits.max_cells:
            raise Correctable(
                f"{self._name} has more than {rows - 1:,} rows of {self._width} columns; "
                "that is more than can be read at once.",
                code="too_many_rows",
                where=self._name,
                hint="Export fewer columns, or a shorter period.",
            )


def _about_file(columns: Sequence[str], text: TextFile) -> Iterator[RowProblem]:
    """What is odd about the file as a whole."""
    plain = [plain_name(one) for one in columns]
    for name in dict.fromkeys(one for one in plain if plain.count(one) > 1):
        message = f'The column "{name}" is there {plain.count(name)} times; each counts on its own.'
        yield RowProblem(0, "duplicate_header", message, left_out=False)
    if text.damaged:
        message = f"Some characters of {text.name} are unreadable; export it again as UTF-8."
        yield RowProblem(0, "damaged_text", message, left_out=False)


def _no_rows(name: str, problems: Sequence[RowProblem]) -> Correctable:
    lost = next((one.message for one in problems if one.left_out), "")
    return Correctable(
        f"{name} has a heading but no readable rows below it.{f' {lost}' if lost else ''}",
        code="no_rows",
        where=name,
        hint="Export the table with its rows.",
    )


def _digest(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as raw:
        while block := raw.read(_BLOCK):
            found.update(block)
    return found.hexdigest()
