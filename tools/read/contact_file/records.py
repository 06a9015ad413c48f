"""From lines to records: quotes, line breaks in cells, delimiters. A damaged record never costs the next."""

import io
import math
import re
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from enum import Enum
from itertools import islice
from typing import NamedTuple, TextIO

from tools.read.contact_file.model import Limits

DELIMITERS = (",", ";", "\t", "|")
_SAMPLED = 60
_FORMULA = re.compile(r'=\s*[\w.]+\((?:"[^"]*"|[^"()])*\)')


class Record(NamedTuple):
    """One record. `row` counts records as a spreadsheet does, `line` is where it starts in the file."""

    row: int
    line: int
    cells: list[str]
    problem: str = ""  # "", "unclosed_quote" or "line_too_long"

    @property
    def blank(self) -> bool:
        """True when every cell is empty."""
        return not any(cell.strip() for cell in self.cells)


class _End(Enum):
    DONE = "done"
    OPEN = "open"  # inside quotes at the end of the text
    BROKEN = "broken"  # a quote from an earlier line meets text that cannot follow it


def records(stream: TextIO, delimiter: str, limits: Limits) -> Iterator[Record]:
    """The records of a file in order, damaged ones included."""
    lines = _Lines(stream, limits.max_record)
    row = 0
    while (line := lines.next()) is not None:
        row += 1
        start = lines.number
        if len(line) >= limits.max_record:
            lines.skip_rest_of_line(line)
            yield Record(row, start, [], "line_too_long")
            continue
        cells = _finish(line, lines, delimiter, limits)
        yield Record(row, start, cells or [], "" if cells is not None else "unclosed_quote")


def _finish(line: str, lines: "_Lines", delimiter: str, limits: Limits) -> list[str] | None:
    """The cells of the record that begins here; None, and no other line used up, if it never ends."""
    text, taken = line, []
    cells, end = split_record(text, delimiter)
    while end is _End.OPEN and len(taken) < limits.max_record_lines and len(text) < limits.max_record:
        more = lines.next()
        if more is None:
            break
        taken.append(more)
        text += more
        cells, end = split_record(text, delimiter)
    if end is _End.DONE:
        return cells
    lines.put_back(taken)
    return None


def split_record(text: str, delimiter: str) -> tuple[list[str], _End]:
    """The cells of one record, tolerant of stray quotes inside a line."""
    body = text.rstrip("\r\n")
    if '"' not in body:
        return body.split(delimiter), _End.DONE
    cells: list[str] = []
    at = 0
    while True:
        quote = _opening_quote(body, at, delimiter)
        if quote < 0:
            stop = _plain_stop(body, at, delimiter)
            cells.append(body[at:stop])
        else:
            cell, stop, end = _quoted(body, quote + 1, delimiter)
            if end is not _End.DONE:
                return cells, end
            cells.append(cell)
        if stop >= len(body):
            return cells, _End.DONE
        at = stop + 1


def _plain_stop(body: str, at: int, delimiter: str) -> int:
    """Where an unquoted cell stops; a formula's own commas and quotes belong to it."""
    if body.startswith("=", at) and (formula := _FORMULA.match(body, at)):
        stop = formula.end()
        if stop == len(body) or body[stop] == delimiter:
            return stop
    stop = body.find(delimiter, at)
    return len(body) if stop < 0 else stop


def _opening_quote(body: str, at: int, delimiter: str) -> int:
    """Where the cell's opening quote is, blanks before it skipped; -1 when the cell is not quoted."""
    while at < len(body) and body[at] == " " and delimiter != " ":
        at += 1
    return at if body.startswith('"', at) else -1


def _quoted(body: str, start: int, delimiter: str) -> tuple[str, int, _End]:
    """The cell after an opening quote, where it stops, and whether it ends at all."""
    parts: list[str] = []
    at = start
    while (quote := body.find('"', at)) >= 0:
        if body.startswith('"', quote + 1):
            parts.append(body[at : quote + 1])
            at = quote + 2
            continue
        after = quote + 1
        while after < len(body) and body[after] == " ":
            after += 1
        if after >= len(body) or body[after] == delimiter:
            return "".join([*parts, body[at:quote]]), after, _End.DONE
        if "\n" in body[start:quote] or "\r" in body[start:quote]:
            return "", after, _End.BROKEN
        parts.append(body[at : quote + 1])  # a stray quote within one line is text
        at = quote + 1
    return "", len(body), _End.OPEN


class _Lines:
    """Numbered lines that can be put back."""

    def __init__(self, stream: TextIO, longest: int) -> None:
        self._stream = stream
        self._longest = longest
        self._waiting: deque[str] = deque()
        self.number = 0  # of the line given last

    def next(self) -> str | None:
        line = self._waiting.popleft() if self._waiting else self._stream.readline(self._longest)
        if not line:
            return None
        self.number += 1
        return line

    def put_back(self, lines: Sequence[str]) -> None:
        self._waiting.extendleft(reversed(lines))
        self.number -= len(lines)

    def skip_rest_of_line(self, line: str) -> None:
        while line and not line.endswith(("\n", "\r")):
            line = self._stream.readline(self._longest)


def best_delimiter(stream: TextIO, limits: Limits) -> str:
    """The delimiter that cuts the first records into the most equal number of cells; "" when none cuts."""
    text = stream.read(limits.max_record)
    if text.lower().startswith("sep=") and len(text) > 4 and text[4] not in "\r\n":
        return text[4]  # what spreadsheets write to name their delimiter
    scores = {delimiter: _evenness(text, delimiter, limits) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: scores[delimiter])
    return best if scores[best] > 0 else ""


def _evenness(text: str, delimiter: str, limits: Limits) -> float:
    rows = islice(records(io.StringIO(text, newline=""), delimiter, limits), _SAMPLED)
    widths = Counter(len(one.cells) for one in rows if one.cells and not one.blank)
    if not widths:
        return 0.0
    width, count = max(widths.items(), key=lambda pair: (pair[1] * math.log(pair[0] + 0.01), pair[0]))
    return count / widths.total() * math.log(width) if width > 1 else 0.0
