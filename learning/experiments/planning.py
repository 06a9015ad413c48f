"""Told in advance: the smallest difference a test can find, and how many units or days a difference takes.

The numbers hold for the sequential test of this room: four times in five the decision comes by then.
"""

import math
from dataclasses import dataclass

from learning.experiments.evidence import z_needed

POWER_Z = 0.8416  # four times in five
_ROUNDS = 6
_EXACT = 1.1  # the exact test of rates needs this much more z for not knowing the rate (measured)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a test of this size can find, and how long a given effect takes."""

    units: int
    days: int | None
    smallest_effect: float


def units_for(effect: float, spread: float, share: float = 0.5, alpha: float = 0.05) -> int:
    """Units of both arms together until a true difference `effect` is decided; `spread` is one unit's sd."""
    if effect == 0 or spread <= 0:
        return 0 if spread <= 0 else 2**62
    per_unit = share * (1 - share) * (effect / spread) ** 2
    units = 100.0
    for _ in range(_ROUNDS):
        needed = _EXACT * z_needed(units * share * (1 - share), alpha) + POWER_Z
        units = max(2.0, needed**2 / per_unit)
    return math.ceil(min(units, 2.0**62))


def smallest_effect(units: float, spread: float, share: float = 0.5, alpha: float = 0.05) -> float:
    """The difference that this many units would decide four times in five."""
    information = max(units, 2) * share * (1 - share)
    return (_EXACT * z_needed(information, alpha) + POWER_Z) * spread / math.sqrt(information)


def plan(
    rate: float, lift: float, units_a_day: float | None = None, alpha: float = 0.05, arms: int = 2
) -> Plan:
    """Before the start: units and days to find a relative `lift` over a baseline rate, arms equally many."""
    effect, level = abs(rate * lift), alpha / (arms - 1)
    pair = units_for(effect, spread_of_rate(rate + effect / 2), 0.5, level)
    units = math.ceil(pair * arms / 2)
    days = math.ceil(units / units_a_day) if units_a_day else None
    return Plan(units, days, smallest_effect(pair, spread_of_rate(rate), 0.5, level))


def spread_of_rate(rate: float) -> float:
    """The standard deviation of one yes or no."""
    return math.sqrt(max(rate * (1 - rate), 1e-12))
