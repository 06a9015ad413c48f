"""What every command is made of: its arguments, who may run it, and whether it only looks."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from domain.decisions import Actor
from graph.desk import Emit
from service.bootstrap import House

EVERYONE = frozenset({"owner", "manager", "rep", "viewer", ""})  # "" is a caller without a role: may look
DECIDERS = frozenset({"owner", "manager", "rep"})
OWNER_ONLY = frozenset({"owner"})


class Call(BaseModel):
    """Arguments of a command; unknown ones are an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoCall(Call):
    """Nothing."""


class IdCall(Call):
    """Something with an id."""

    id: str = Field(min_length=1, max_length=300)


Handler = Callable[[House, Actor, Any, Emit | None], Awaitable[Any]]


@dataclass(frozen=True)
class Command:
    """One use case. `reads` means it changes nothing and needs no lock on the home."""

    args: type[Call]
    run: Handler
    roles: frozenset[str] = DECIDERS
    reads: bool = False
