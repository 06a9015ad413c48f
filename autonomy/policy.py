"""The authority matrix: who may do what on their own. Rows in one YAML file; most restrictive row wins."""

from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from domain.actions import ACTION_KINDS
from domain.decisions import STRICTNESS, Actor, RuleHit, Verdict
from domain.errors import Correctable
from domain.ids import digest

LEVELS = {"auto": Verdict.ALLOW, "notify": Verdict.NOTIFY, "ask": Verdict.ASK, "deny": Verdict.REFUSE}
AGENTS = ("research", "outreach", "supervisor", "system")
ROLES = ("owner", "manager", "rep", "viewer")
PARTIES = AGENTS + ROLES
DEFAULT_FILE = Path(__file__).with_name("default_policy.yaml")


class Row(BaseModel):
    """One line of the matrix. `agents` holds specialists' names or people's roles, or `*`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    agents: tuple[str, ...]
    action: str
    level: Literal["auto", "notify", "ask", "deny"]
    reason: str
    owner: str

    def matches(self, party: str, action: str) -> bool:
        """True when the row speaks about this party and action."""
        return (party in self.agents or "*" in self.agents) and self.action in (action, "*")


class Policy(BaseModel):
    """All rows; `version` is the hash of them."""

    model_config = ConfigDict(frozen=True)

    rows: tuple[Row, ...]

    @property
    def version(self) -> str:
        """Hash that names this policy in every decision."""
        return digest([row.model_dump(mode="json") for row in self.rows])[:16]

    def judge(self, actor: Actor, action: str) -> RuleHit:
        """The strictest matching row; no row asks."""
        party = _party(actor)
        matching = [row for row in self.rows if row.matches(party, action)]
        if not matching:
            return RuleHit(
                rule="authority:none",
                verdict=Verdict.ASK,
                message=f"No row of the authority matrix lets {party or actor.name} do this alone.",
            )
        row = max(matching, key=lambda one: STRICTNESS[LEVELS[one.level]])
        return RuleHit(rule=f"authority:{row.id}", verdict=LEVELS[row.level], message=row.reason)


def _party(actor: Actor) -> str:
    """The name rows know an actor by; an agent called like a role is not that role."""
    if actor.kind == "user":
        return actor.role if actor.role in ROLES else ""
    return actor.name if actor.name in AGENTS else ""


def load_policy(path: Path | None) -> Policy:
    """The policy of a file, or the built-in one.

    Raises:
        Correctable: bad_policy, with the row and cell.
    """
    return _default() if path is None else _parse(path)


@cache
def _default() -> Policy:
    return _parse(DEFAULT_FILE)


def _parse(path: Path) -> Policy:
    try:
        raw = yaml.safe_load(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise _bad(f"The policy file cannot be read: {type(error).__name__}.", str(path)) from error
    if not isinstance(raw, dict) or not isinstance(raw.get("rows"), list) or not raw["rows"]:
        raise _bad("The policy file holds no rows.", str(path))
    rows = tuple(_row(value, number, path) for number, value in enumerate(raw["rows"], 1))
    _check_unique(rows, path)
    return Policy(rows=rows)


def _row(value: Any, number: int, path: Path) -> Row:
    where = f"{path}: row {number}"
    try:
        row = Row.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        cell = ".".join(str(part) for part in first["loc"]) or "row"
        raise _bad(f"Cell {cell!r} is wrong: {first['msg']}.", where) from error
    if not row.agents:
        raise _bad("Cell 'agents' is empty: the row speaks about nobody.", where)
    if row.action != "*" and row.action not in ACTION_KINDS:
        raise _bad(f"There is no action {row.action!r}; known: {', '.join(ACTION_KINDS)}.", where)
    unknown = [name for name in row.agents if name != "*" and name not in PARTIES]
    if unknown:
        raise _bad(f"There is no agent or role {unknown[0]!r}; known: {', '.join(PARTIES)}.", where)
    return row


def _check_unique(rows: tuple[Row, ...], path: Path) -> None:
    seen: set[str] = set()
    cells: dict[tuple[tuple[str, ...], str], str] = {}
    for row in rows:
        if row.id in seen:
            raise _bad(f"Two rows are called {row.id!r}.", str(path))
        seen.add(row.id)
        cell = (tuple(sorted(row.agents)), row.action)
        if cells.setdefault(cell, row.level) != row.level:
            raise _bad(f"Row {row.id!r} contradicts another row for the same agents and action.", str(path))


def _bad(message: str, where: str) -> Correctable:
    return Correctable(message, code="bad_policy", where=where, hint="Correct the row, then start again.")
