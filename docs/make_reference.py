"""Writes docs/reference.md from the code: settings, commands, tools, actions, hard rules, error codes."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, get_args

ROOT = Path(__file__).resolve().parents[1]
HEAD = """# Reference

Written from the code by `make docs`; a test fails when it is out of date. Words are explained in
[glossary.md](glossary.md), the reasons behind rules in [threat-model.md](threat-model.md).
"""


def reference() -> str:
    """The whole page."""
    parts = (_settings(), _commands(), _tools(), _actions(), _rules(), _codes())
    return "\n".join([HEAD, *(line for part in parts for line in [*part, ""])])


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    cells = [tuple(re.sub(r"\s+", " ", cell).replace("|", "\\|") for cell in row) for row in rows]
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(row) + " |" for row in cells),
    ]


def _settings() -> Iterator[str]:
    from runtime.settings import Settings, variable_of

    yield from ("## Settings", "", "Environment variables, read once at start. All are optional.", "")
    rows = []
    for name, field in Settings.model_fields.items():
        default = getattr(field.default, "get_secret_value", lambda value=field.default: value)()
        rows.append(
            (
                f"`{variable_of(name)}`",
                f"`{default}`" if default not in ("", None) else "",
                field.description or "",
            )
        )
    yield from _table(("Setting", "Default", "Meaning"), rows)


def _commands() -> Iterator[str]:
    from typer.main import get_command

    from channels.cli import app

    yield from (
        "## Commands",
        "",
        "Every command takes `--json`. Exit codes: 0 done, 1 failure, 2 wrong input, 3 refused by policy.",
        "",
    )
    yield from _table(
        ("Command", "What it does", "Arguments and options"), _command_rows(get_command(app), "rainmaker")
    )


def _command_rows(command: Any, path: str) -> Iterator[tuple[str, ...]]:
    for name, inner in getattr(command, "commands", {}).items():
        if not getattr(inner, "commands", None) or getattr(inner, "invoke_without_command", False):
            options = [_option(one) for one in inner.params if one.name not in {"json", "as_json", "help"}]
            yield f"`{path} {name}`", (inner.help or "").split("\n\n")[0], " · ".join(options)
        yield from _command_rows(inner, f"{path} {name}")


def _option(one: Any) -> str:
    shown = one.opts[0] if one.param_type_name == "option" else one.name.upper()
    return f"`{shown}` {one.help or ''}".strip()


def _tools() -> Iterator[str]:
    from graph.specialists.table import CATALOG, SPECIALISTS

    yield from ("## Specialists and their tools", "")
    for who in SPECIALISTS:
        may = ", ".join(f"`{kind}`" for kind in who.may_propose) or "nothing"
        yield from (f"**{who.name}** – {who.mandate} May propose: {may}.", "")
        mine = [tool for tool in CATALOG.all() if tool.name in who.tools]
        rows = [
            (
                f"`{one.name}`",
                one.description,
                ", ".join(f"`{name}`" for name in one.args.model_fields),
                one.effect,
                one.undo,
            )
            for one in mine
        ]
        yield from _table(("Tool", "What it does", "Arguments", "Effect", "Undo"), rows)
        yield ""


def _actions() -> Iterator[str]:
    from domain import actions

    yield from (
        "## Actions",
        "",
        "The closed set of everything that may be proposed. Anything else is refused.",
        "",
    )
    kinds = get_args(get_args(actions.ProposedAction)[0])
    rows = [
        (
            f"`{one.model_fields['kind'].default}`",
            (one.__doc__ or "").split("\n")[0],
            one.effect,
            one.undo,
            one.cost,
        )
        for one in kinds
    ]
    yield from _table(("Action", "Meaning", "Effect", "Undo", "Cost"), rows)


def _rules() -> Iterator[str]:
    from autonomy.hard_rules import HARD_RULES

    yield from (
        "## Hard rules",
        "",
        "No score, level or policy row overrides them. The first answer is the strictest.",
        "",
    )
    rows = [
        (rule.id, rule.title, ", ".join(rule.answers), ", ".join(rule.enforced), _modules(rule.where))
        for rule in HARD_RULES
    ]
    yield from _table(("Rule", "What it holds", "Answers", "Enforced at", "Code"), rows)


def _modules(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _codes() -> Iterator[str]:
    yield from (
        "## Error codes",
        "",
        "Programs match on the code; the sentence beside it may change. Retryable: try later. Correctable: change "
        "something first. Refused: a rule or the policy said no. Bug: ours.",
        "",
    )
    found: dict[str, set[tuple[str, str]]] = {}
    for room in (
        "domain",
        "runtime",
        "language",
        "autonomy",
        "memory",
        "tools",
        "learning",
        "graph",
        "service",
        "channels",
    ):
        for path in sorted((ROOT / room).rglob("*.py")):
            for family, code in _raised(ast.parse(path.read_text(encoding="utf-8"))):
                found.setdefault(code, set()).add((family, room))
    rows = [
        (
            f"`{code}`",
            ", ".join(sorted({family for family, _ in seen})),
            ", ".join(sorted({room for _, room in seen})),
        )
        for code, seen in sorted(found.items())
    ]
    yield from _table(("Code", "Family", "Room"), rows)


def _raised(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            for keyword in node.keywords:
                named = keyword.arg == "code" and isinstance(keyword.value, ast.Constant)
                if named and node.func.id in {"Retryable", "Correctable", "Refused", "Bug"}:
                    yield node.func.id, str(keyword.value.value)  # type: ignore[attr-defined]


if __name__ == "__main__":
    sys.stdout.write(reference())
