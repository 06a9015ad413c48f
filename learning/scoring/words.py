"""A prospect's chance in words: what raises it, what lowers it, and by how much. Computes nothing new."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from typing import Any

from domain.experience import Known
from learning.registry.model import Said

SHOWN = 5  # reasons told by name; the others are told as one
_SMALL = 0.02  # on the log-odds
_NAMES = {
    "role": "role",
    "language": "language",
    "knows_name": "name known",
    "knows_zone": "time zone known",
    "source": "found by",
    "industry": "industry",
    "country": "country",
    "staff_log10": "people",
    "technologies": "technologies named",
    "people_named": "people named on the site",
    "fit": "fit to the profile",
    "qualified": "qualified",
    "lines_met": "lines of the profile met",
    "lines_unknown": "lines of the profile unknown",
    "step": "mail number",
}


@dataclass(frozen=True)
class ChanceReason:
    """One part of a chance. All parts of a prospect add up to its log-odds."""

    text: str
    effect: float

    def as_json(self) -> dict[str, Any]:
        """Text, effect on the log-odds, and the same as a factor of the odds."""
        return {"text": self.text, "effect": round(self.effect, 4), "odds": round(exp(self.effect), 2)}


def reasons_of(said: Said, known: Mapping[str, Known]) -> list[ChanceReason]:
    """The average first, then what raises or lowers it, the strongest first, then the rest as one."""
    ordered = sorted(said.effects.items(), key=lambda one: (-abs(one[1]), one[0]))
    told = [one for one in ordered[:SHOWN] if abs(one[1]) >= _SMALL]
    named = [ChanceReason(_told(name, known.get(name), effect), effect) for name, effect in told]
    rest = sum(effect for _, effect in ordered[len(told) :])
    begin = ChanceReason(f"The average person written to: {1 / (1 + exp(-said.start)):.1%}.", said.start)
    return [
        begin,
        *named,
        *([ChanceReason("Everything else together.", rest)] if len(ordered) > len(told) else []),
    ]


def _told(name: str, value: Known, effect: float) -> str:
    way = "raises" if effect > 0 else "lowers"
    return f"{_named(name)}: {_shown(name, value)} – {way} the odds ×{exp(effect):.2f}."


def _named(name: str) -> str:
    known = _NAMES.get(name) or name.removeprefix("signal_").replace("_", " ")
    return known[:1].upper() + known[1:]


def _shown(name: str, value: Known) -> str:
    if value is None:
        return "not known"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if name == "staff_log10" and isinstance(value, float | int):
        return f"about {10**value:,.0f}"
    return f"{value:g}" if isinstance(value, float | int) else value.replace("_", " ")
