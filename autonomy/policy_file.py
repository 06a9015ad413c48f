"""The matrix as YAML text: read with line and cell for every mistake, written so that an owner can edit it."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from autonomy.policy import PARTIES, Policy, Row
from domain.actions import ACTION_KINDS
from domain.errors import Correctable

DEFAULT_FILE = Path(__file__).with_name("default_policy.yaml")
_HEADER = """\
# The authority matrix. The strictest row that fits wins; where no row fits, `otherwise` holds.
# level: auto, notify, ask, deny, or earned (asks until enough of its asks were approved unchanged).
# Optional columns: min_amount, max_amount, relationship, evidence, approvers (1 or 2), when (a CEL condition).
"""


def load_policy(path: Path | None) -> Policy:
    """The policy of a file, or the built-in one.

    Raises:
        Correctable: bad_policy, with line and cell.
    """
    if path is None:
        return _default()
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _bad(f"The policy file cannot be read: {type(error).__name__}.", str(path)) from error
    return parse_policy(text, str(path))


@cache
def _default() -> Policy:
    return parse_policy(DEFAULT_FILE.read_text("utf-8"), DEFAULT_FILE.name)


def parse_policy(text: str, where: str = "policy") -> Policy:
    """A policy from YAML text.

    Raises:
        Correctable: bad_policy, with line and cell.
    """
    try:
        tree, raw = yaml.compose(text, Loader=yaml.SafeLoader), yaml.safe_load(text)
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f": line {mark.line + 1}" if mark else ""
        raise _bad("The policy is not well-formed YAML.", f"{where}{line}") from error
    if not isinstance(raw, dict) or not isinstance(raw.get("rows"), list) or not raw["rows"]:
        raise _bad("The policy holds no rows.", where)
    lines = _lines(tree)
    rows = tuple(_row(value, _at(where, lines, number)) for number, value in enumerate(raw["rows"]))
    _check_rows(rows, where, lines)
    return _policy({**raw, "rows": rows}, where)


def _policy(values: dict[str, Any], where: str) -> Policy:
    try:
        return Policy.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        raise _bad(f"Cell {first['loc'][-1]!r} is wrong: {first['msg']}.", where) from error


def _lines(tree: Any) -> list[int]:
    """The line of each row, from 1."""
    for key, value in tree.value:
        if key.value == "rows":
            return [row.start_mark.line + 1 for row in value.value]
    return []


def _at(where: str, lines: list[int], number: int) -> str:
    return f"{where}: line {lines[number]}, row {number + 1}"


def _row(value: Any, where: str) -> Row:
    try:
        row = Row.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        cell = ".".join(str(part) for part in first["loc"]) or "row"
        raise _bad(f"Cell {cell!r} is wrong: {first['msg']}.", where) from error
    for cell, problem in _cell_problems(row):
        raise _bad(f"Cell {cell!r} is wrong: {problem}", where)
    return row


def _cell_problems(row: Row) -> Iterator[tuple[str, str]]:
    if not row.agents:
        yield "agents", "the row speaks about nobody."
    if row.action != "*" and row.action not in ACTION_KINDS:
        yield "action", f"there is no action {row.action!r}; known: {', '.join(ACTION_KINDS)}."
    for name in row.agents:
        if name != "*" and name not in PARTIES:
            yield "agents", f"there is no agent or role {name!r}; known: {', '.join(PARTIES)}."
    if row.min_amount is not None and row.max_amount is not None and row.min_amount > row.max_amount:
        yield "max_amount", "it is smaller than min_amount, so the row never applies."
    if row.approvers > 1 and row.level not in ("ask", "earned"):
        yield "approvers", f"nobody approves when the level is {row.level}."
    try:
        _ = row.condition
    except Correctable as error:
        yield "when", str(error)


def _check_rows(rows: tuple[Row, ...], where: str, lines: list[int]) -> None:
    seen: set[str] = set()
    cells: dict[tuple[object, ...], Row] = {}
    for number, row in enumerate(rows):
        if row.id in seen:
            raise _bad(f"Two rows are called {row.id!r}.", _at(where, lines, number))
        seen.add(row.id)
        before = cells.setdefault(_columns(row), row)
        if before.level != row.level or before.approvers != row.approvers:
            raise _bad(
                f"Cell 'level' of row {row.id!r} ({row.level}) contradicts row {before.id!r} ({before.level}): "
                "same agents, action and conditions.",
                _at(where, lines, number),
            )


def _columns(row: Row) -> tuple[object, ...]:
    return (
        tuple(sorted(row.agents)),
        row.action,
        row.min_amount,
        row.max_amount,
        tuple(sorted(row.relationship)),
        tuple(sorted(row.evidence)),
        row.when,
    )


def policy_text(policy: Policy) -> str:
    """The YAML of a policy: one line a row, empty columns left out."""
    lines = [_HEADER + f"otherwise: {policy.otherwise}", f"risk_tolerance: {policy.risk_tolerance}", "rows:"]
    for row in policy.rows:
        values = row.model_dump(mode="json", exclude_defaults=True)
        for name in ("min_amount", "max_amount"):
            if name in values:
                values[name] = float(values[name])
        shown = yaml.safe_dump(
            values, default_flow_style=True, sort_keys=False, allow_unicode=True, width=10_000
        )
        lines.append(f"  - {shown.strip()}")
    return "\n".join(lines) + "\n"


def _bad(message: str, where: str) -> Correctable:
    return Correctable(message, code="bad_policy", where=where, hint="Correct the cell, then try again.")
