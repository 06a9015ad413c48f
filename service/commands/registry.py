"""Every use case by name: JSON arguments in, the contract's JSON out. CLI, REST and chat call the same.

A topic is a module with a `COMMANDS` table; a new one is added to `_TOPICS`.
"""

import json
from typing import Any

from pydantic import ValidationError

from domain.decisions import Actor
from domain.errors import Correctable, Refused
from graph.desk import Emit
from runtime.traces import span
from service.bootstrap import House
from service.commands import (
    control,
    deals,
    deciding,
    doors,
    experiments,
    given_tables,
    limits,
    looking,
    models,
    morning,
    people,
    selling,
)
from service.commands.calls import Command

_TOPICS = (
    selling,
    deals,
    deciding,
    control,
    morning,
    limits,
    people,
    looking,
    given_tables,
    doors,
    models,
    experiments,
)
COMMANDS: dict[str, Command] = {name: one for topic in _TOPICS for name, one in topic.COMMANDS.items()}
READ_ONLY = frozenset(name for name, one in COMMANDS.items() if one.reads)
VIEWER_MAY = frozenset(name for name, one in COMMANDS.items() if "viewer" in one.roles)


async def run_command(
    house: House, name: str, args: dict[str, Any], *, actor: Actor, emit: Emit | None = None
) -> Any:
    """Run one use case.

    Raises:
        Correctable: unknown_command, bad_arguments; whatever the use case raises.
    """
    if name not in COMMANDS:
        raise Correctable(f"There is no command {name[:60]}.", code="unknown_command", where=name[:60])
    command = COMMANDS[name]
    _check_role(name, actor)
    _check_text(args)
    try:
        call = command.args.model_validate(args)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or name
        raise Correctable(f"{where} is wrong: {first['msg']}.", code="bad_arguments", where=where) from error
    with span("use_case", command=name):
        return await command.run(house, actor, call, emit)


def _check_text(args: dict[str, Any]) -> None:
    """Half a character (a lone surrogate) can neither be stored nor sent; say so before anything happens."""
    try:
        json.dumps(args, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError as error:
        raise Correctable("The text holds characters that are not valid Unicode.", code="bad_text") from error


def _check_role(name: str, actor: Actor) -> None:
    if actor.role not in COMMANDS[name].roles:
        raise Refused(f"The role {actor.role or 'none'} may not {name}.", code="role_may_not", where=name)
