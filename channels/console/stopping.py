"""Stopping and letting go on as one judged act: what is stopped now, and the gate's word on a change."""

from typing import Any

from autonomy.stop_file import stop_reason
from autonomy.switch import SCOPES, known_scope
from domain.decisions import Actor
from domain.errors import Correctable
from runtime.store import people
from service.bootstrap import House
from service.commands import run_command

LEVELS = ("sends", "effects", "all")
SCOPE_KINDS = ("workspace", *SCOPES)


async def stopped_now(house: House) -> list[dict[str, Any]]:
    """Every thrown switch, newest first."""
    async with house.database.read() as tx:
        rows = await people.thrown_switches(tx)
    return sorted(rows, key=lambda row: row["at"], reverse=True)


def file_stop(house: House) -> str | None:
    """What the stop file in the home says, or None."""
    return stop_reason(house.terms.stop_file)


def scope_of(kind: str, name: str) -> str:
    """A scope from its kind and name.

    Raises:
        Correctable: unknown_scope.
    """
    scope = "workspace" if kind == "workspace" else f"{kind}:{name.strip()}"
    if not known_scope(scope) or len(scope) > 80:
        raise Correctable("Say which one: its id, address or name.", code="unknown_scope", where="name")
    return scope


async def stop(house: House, actor: Actor, *, level: str, scope: str, reason: str) -> None:
    """Throw the switch of a scope.

    Raises:
        Correctable: unknown_level, no_reason. Refused: refused.
    """
    if level not in LEVELS:
        raise Correctable("Choose what is to stop.", code="unknown_level", where="level")
    if not reason:
        raise Correctable("Say in a few words why; everybody sees it.", code="no_reason", where="reason")
    await run_command(house, "pause", {"level": level, "scope": scope, "reason": reason}, actor=actor)


async def go_on(house: House, actor: Actor, scope: str, reason: str) -> None:
    """Clear the switch of a scope; the gate lets only an owner.

    Raises:
        Refused: refused.
    """
    await run_command(house, "resume", {"scope": scope, "reason": reason or "may go on"}, actor=actor)
