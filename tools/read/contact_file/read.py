"""Opens a contact file and gives its rows one at a time, every problem named. Writes nothing."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from domain.errors import Correctable
from tools.read.contact_file.columns import guess_columns, is_email, is_url
from tools.read.contact_file.layout import (
    PREAMBLE,
    names_delimiter,
    plain_name,
    require_delimiter,
    table_start,
    unique_names,
)
from tools.read.contact_file.model import (
    ColumnGuess,
    ContactField,
    ContactRow,
    Limits,
    Problems,
    RowError,
)
from tools.read.contact_file.names import safe_name
from tools.read.contact_file.records import Record, best_delimiter, records
from tools.read.contact_file.rows import RowBuilder
from tools.read.contact_file.text import TextFile, open_text
from tools.read.contact_file.values import neutral

_SAMPLED = 200


class _Layout(NamedTuple):
    """Where the table begins and what its columns are called."""

    delimiter: str
    header_row: int  # 0 when there is no header
    first_row: int
    headers: tuple[str, ...]
    samples: list[list[str]]


class ContactFile:
    """A contact list that was opened: its columns, what they are taken for, and its rows.

    `errors` grows while `rows` is read; each reading starts afresh.
    """

    def __init__(
        self, text: TextFile, layout: _Layout, mapping: tuple[ColumnGuess, ...], limits: Limits
    ) -> None:
        self._text = text
        self._layout = layout
        self._limits = limits
        self._problems = Problems(limits.max_errors)
        self.name = text.name
        self.encoding = text.encoding
        self.delimiter = layout.delimiter
        self.columns = layout.headers
        self.mapping = mapping
        self._report_file()

    @property
    def errors(self) -> tuple[RowError, ...]:
        """Every problem met so far."""
        return self._problems.all

    def rows(self) -> Generator[ContactRow, None, None]:
        """The usable rows in order; the others are in `errors`."""
        self._problems = Problems(self._limits.max_errors)
        self._report_file()
        builder = RowBuilder(self.mapping, self._problems, self._limits, self._layout.samples, self.delimiter)
        with self._text.lines() as stream:
            for record in self._body(records(stream, self.delimiter, self._limits)):
                row = builder.build(record, len(self.columns))
                if row is not None:
                    yield row

    async def batches(self, size: int = 500) -> AsyncIterator[list[ContactRow]]:
        """The rows in lists, read in a thread so that nobody waits for the parsing."""
        rows = self.rows()
        try:
            while batch := await asyncio.to_thread(lambda: list(islice(rows, size))):
                yield batch
        finally:
            with suppress(ValueError):  # cancelled while the thread still reads: it closes when it is done
                rows.close()

    def _body(self, all_records: Iterator[Record]) -> Iterator[Record]:
        seen = 0
        for record in all_records:
            if record.row < self._layout.first_row or (record.blank and not record.problem):
                continue
            seen += 1
            if seen > self._limits.max_rows:
                self._problems.add(
                    record.row,
                    "",
                    "too_many_rows",
                    f"Only the first {self._limits.max_rows:,} rows are read; put the rest in another file.",
                )
                return
            yield record

    def _report_file(self) -> None:
        """Problems of the file as a whole."""
        header = self._layout.header_row
        for name, count in Counter(plain_name(one) for one in self.columns).items():
            if count > 1 and header:
                message = f'The column "{name}" is there {count} times; each is looked at on its own.'
                self._problems.add(header, name, "duplicate_header", message)
        if not any(guess.field is ContactField.EMAIL for guess in self.mapping):
            message = "No column holds e-mail addresses; companies are imported without a person to write to."
            self._problems.add(header, ContactField.EMAIL, "no_email_column", message)
        if self._text.damaged:
            message = f"Some characters of {self.name} are unreadable; export it again as UTF-8."
            self._problems.add(0, "", "damaged_text", message)


def read_contact_file(
    source: Path | bytes,
    *,
    name: str = "",
    limits: Limits | None = None,
    mapping: Mapping[str, ContactField | None] | None = None,
) -> ContactFile:
    """Open a CSV file and guess its columns from its beginning; the rest is only looked at for its encoding.

    `mapping` holds what a person said about columns, by header, and wins over the guess. Call it in a
    thread: a large file takes a moment.

    Raises:
        Correctable: the file is missing, empty, too large, not text, or has no usable table.
    """
    limits = limits or Limits()
    shown = safe_name(name or (source.name if isinstance(source, Path) else "the file"))
    text = open_text(source, shown, limits.max_bytes)
    layout = _layout(text, limits)
    fixed = dict(mapping or {})
    if unknown := [header for header in fixed if header not in layout.headers]:
        raise Correctable(f'{shown} has no column "{unknown[0]}".', code="unknown_column", where=unknown[0])
    guesses = guess_columns(layout.headers, layout.samples, fixed)
    _require_identity(guesses, shown, layout)
    return ContactFile(text, layout, guesses, limits)


def _layout(text: TextFile, limits: Limits) -> _Layout:
    with text.lines() as stream:
        delimiter = best_delimiter(stream, limits)
    with text.lines() as stream:
        sampled = list(islice(records(stream, delimiter or ",", limits), _SAMPLED + PREAMBLE))
    rows = [one for one in sampled if not one.blank and not names_delimiter(one)]
    if not rows:
        raise Correctable(f"{text.name} is empty.", code="empty_file", where=text.name)
    require_delimiter(delimiter, rows, text.name)
    start = table_start(rows)
    first = rows[start]
    if len(first.cells) > limits.max_columns:
        message = f"{text.name} has {len(first.cells)} columns; at most {limits.max_columns} can be read."
        raise Correctable(message, code="too_many_columns", where=text.name)
    has_header = not any(is_email(cell) or is_url(cell) for cell in first.cells)
    body = rows[start + 1 :] if has_header else rows[start:]
    if not body:
        message = f"{text.name} has a header but no rows below it."
        raise Correctable(message, code="no_rows", where=text.name, hint="Export the list with its rows.")
    headers = unique_names([neutral(cell).text if has_header else "" for cell in first.cells])
    samples = [[neutral(cell).text for cell in one.cells] for one in body if len(one.cells) == len(headers)]
    header_row = first.row if has_header else 0
    return _Layout(delimiter or ",", header_row, first.row + has_header, headers, samples)


def _require_identity(guesses: Sequence[ColumnGuess], name: str, layout: _Layout) -> None:
    """Without a company, a site or an address there is nobody to import."""
    wanted = {ContactField.COMPANY, ContactField.WEBSITE, ContactField.EMAIL}
    if not wanted & {guess.field for guess in guesses}:
        shown = ", ".join(layout.headers[:6])
        raise Correctable(
            f"No column of {name} names a company, a website or an e-mail address (found: {shown}).",
            code="no_usable_column",
            where=name,
            hint="Say which column holds the company, or add one.",
        )
