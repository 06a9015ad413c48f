"""What a suite reports: figures with unit, goal, baseline, n and interval. Arithmetic only, no measuring."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from evals.suites.sections import Section

_Z95 = 1.959964
_COMPARE = {"≥": lambda value, bound: value >= bound, "≤": lambda value, bound: value <= bound}


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number.

    `goal` is "≥ 0.9", "≤ 5", "1" or "" where nothing is promised; `baseline` is what the simple alternative
    got in the same run; `interval` is the 95 % interval of an estimate.
    """

    value: float | int | None
    unit: str
    goal: str = ""
    baseline: float | int | None = None
    n: int = 1
    interval: tuple[float, float] | None = None

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None without goal or value."""
        sign, _, bound = self.goal.rpartition(" ")
        if not bound or self.value is None:
            return None
        if not sign:
            return float(self.value) == float(bound)
        return _COMPARE[sign](float(self.value), float(bound))

    def as_json(self) -> dict[str, Any]:
        """The contract's shape, and whether the goal is met."""
        return {
            "value": _short(self.value),
            "unit": self.unit,
            "goal": self.goal or None,
            "baseline": _short(self.baseline),
            "n": self.n,
            "interval": [_short(end) for end in self.interval] if self.interval else None,
            "met": self.met,
        }


@dataclass(frozen=True, slots=True)
class SuiteResult:
    """Everything a run of a suite found out."""

    suite: str
    seeds: tuple[int, ...]
    figures: Mapping[str, Figure]
    skipped: Mapping[str, str] = field(default_factory=dict)
    explanation: str = ""
    seconds: float = 0.0
    sections: tuple[Section, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The contract's document."""
        document: dict[str, Any] = {
            "suite": self.suite,
            "seeds": list(self.seeds),
            "figures": {name: figure.as_json() for name, figure in self.figures.items()},
            "skipped": dict(self.skipped),
            "seconds": round(self.seconds, 1),
        }
        if self.sections:
            document["sections"] = [section.as_json() for section in self.sections]
        return document | ({"explanation": self.explanation.splitlines()} if self.explanation else {})


def share(hits: int, total: int, goal: str = "", baseline: float | None = None) -> Figure:
    """A fraction with its Wilson interval; without anything to count it has no value."""
    value = hits / total if total else None
    return Figure(value, "fraction", goal, baseline, total, wilson(hits, total) if total else None)


def wilson(hits: int, total: int) -> tuple[float, float]:
    """The 95 % interval of a fraction (Wilson 1927): honest near 0 and 1, where the normal one is not."""
    rate, z2 = hits / total, _Z95**2
    middle = (rate + z2 / (2 * total)) / (1 + z2 / total)
    half = _Z95 / (1 + z2 / total) * math.sqrt(rate * (1 - rate) / total + z2 / (4 * total**2))
    return max(0.0, middle - half), min(1.0, middle + half)


def percentile(values: Sequence[float], at: float) -> float:
    """The value below which a share `at` of the values lies, nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(at * len(ordered)) - 1))]


def middle_half(values: Sequence[float]) -> tuple[float, float] | None:
    """The quartiles, shown as the spread of a repeated timing; None for fewer than four."""
    return (percentile(values, 0.25), percentile(values, 0.75)) if len(values) >= 4 else None


def timing(values: Sequence[float], unit: str, goal: str = "", baseline: Sequence[float] = ()) -> Figure:
    """The median of repeated timings; its interval is the middle half of them."""
    other = median(baseline) if baseline else None
    return Figure(median(values), unit, goal, other, len(values), middle_half(values))


def _short(value: float | int | None) -> float | int | None:
    """A number without false precision."""
    if value is None or isinstance(value, int):
        return value
    return round(value, 4) if abs(value) < 100 else round(value, 1)
