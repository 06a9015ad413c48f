"""What docs/evals.md says of a suite's figures, for the page that shows them. It explains nothing by itself."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

_DOCS = Path(__file__).resolve().parents[2] / "docs" / "evals.md"
_CODE = re.compile(r"`([^`]+)`")


@dataclass(frozen=True, slots=True)
class Meaning:
    """A line of the page's table: which figures, what they mean, how they could mislead."""

    names: str
    means: str
    misleads: str


def of_suite(suite: str, figures: Collection[str], docs: Path = _DOCS) -> tuple[Meaning, ...]:
    """The lines about figures that were measured, in the page's order."""
    try:
        lines = docs.read_text(encoding="utf-8").splitlines()
    except OSError:
        return ()
    return tuple(one for one in _table_lines(_section(suite, lines)) if _speaks_of(one, figures))


def _section(suite: str, lines: list[str]) -> Iterator[str]:
    inside = False
    for line in lines:
        if line.startswith("## "):
            inside = bool(re.match(rf"## {re.escape(suite)}\b", line))
        elif inside:
            yield line


def _table_lines(lines: Iterator[str]) -> Iterator[Meaning]:
    for line in lines:
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]
        if len(cells) == 3 and _CODE.search(cells[0]):
            yield Meaning(*(_plain(cell) for cell in cells))


def _plain(text: str) -> str:
    """Without the marks of Markdown."""
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", text)
    return re.sub(r"\*\*?([^*]+)\*\*?", r"\1", text).replace("`", "").replace("\\|", "|")


def _speaks_of(one: Meaning, figures: Collection[str]) -> bool:
    named = {word.strip() for word in one.names.split(",")}
    return bool(named & set(figures))
