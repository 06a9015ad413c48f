"""The grid of the matrix: from a version or a form to rows of plain text, and each mistake at its cell."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import yaml
from starlette.datastructures import FormData

from autonomy.policy_file import parse_policy
from channels.console.door import text_of
from channels.console.words import COLUMN_WORDS
from domain.errors import Correctable

_INDEX = re.compile(r"row-(\d{1,5})-id")
_CELL = re.compile(r"Cell '([a-z_]+)[^']*'(?: is wrong: )?")
_ROW = re.compile(r"row (\d+)$")
_LISTS = ("agents", "relationship", "evidence")
EVERYONE = "everyone"


@dataclass(frozen=True)
class GridRow:
    """One row as typed; `agents` is text with commas. Nothing in it is checked."""

    id: str = ""
    agents: str = ""
    action: str = "send_email"
    level: str = "ask"
    min_amount: str = ""
    max_amount: str = ""
    relationship: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    approvers: str = "1"
    when: str = ""
    reason: str = ""
    owner: str = ""

    @property
    def conditional(self) -> bool:
        """True when the row holds only sometimes."""
        texts = (self.min_amount, self.max_amount, self.when)
        return bool(any(texts) or self.relationship or self.evidence)

    def values(self) -> dict[str, Any]:
        """The row as the policy file writes it; empty columns left out."""
        given: dict[str, Any] = {one.name: getattr(self, one.name) for one in fields(self)}
        given["agents"] = [_party(part) for part in re.split(r"[,;\n]", self.agents) if part.strip()]
        given |= {name: list(given[name]) for name in ("relationship", "evidence")}
        must = ("id", "agents", "action", "level", "reason", "owner")
        return {name: value for name, value in given.items() if name in must or value}


def _party(text: str) -> str:
    return "*" if text.strip().lower() == EVERYONE else text.strip()


@dataclass(frozen=True)
class Grid:
    """All rows with the head of the matrix, and what is wrong, by row and cell."""

    rows: tuple[GridRow, ...]
    otherwise: str = "ask"
    risk_tolerance: str = "balanced"
    note: str = ""
    problems: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    problem: str = ""  # of no one cell

    def text(self) -> str:
        """The YAML of the grid."""
        head = {"otherwise": self.otherwise, "risk_tolerance": self.risk_tolerance}
        return _yaml(self.rows, head)


def grid_of(version: Mapping[str, Any]) -> Grid:
    """The grid of a stored version, as `policy_show` tells it."""
    rows = tuple(_stored(row) for row in version["rows"])
    return Grid(rows, version["otherwise"], version["risk_tolerance"])


def _stored(row: Mapping[str, Any]) -> GridRow:
    values: dict[str, Any] = {
        name: tuple(value) if name in _LISTS else "" if value is None else str(value)
        for name, value in row.items()
    }
    values["agents"] = ", ".join(EVERYONE if name == "*" else name for name in row["agents"])
    return GridRow(**values)


def grid_from(form: FormData) -> Grid:
    """The grid as it was sent, rows marked for removal left out."""
    numbers = [match.group(1) for name in form if (match := _INDEX.fullmatch(name))]
    kept = [number for number in dict.fromkeys(numbers) if not form.get(f"row-{number}-remove")]
    return Grid(
        tuple(_sent(form, number) for number in kept),
        text_of(form, "otherwise", "ask"),
        text_of(form, "risk_tolerance", "balanced"),
        text_of(form, "note").strip(),
    )


def _sent(form: FormData, number: str) -> GridRow:
    values: dict[str, Any] = {}
    for one in fields(GridRow):
        name = f"row-{number}-{one.name}"
        if one.name in ("relationship", "evidence"):
            values[one.name] = tuple(str(value) for value in form.getlist(name))
        else:
            values[one.name] = text_of(form, name).strip()
    return GridRow(**values)


def problems_of(grid: Grid, error: Correctable) -> tuple[dict[int, dict[str, str]], str]:
    """Every mistake at its row and cell; a sentence of its own when it belongs to no cell.

    A policy is read up to its first mistake, so each row is read alone to find the others.
    """
    found: dict[int, dict[str, str]] = {}
    for number, row in enumerate(grid.rows):
        try:
            parse_policy(_yaml([row], {}))
        except Correctable as wrong:
            cell, sentence = _told(wrong)
            found[number] = {cell: sentence}
    if found:
        return found, ""
    at = _ROW.search(error.where or "")
    if at is None:
        return {}, error.message
    cell, sentence = _told(error)
    return {int(at.group(1)) - 1: {cell: sentence}}, ""


def _told(error: Correctable) -> tuple[str, str]:
    match = _CELL.match(error.message)
    if match is None:
        return "id", error.message
    rest = error.message[match.end() :] if "is wrong" in match.group(0) else error.message
    for name in ("min_amount", "max_amount"):
        rest = rest.replace(name, f"“{COLUMN_WORDS[name]}”")
    return match.group(1), rest[:1].upper() + rest[1:]


def _yaml(rows: Iterable[GridRow], head: Mapping[str, str]) -> str:
    values = {**head, "rows": [row.values() for row in rows]}
    return yaml.safe_dump(values, allow_unicode=True, sort_keys=False)
