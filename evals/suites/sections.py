"""What a suite shows beside its figures: tables and charts as plain data. Drawing them is report work, not theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under heads; `note` says how to read it."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the document of a run."""
        return {
            "kind": "table",
            "title": self.title,
            "heads": list(self.heads),
            "rows": [list(row) for row in self.rows],
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Bar:
    """One value with its interval, where it has one."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Bars:
    """Values side by side; `goal` is a line to reach."""

    title: str
    unit: str
    bars: Sequence[Bar]
    goal: float | None = None
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the document of a run."""
        bars = [{"name": one.name, "value": one.value, "low": one.low, "high": one.high} for one in self.bars]
        return {
            "kind": "bars",
            "title": self.title,
            "unit": self.unit,
            "bars": bars,
            "goal": self.goal,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Line:
    """One curve."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True)
class Lines:
    """Curves over one axis."""

    title: str
    x: str
    y: str
    lines: Sequence[Line]
    note: str = ""

    def as_json(self) -> dict[str, Any]:
        """For the document of a run."""
        lines = [{"name": one.name, "points": [list(point) for point in one.points]} for one in self.lines]
        return {
            "kind": "lines",
            "title": self.title,
            "x": self.x,
            "y": self.y,
            "lines": lines,
            "note": self.note,
        }


Section = Table | Bars | Lines
