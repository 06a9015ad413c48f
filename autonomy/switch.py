"""The kill switch: stops sends, effects or everything, for a scope, at once. Only an owner clears it."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from domain.actions import ChangePolicy, ErasePerson, PauseSending, ResumeSending, Suppress

Need = Literal["sends", "effects", "turns"]
LEVELS = ("none", "sends", "effects", "all")  # each stops what the one before stops, and more
SCOPES = ("campaign", "mailbox", "agent", "account")  # of one thing; `workspace` is everything
WORKS_WHILE_STOPPED = (PauseSending, Suppress, ResumeSending, ErasePerson, ChangePolicy)
_STOPS: dict[str, frozenset[str]] = {
    "none": frozenset(),
    "sends": frozenset({"sends"}),
    "effects": frozenset({"sends", "effects"}),
    "all": frozenset({"sends", "effects", "turns"}),
}


def stopped(switches: Iterable[Mapping[str, Any]], need: Need, scopes: Iterable[str]) -> str | None:
    """Why this need is stopped in one of these scopes, or None.

    An unknown level or scope stops everything: nobody throws a switch to stop nothing.
    """
    wanted = {"workspace", *scopes}
    for switch in switches:
        scope, level = str(switch["scope"]), str(switch["level"])
        if level != "none" and not known_scope(scope):
            scope, level = "workspace", "all"
        if scope in wanted and need in _STOPS.get(level, _STOPS["all"]):
            reason = str(switch["reason"] or "no reason given").rstrip(".")
            return f"Stopped by {switch['by']}: {reason}."
    return None


def known_scope(scope: str) -> bool:
    """True for `workspace` and for `campaign:`, `mailbox:`, `agent:` or `account:` with a name."""
    kind, colon, name = scope.partition(":")
    return scope == "workspace" or bool(kind in SCOPES and colon and name.strip())


def stricter(one: str, other: str) -> str:
    """The level that stops more; a level nobody knows counts as `all`."""
    return max(one, other, key=_rank)


def _rank(level: str) -> int:
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)
