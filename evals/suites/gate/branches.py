"""Changes one branch of one function in place: never taken, or taken when it should not be. Reads its source.

A branch is an `if`, a conditional expression, or one part of an `and` or `or`.
"""

import ast
import importlib
import inspect
import textwrap
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any


def count(place: str) -> int:
    """How many branches a function has; `place` is module/function."""
    return len(_tests(_parsed(place)))


def put_in_place(place: str, number: int, *, turned: bool) -> None:
    """Exchange the function for one with this branch changed, wherever its module keeps it."""
    module, name = _module(place), place.partition("/")[2]
    tree = _parsed(place)
    holder, field, index = _tests(tree)[number]
    test = _at(holder, field, index)
    _put(holder, field, index, _never(holder, test, turned=turned))
    before = getattr(module, name)
    made: dict[str, Any] = {}
    code = compile(ast.fix_missing_locations(tree), f"<{place}>", "exec")
    exec(code, module.__dict__, made)
    for owner, key in _holders(module, name, before):
        owner[key] = made[name]


def _never(holder: ast.AST, test: ast.expr, *, turned: bool) -> ast.expr:
    """The test turned round; or as if what it finds were never found."""
    if turned:
        return ast.UnaryOp(op=ast.Not(), operand=test)
    return ast.Constant(value=isinstance(holder, ast.BoolOp) and isinstance(holder.op, ast.And))


def _holders(module: ModuleType, name: str, before: Any) -> Iterator[tuple[dict[str, Any], str]]:
    """Where the function is kept: under its name here and where it was imported to, and in tables of rules."""
    yield module.__dict__, name
    for table in list(module.__dict__.values()):
        if isinstance(table, dict):
            yield from ((table, key) for key, value in list(table.items()) if value is before)
    for other in _importers(name, before):
        yield other.__dict__, name


def _importers(name: str, before: Any) -> list[ModuleType]:
    rooms = (
        "autonomy.act_rules",
        "autonomy.deal_rules",
        "autonomy.gate",
        "autonomy.notice_rules",
        "autonomy.rules",
    )
    loaded = [importlib.import_module(room) for room in rooms]
    return [one for one in loaded if one.__dict__.get(name) is before]


def _module(place: str) -> ModuleType:
    return importlib.import_module(place.partition("/")[0])


@cache
def _source(place: str) -> str:
    return textwrap.dedent(inspect.getsource(getattr(_module(place), place.partition("/")[2])))


def _parsed(place: str) -> ast.Module:
    return ast.parse(_source(place))


def _tests(tree: ast.Module) -> list[tuple[ast.AST, str, int]]:
    """Every test: of an `if`, of a conditional expression, and each part of an `and` or `or` that is no constant."""
    found: list[tuple[ast.AST, str, int]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.If | ast.IfExp):
            found.append((node, "test", -1))
        elif isinstance(node, ast.BoolOp):
            parts = enumerate(node.values)
            found += [
                (node, "values", number) for number, part in parts if not isinstance(part, ast.Constant)
            ]
    return found


def _at(holder: ast.AST, field: str, index: int) -> ast.expr:
    value = getattr(holder, field)
    return value if index < 0 else value[index]


def _put(holder: ast.AST, field: str, index: int, value: ast.expr) -> None:
    if index < 0:
        setattr(holder, field, value)
    else:
        getattr(holder, field)[index] = value
