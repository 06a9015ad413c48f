"""From a table to an outlook: rows that do not count are named, series are made regular and forecast one by one."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np

from domain.errors import Correctable
from learning.forecast.columns import Layout, amounts, understand
from learning.forecast.outlook import Outlook, Point, SeriesOutlook
from learning.forecast.periods import SEASONS, Calendar, Frequency
from learning.forecast.series import LEVELS, SeriesForecast, forecast_series
from learning.forecast.shaping import Regular, Row, Shape, regular, shape_of
from tools.read.table_file import Table, read_table

FARTHEST = 1000  # periods
LONGEST_SEASON = 1000
SHORT_HORIZON = 24  # always allowed: the interval says how little is known
_NAMED = 20  # problems that are told one by one


@dataclass
class _Rows:
    """Rows by series, and what was left out. Filled in place."""

    by_series: dict[str, list[Row]]
    problems: list[str]
    left_out: int = 0

    def drop(self, message: str) -> None:
        """Leave a row out and say why, for the first few."""
        self.left_out += 1
        if len(self.problems) < _NAMED:
            self.problems.append(message)


def forecast(path: Path, horizon: int, season: int | None, today: date | None) -> Outlook:
    """See `learning.forecast.forecast_file`."""
    _check(horizon, season)
    table = read_table(path)
    layout = understand(table)
    written = today or datetime.fromtimestamp(path.stat().st_mtime, UTC).date()
    rows = _Rows({}, [one.message for one in table.problems[:_NAMED]], table.left_out)
    if layout.days is None:
        return _numbered(table, layout, horizon, season)
    said = list(layout.said)
    series = _split(table, layout, rows, written)
    kept = {name: one for name, one in series.items() if one}
    if not kept:
        return Outlook(
            table.name, None, "period", 1, horizon, (), tuple(said), tuple(rows.problems), rows.left_out
        )
    shape = shape_of(list(kept.values()), season)
    if shape.sums:
        kept, more = _added_up(kept, layout, shape)
        said += more
    length = season or SEASONS[shape.calendar.frequency]
    _check_reach(kept, shape, horizon)
    outlooks = tuple(
        _outlook(name, regular(one, shape, written), shape.calendar, length, horizon)
        for name, one in kept.items()
    )
    return Outlook(
        table.name,
        shape.calendar.frequency,
        shape.calendar.unit,
        length,
        horizon,
        outlooks,
        tuple(said),
        tuple(rows.problems),
        rows.left_out,
    )


def _check(horizon: int, season: int | None) -> None:
    if not 1 <= horizon <= FARTHEST:
        raise Correctable(
            f"A horizon of {horizon:,} periods cannot be forecast; give 1 to {FARTHEST:,}.",
            code="wrong_horizon",
            where="--horizon",
        )
    if season is not None and not 1 <= season <= LONGEST_SEASON:
        raise Correctable(
            f"A season of {season:,} periods makes no sense; give 1 (none) to {LONGEST_SEASON:,}, or leave it out.",
            code="wrong_season",
            where="--season",
        )


def _check_reach(series: dict[str, list[Row]], shape: Shape, horizon: int) -> None:
    """Nobody can say what comes after more than twice the time that is known."""
    known = max(len({shape.calendar.number(day) for day, _ in rows}) for rows in series.values())
    _check_against(known, horizon, shape.calendar.unit)


def _check_against(known: int, horizon: int, unit: str) -> None:
    if horizon > max(2 * known, SHORT_HORIZON):
        raise Correctable(
            f"{horizon:,} {unit}s ahead cannot be forecast from {known:,} {unit}s; ask for {2 * known:,} at most.",
            code="wrong_horizon",
            where="--horizon",
        )


def _split(table: Table, layout: Layout, rows: _Rows, written: date) -> dict[str, list[Row]]:
    """Rows by series: one per value column, or per name and value column in long form."""
    found: dict[str, list[Row]] = defaultdict(list)
    days = layout.days or []
    known = [day for day in days if day is not None]
    ahead = sum(1 for day in known if day > written)
    facts_only = ahead < len(known)  # a file that lies wholly ahead is a plan, and is taken as it is
    for at, day in enumerate(days):
        line = table.lines[at]
        if day is None:
            rows.drop(f"Line {line}: no date that can be read.")
        elif facts_only and day > written:
            rows.drop(f"Line {line}: {day} lies in the future of the file ({written}).")
        else:
            for name, value in _cells(layout, at):
                if value is None:
                    rows.drop(f"Line {line}: no number in {name}.")
                else:
                    found[name].append((day, value))
    return found


def _cells(layout: Layout, at: int) -> Iterator[tuple[str, float | None]]:
    for column, values in layout.values.items():
        if layout.names is None:
            yield column, values[at]
        else:
            several = len(layout.values) > 1
            yield (f"{layout.names[at]}: {column}" if several else layout.names[at]), values[at]


def _added_up(
    series: dict[str, list[Row]], layout: Layout, shape: Shape
) -> tuple[dict[str, list[Row]], list[str]]:
    unit = shape.calendar.unit
    said = [f"The rows are single bookings; they are added up by {unit}."]
    if layout.names is not None:
        return series, said
    summed = amounts(layout.values)
    others = [name for name in series if name not in summed]
    if others:
        said.append(f"Only amounts are added up; left out: {', '.join(others)}.")
    return {name: rows for name, rows in series.items() if name in summed}, said


def _numbered(table: Table, layout: Layout, horizon: int, season: int | None) -> Outlook:
    """A table without dates: rows are periods."""
    calendar, rows = Calendar(Frequency.NUMBERED), _Rows({}, [one.message for one in table.problems[:_NAMED]])
    outlooks = []
    _check_against(len(table.rows), horizon, calendar.unit)
    for name, column in layout.values.items():
        for at, value in enumerate(column):
            if value is None:
                rows.drop(f"Line {table.lines[at]}: no number in {name}.")
        values = np.array([one for one in column if one is not None])
        outlooks.append(_outlook(name, Regular(values, 1), calendar, season or 1, horizon))
    return Outlook(
        table.name,
        Frequency.NUMBERED,
        calendar.unit,
        season or 1,
        horizon,
        tuple(outlooks),
        layout.said,
        tuple(rows.problems),
        table.left_out + rows.left_out,
    )


def _outlook(name: str, data: Regular, calendar: Calendar, season: int, horizon: int) -> SeriesOutlook:
    values = data.values
    said_of = forecast_series(values, season, horizon, unit=calendar.unit)
    last = data.first + len(values) - 1
    return SeriesOutlook(
        name=name,
        known=len(values),
        first=calendar.name(data.first) if len(values) else "",
        last=calendar.name(last) if len(values) else "",
        last_value=float(values[-1]) if len(values) else None,
        season=said_of.season,
        method=said_of.method,
        points=tuple(
            _points(said_of, [calendar.name(last + step + 1) for step in range(len(said_of.points))])
        ),
        score=said_of.score,
        baselines=said_of.baselines,
        beats_naive=said_of.beats_naive,
        coverage=said_of.coverage,
        origins=said_of.origins,
        verdict=data.refused or said_of.verdict,
        said=(*data.said, *said_of.remarks),
    )


def _points(said: SeriesForecast, names: Sequence[str]) -> Iterator[Point]:
    for step, name in enumerate(names):
        inner, outer = (said.bands[level] for level in LEVELS)
        yield Point(
            name,
            float(said.points[step]),
            float(inner.lower[step]),
            float(inner.upper[step]),
            float(outer.lower[step]),
            float(outer.upper[step]),
        )
