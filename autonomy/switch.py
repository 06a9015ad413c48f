"""The kill switch: stops sends, effects or everything, for a scope, at once. Only an owner clears it."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

Need = Literal["sends", "effects"]
_STOPS: dict[str, frozenset[str]] = {
    "none": frozenset(),
    "sends": frozenset({"sends"}),
    "effects": frozenset({"sends", "effects"}),
    "all": frozenset({"sends", "effects"}),
}


def stopped(switches: Iterable[Mapping[str, Any]], need: Need, scopes: Iterable[str]) -> str | None:
    """Why this need is stopped in one of these scopes, or None. An unknown level stops everything."""
    wanted = {"workspace", *scopes}
    for switch in switches:
        stops = _STOPS.get(str(switch["level"]), _STOPS["all"])
        if switch["scope"] in wanted and need in stops:
            return f"Stopped by {switch['by']}: {switch['reason'] or 'no reason given'}."
    return None
