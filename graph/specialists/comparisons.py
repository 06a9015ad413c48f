"""What our own pages say beside a rival's name: rows of a comparison table, and sentences. Adds and judges nothing."""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.icp import ProfileFact
from domain.knowledge import Evidence, squeeze
from domain.labels import web_label
from domain.replies import ReplyReading
from runtime.store import knowledge

MOST_ROWS, MOST_SENTENCES = 5, 2
_LONGEST_CELL, _LONGEST_SENTENCE = 60, 200
_APART, _BEFORE, _BEHIND = 6, 5, 2  # cells between two heads of a table, before and behind them
_FEWEST_ROWS = 2
_CASELESS = 6  # letters from which a name is a name in small letters, too
# what stands in a cell, and never at the head of a row
_VALUE = re.compile(
    r"\W*$|\W*\d|(?:yes|no|included?|ja|nein|inklusive|enthalten|oui|non|inclus|sí|sì|nee|incluido|incluso)$",
    re.I,
)
_PRICED = re.compile(r"\b(?:pric|cost|fee|prei|kost|prix|tarif|precio|prezz|prij)", re.I)
_SENTENCE = re.compile(r"(?<=[.!?])\s+")


def named_rivals(said: str, reading: ReplyReading, facts: Sequence[ProfileFact]) -> tuple[str, ...]:
    """Rivals a mail names: those it says it uses, and those our own site names, in whatever words."""
    known = (fact.value for fact in facts if fact.field == "competitor")
    named = (one.competitor for one in reading.objections if one.competitor)
    found = {name.casefold(): name for name in (*named, *(one for one in known if _names(said, one)))}
    return tuple(found.values())


async def compared(tx: AsyncConnection, rivals: Sequence[str], ours: str) -> tuple[ProfileFact, ...]:
    """What our stored pages say of these rivals, as facts that may be told with their quotes."""
    pages = await knowledge.page_texts(tx, [knowledge.SELLER]) if rivals else []
    found = tuple(fact for name in rivals for fact in _about(name, ours, pages))
    await knowledge.keep_evidence(tx, knowledge.SELLER, [one for fact in found for one in fact.evidence])
    return found


def _names(text: str, name: str) -> bool:
    flags = re.I if len(name) >= _CASELESS else 0
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, flags) is not None


def _about(name: str, ours: str, pages: Sequence[Mapping[str, Any]]) -> list[ProfileFact]:
    """Rows where a page has a table; else sentences that speak of this rival."""
    furniture = _furniture(pages)
    for page in pages:
        rows = _rows(_cells(page, furniture, (name, ours)), name, ours)
        if rows:
            return [_fact(page, row.told(name, ours), row.cells) for row in rows[:MOST_ROWS]]
    said = [(page, one) for page in pages for one in _sentences(page, name)]
    return [_fact(page, one, (one,)) for page, one in said[:MOST_SENTENCES]]


def _fact(page: Mapping[str, Any], value: str, quotes: Sequence[str]) -> ProfileFact:
    url, seen_at = str(page["url"]), page["fetched_at"]
    assert isinstance(seen_at, datetime)
    made = (Evidence(url=url, quote=one, seen_at=seen_at, label=web_label(url)) for one in quotes)
    return ProfileFact(field="competitor", value=value, evidence=tuple(made))


def _sentences(page: Mapping[str, Any], name: str) -> Iterator[str]:
    for line in str(page["text"]).splitlines():
        for sentence in _SENTENCE.split(squeeze(line)):
            told = len(sentence) <= _LONGEST_SENTENCE and sentence.endswith((".", "!"))
            if told and len(sentence.split()) > 4 and _names(sentence, name):
                yield sentence


def _furniture(pages: Sequence[Mapping[str, Any]]) -> frozenset[str]:
    """Lines that most pages have: menus and feet, no cells."""
    counts = Counter(line for page in pages for line in set(str(page["text"]).splitlines()))
    return frozenset(line for line, count in counts.items() if count >= max(3, len(pages) / 2))


def _cells(page: Mapping[str, Any], furniture: Collection[str], heads: Sequence[str]) -> list[str]:
    """The lines of a page that may be cells; "" for those that are none, so that no table reaches over them."""
    lines = (squeeze(line) for line in str(page["text"]).splitlines() if line.strip())
    return [one if _may_be_cell(one, furniture, heads) else "" for one in lines]


def _may_be_cell(line: str, furniture: Collection[str], heads: Sequence[str]) -> bool:
    """False for a sentence, for what every page has, and for a title that names both."""
    if all(_names(line, head) for head in heads):
        return False
    is_head = any(line.casefold() == head.casefold() for head in heads)
    return len(line) <= _LONGEST_CELL and (is_head or line not in furniture)


@dataclass(frozen=True)
class _Row:
    """One row: what it is about, what the rival's column says, what ours says; `cells` are all its quotes."""

    label: str
    theirs: str
    mine: str
    cells: tuple[str, ...]

    def told(self, name: str, ours: str) -> str:
        """The row in one line."""
        return f"{self.label.rstrip(':')}: {name} {self.theirs}, {ours} {self.mine}"


@dataclass(frozen=True)
class _Shape:
    """A way to read cells as a table: where its rows begin, how wide they are, and the two columns."""

    first: int
    width: int
    theirs: int
    mine: int
    heads: tuple[str, str]  # theirs and ours, as the page has them


def _rows(cells: Sequence[str], name: str, ours: str) -> list[_Row]:
    """The rows of the table whose heads are the rival and we: read in the way in which they make most sense."""
    best: tuple[int, list[_Row]] = (0, [])
    for shape in _shapes(cells, name, ours):
        rows = list(_read(cells, shape))
        sense = sum(map(_sense, rows))
        if len(rows) >= _FEWEST_ROWS and sense > best[0]:
            best = (sense, rows)
    return [row for row in best[1] if row.theirs.strip("–—- ") and row.mine.strip("–—- ")]


def _sense(row: _Row) -> int:
    """How much a row looks like one: figures stand beside figures, and a price is one."""
    theirs, mine = (any(char.isdigit() for char in cell) for cell in (row.theirs, row.mine))
    if _PRICED.search(row.label) and not (theirs or mine):
        return -3
    return -2 if theirs != mine else 2 if theirs else 1


def _shapes(cells: Sequence[str], name: str, ours: str) -> Iterator[_Shape]:
    """The corner of a table is often empty, and an empty cell is no line: both ways are tried."""
    theirs = [number for number, cell in enumerate(cells) if cell.casefold() == name.casefold()]
    mine = [number for number, cell in enumerate(cells) if _is_ours(cell, ours)]
    for one, other in ((a, b) for a in theirs for b in mine if abs(a - b) <= _APART):
        low, high = min(one, other), max(one, other)
        for start in range(low, max(-1, low - _BEFORE - 1), -1):
            if not cells[start]:
                break
            for end in range(high, high + _BEHIND + 1):
                for corner in (0, 1):
                    width = end - start + 1 + corner
                    heads = (cells[one], cells[other])
                    yield _Shape(end + 1, width, one - start + corner, other - start + corner, heads)


def _is_ours(cell: str, ours: str) -> bool:
    return bool(cell) and cell.casefold() in {ours.casefold(), ours.split(" ")[0].casefold()}


def _read(cells: Sequence[str], shape: _Shape) -> Iterator[_Row]:
    if not shape.theirs or not shape.mine:
        return  # the first column holds what a row is about
    for start in range(shape.first, len(cells) - shape.width + 1, shape.width):
        row = cells[start : start + shape.width]
        if not all(row) or _VALUE.match(row[0]):
            return
        quotes = (row[0], row[shape.theirs], row[shape.mine], *shape.heads)
        yield _Row(row[0], row[shape.theirs], row[shape.mine], quotes)
