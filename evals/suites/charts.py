"""Where the parts of a drawing lie, in percent of its width and height. No mark-up here, no colours."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeGuard

from evals.suites.figures import Figure
from evals.suites.sections import Bar, Bars, Lines

_MOST_POINTS = 400  # more than a screen's columns can tell apart
_NICE = (1, 2, 2.5, 5, 10)
_HUGE = 1e15  # beyond it nothing is drawn to scale


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from `low` to `high`."""

    low: float
    high: float

    def at(self, value: float) -> float:
        """Percent of the way from low to high, kept inside."""
        if self.high <= self.low:
            return 50.0
        return round(min(100.0, max(0.0, 100 * (value - self.low) / (self.high - self.low))), 2)


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on an axis."""

    at: float
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """An interval with its value and the goal, on a scale of its own that just holds them."""

    low: float
    high: float
    value: float
    goal: float | None


@dataclass(frozen=True, slots=True)
class DrawnBar:
    """One bar from zero to its value, with whiskers where it has an interval."""

    bar: Bar
    left: float
    width: float
    end: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class DrawnBars:
    """All bars of a chart on one scale."""

    bars: tuple[DrawnBar, ...]
    zero: float
    goal: float | None
    ticks: tuple[Tick, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """One line: `points` for a polyline in a field of 100 × 100, `dots` where a line of one point would be unseen."""

    name: str
    points: str
    dots: tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True)
class DrawnLines:
    """Curves with the ticks of both axes."""

    curves: tuple[Curve, ...]
    x: tuple[Tick, ...]
    y: tuple[Tick, ...]

    @property
    def margin(self) -> int:
        """Pixels that the longest text of the height axis takes."""
        return 7 * max(len(tick.text) for tick in self.y) + 6


def span(figure: Figure) -> Span | None:
    """How the interval of a figure is drawn; None without one."""
    if figure.interval is None or figure.value is None:
        return None
    goal = float(figure.goal.rpartition(" ")[2]) if figure.goal else None
    shown = [*figure.interval, figure.value, *([goal] if goal is not None else [])]
    if not all(map(_drawable, shown)):
        return None
    margin = (max(shown) - min(shown)) * 0.12
    scale = Scale(min(shown) - margin, max(shown) + margin)
    low, high = figure.interval
    return Span(
        scale.at(low), scale.at(high), scale.at(figure.value), scale.at(goal) if goal is not None else None
    )


def draw_bars(section: Bars) -> DrawnBars | None:
    """The bars of a section; None when there is nothing to draw."""
    bars = [bar for bar in section.bars if _drawable(bar.value)]
    if not bars:
        return None
    values = [end for bar in bars for end in (bar.value, bar.low, bar.high) if _drawable(end)]
    scale = _padded(0.0, *values, *([section.goal] if _drawable(section.goal) else []))
    ticks = _ticks(scale)
    return DrawnBars(
        tuple(_bar(bar, scale) for bar in bars),
        scale.at(0),
        scale.at(section.goal) if _drawable(section.goal) else None,
        ticks,
    )


def _bar(bar: Bar, scale: Scale) -> DrawnBar:
    zero, end = scale.at(0), scale.at(bar.value)
    ends = (bar.low, bar.high) if _drawable(bar.low) and _drawable(bar.high) else (None, None)
    low, high = (None if one is None else scale.at(one) for one in ends)
    return DrawnBar(bar, min(zero, end), round(abs(end - zero), 2), end, low, high)


def draw_lines(section: Lines) -> DrawnLines | None:
    """The curves of a section; None when there is nothing to draw."""
    drawn = [(line.name, _inside(line.points)) for line in section.lines]
    drawn = [(name, points) for name, points in drawn if points]
    if not drawn:
        return None
    across = [x for _, points in drawn for x, _ in points]
    up = [y for _, points in drawn for _, y in points]
    x, y = Scale(min(across), max(across)), _padded(*up)
    return DrawnLines(tuple(_curve(name, points, x, y) for name, points in drawn), _ticks(x), _ticks(y))


def _curve(name: str, points: Sequence[tuple[float, float]], x: Scale, y: Scale) -> Curve:
    placed = [(x.at(one), round(100 - y.at(other), 2)) for one, other in thinned(points)]
    return Curve(
        name,
        " ".join(f"{one:g},{other:g}" for one, other in placed),
        tuple(placed[:1]) if len(placed) == 1 else (),
    )


def thinned(points: Sequence[tuple[float, float]], most: int = _MOST_POINTS) -> list[tuple[float, float]]:
    """At most about `most` points that draw the same: of each column its first, lowest, highest and last."""
    if len(points) <= most:
        return list(points)
    size = math.ceil(len(points) / (most // 4))
    kept: list[tuple[float, float]] = []
    for start in range(0, len(points), size):
        column = range(start, min(start + size, len(points)))
        by_height = sorted(column, key=lambda at: points[at][1])
        kept += [points[at] for at in sorted({column[0], by_height[0], by_height[-1], column[-1]})]
    return kept


def _inside(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    return sorted((x, y) for x, y in points if _drawable(x) and _drawable(y))


def _drawable(value: float | None) -> TypeGuard[float]:
    return value is not None and math.isfinite(value) and abs(value) < _HUGE


def _padded(*values: float) -> Scale:
    """From the lowest to the highest, widened to whole ticks."""
    low, high = min(values), max(values)
    if low == high:
        low, high = (low - 1, high + 1) if low else (0.0, 1.0)
    step = _step(low, high)
    return Scale(math.floor(low / step) * step, math.ceil(high / step) * step)


def _ticks(scale: Scale) -> tuple[Tick, ...]:
    if scale.high <= scale.low:
        return (Tick(50.0, f"{scale.low:g}"),)
    step = _step(scale.low, scale.high)
    digits = next(places for places in range(16) if abs(round(step, places) - step) < step / 1000)
    first, last = math.ceil(scale.low / step - 1e-9), math.floor(scale.high / step + 1e-9)
    marks = [place * step for place in range(first, last + 1)]
    return tuple(Tick(scale.at(mark), _plain(mark, digits)) for mark in marks)


def _plain(mark: float, digits: int) -> str:
    return f"{mark:,.{digits}f}".replace("-", "−")


def _step(low: float, high: float) -> float:
    """A step of 1, 2, 2.5 or 5 times a power of ten that gives four to six ticks."""
    rough = (high - low) / 5
    size = 10.0 ** math.floor(math.log10(rough))
    return next(nice * size for nice in _NICE if nice * size >= rough * 0.999)
