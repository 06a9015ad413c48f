"""The catalog of tools: each with its args model, effect, undo and cost. Who may call what is data here."""

import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.errors import Correctable, Refused

LONGEST_ARGS = 100_000  # characters of one call's arguments


class Args(BaseModel):
    """Base of argument models: an unknown argument is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


Handler = Callable[..., Awaitable[Any]]


@dataclass(frozen=True)
class Tool:
    """A function a specialist may call. `read` looks, `propose` ends in proposals for the gate."""

    name: str
    specialist: str
    description: str
    args: type[Args]
    effect: Literal["read", "propose"]
    undo: str
    cost: str
    run: Handler


def tool(
    specialist: str,
    args: type[Args],
    *,
    effect: Literal["read", "propose"] = "read",
    undo: str = "nothing to undo",
    cost: str = "none",
) -> Callable[[Handler], Tool]:
    """Turn a function into a tool under its own name; its docstring's first line is the description."""

    def wrap(function: Handler) -> Tool:
        line = (function.__doc__ or "").strip().splitlines()[0]
        return Tool(function.__name__, specialist, line, args, effect, undo, cost, function)

    return wrap


def _check_text(tool: Tool, raw: object) -> None:
    """Refuse what no store can hold: cut characters (lone surrogates) and endless strings."""
    text = json.dumps(raw, ensure_ascii=False, default=str)
    if len(text) > LONGEST_ARGS:
        problem = f"the arguments are longer than {LONGEST_ARGS:,} characters"
    elif any("\ud800" <= char <= "\udfff" for char in text):
        problem = "the arguments hold half a character (a lone surrogate)"
    else:
        return
    raise Correctable(f"{tool.name}: {problem}.", code="bad_arguments", where=tool.name)


class Catalog:
    """All tools by name; names are unique across specialists, so no two can overlap."""

    def __init__(self, tools: Iterable[Tool]) -> None:
        self._tools: dict[str, Tool] = {}
        for one in tools:
            if one.name in self._tools:
                raise ValueError(f"two tools are called {one.name}")
            self._tools[one.name] = one

    def all(self) -> tuple[Tool, ...]:
        """Every tool, by specialist and name."""
        return tuple(sorted(self._tools.values(), key=lambda tool: (tool.specialist, tool.name)))

    def get(self, name: str) -> Tool:
        """One tool.

        Raises:
            Refused: unknown_tool.
        """
        if name not in self._tools:
            raise Refused(f"There is no tool called {name[:60]}.", code="unknown_tool", where=name[:60])
        return self._tools[name]

    def own(self, specialist: str, name: str) -> Tool:
        """A tool of this specialist.

        Raises:
            Refused: unknown_tool, foreign_tool.
        """
        tool = self.get(name)
        if tool.specialist != specialist:
            raise Refused(
                f"{name} belongs to {tool.specialist}; {specialist} may not call it.",
                code="foreign_tool",
                where=name,
            )
        return tool


def parse_args(tool: Tool, raw: dict[str, Any]) -> Args:
    """Checked arguments.

    Raises:
        Correctable: bad_arguments, naming the first wrong one.
    """
    _check_text(tool, raw)
    try:
        return tool.args.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]) or "arguments"
        raise Correctable(
            f"{tool.name}: {name} is wrong: {first['msg']}.", code="bad_arguments", where=tool.name
        ) from error
