"""From dated rows to one value per period: which frequency, what is added up, filled and left out. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

import numpy as np

from learning.forecast.periods import SEASON_OF, Calendar, Frequency
from learning.forecast.smoothing import Floats

Row = tuple[date, float]
_SEVERAL = 0.3  # share of rows on a day that has one already, from which rows count as bookings
_FILLED = 0.6  # share of periods with rows that makes a frequency; below it rows are bookings
_MOST_HOLES = 0.3  # share of periods that may be filled in
_WEEKLY = 0.85  # share of rows on one weekday
_SAMPLE = 4  # periods a coarser frequency must still leave


@dataclass(frozen=True)
class Shape:
    """How rows become periods. `sums`: rows are bookings and are added up; an empty period is zero."""

    calendar: Calendar
    sums: bool


@dataclass(frozen=True)
class Regular:
    """One value per period, oldest first, and what was done to get there. `refused` says why there are none."""

    values: Floats
    first: int  # number of the first period
    said: tuple[str, ...] = ()
    refused: str = ""


def shape_of(series: Sequence[Sequence[Row]], season: int | None) -> Shape:
    """Find the frequency that fits all series of a file."""
    longest = max(series, key=len)
    days = sorted({day for day, _ in longest})
    repeated = 1 - len(days) / len(longest)
    found = None if repeated > _SEVERAL else frequency_of(days)
    if found is not None:
        return Shape(found, sums=False)
    return Shape(_for_bookings(days, season), sums=True)


def frequency_of(days: Sequence[date]) -> Calendar | None:
    """The frequency of values that stand alone in their period, or None when the days follow none."""
    if len(days) < 2:
        return Calendar(Frequency.MONTHS) if days and days[0].day == 1 else None
    gap = median((after - before).days for before, after in pairwise(days))
    weekday, on_it = Counter(day.weekday() for day in days).most_common(1)[0]
    if gap <= 3 and on_it < _WEEKLY * len(days):
        workdays = len(days) >= 10 and all(day.weekday() < 5 for day in days)
        calendar = Calendar(Frequency.WORKDAYS if workdays else Frequency.DAYS)
        return calendar if _filled(days, calendar) >= _FILLED else None
    if gap % 7 == 0 and on_it >= _WEEKLY * len(days) and gap < 28:
        return Calendar(Frequency.WEEKS, weekday)
    for low, high, frequency in (
        (6, 8, Frequency.WEEKS),
        (27, 32, Frequency.MONTHS),
        (88, 93, Frequency.QUARTERS),
        (360, 370, Frequency.YEARS),
    ):
        calendar = Calendar(frequency)
        alone = len({calendar.number(day) for day in days}) >= 0.97 * len(days)
        if low <= gap <= high and alone and _filled(days, calendar) >= _FILLED:
            return calendar
    return None


def _filled(days: Sequence[date], calendar: Calendar) -> float:
    """The share of periods between the first and the last day that have a row."""
    numbers = {calendar.number(day) for day in days}
    return len(numbers) / (max(numbers) - min(numbers) + 1)


def _for_bookings(days: Sequence[date], season: int | None) -> Calendar:
    """The finest frequency most of whose periods have bookings; the season asked for decides first."""
    if season in SEASON_OF:
        return Calendar(SEASON_OF[season])
    for frequency in (Frequency.DAYS, Frequency.WEEKS, Frequency.MONTHS):
        calendar = Calendar(frequency)
        spanned = calendar.number(days[-1]) - calendar.number(days[0]) + 1
        if _filled(days, calendar) >= 0.8 or spanned < 2 * _SAMPLE:
            return calendar
    return Calendar(Frequency.MONTHS)


def regular(rows: Sequence[Row], shape: Shape, today: date) -> Regular:
    """One value per period of one series."""
    calendar, said = shape.calendar, []
    by_period: dict[int, list[float]] = defaultdict(list)
    for day, value in rows:
        by_period[calendar.number(day)].append(value)
    if shape.sums:
        total = {number: sum(values) for number, values in by_period.items()}
    else:
        total, doubles = _single(by_period)
        if doubles:
            said.append(f"Of {calendar.unit}s that come more than once ({doubles:,}) the last row counts.")
    total, cut = _whole(total, [day for day, _ in rows], shape, today)
    said += cut
    if not total:
        return Regular(np.empty(0), 0, tuple(said))
    return _without_holes(total, shape, said)


def _single(by_period: Mapping[int, list[float]]) -> tuple[dict[int, float], int]:
    doubles = sum(1 for values in by_period.values() if len(values) > 1)
    return {number: values[-1] for number, values in by_period.items()}, doubles


def _whole(
    total: dict[int, float], days: Sequence[date], shape: Shape, today: date
) -> tuple[dict[int, float], list[str]]:
    """Without a first or last period that is only partly there."""
    calendar, said = shape.calendar, []
    if calendar.frequency in (Frequency.DAYS, Frequency.WORKDAYS, Frequency.NUMBERED) or len(total) < 3:
        return total, said
    first, last = min(total), max(total)
    running = calendar.last(last) >= today >= calendar.first(last)
    if shape.sums:
        usual = _usual_gap(days)
        running = running or max(days) + usual < calendar.last(last)
        if min(days) - usual > calendar.first(first):
            said.append(f"{calendar.name(first)} is only partly there and is left out.")
            total = {number: value for number, value in total.items() if number != first}
    if running:
        said.append(f"{calendar.name(last)} is not over yet and is left out.")
        total = {number: value for number, value in total.items() if number != last}
    return total, said


def _usual_gap(days: Sequence[date]) -> timedelta:
    """A gap between bookings that is nothing unusual."""
    ordered = sorted(set(days))
    gaps = [(after - before).days for before, after in pairwise(ordered)]
    return timedelta(days=float(np.quantile(gaps, 0.9))) if gaps else timedelta(0)


def _without_holes(total: Mapping[int, float], shape: Shape, said: list[str]) -> Regular:
    first, last = min(total), max(total)
    unit, span = shape.calendar.unit, last - first + 1
    if span > 100_000:
        return Regular(np.empty(0), first, tuple(said), f"The dates span {span:,} {unit}s.")
    values = np.full(span, np.nan)
    for number, value in total.items():
        values[number - first] = value
    holes = np.isnan(values)
    count = int(holes.sum())
    if not count:
        return Regular(values, first, tuple(said))
    if shape.sums:
        said.append(f"{unit.capitalize()}s without rows count as zero: {count:,} of {span:,}.")
        return Regular(np.nan_to_num(values), first, tuple(said))
    if count > _MOST_HOLES * span:
        refused = f"{count:,} of {span:,} {unit}s are missing; that is too many to fill in."
        return Regular(np.empty(0), first, tuple(said), refused)
    values[holes] = np.interp(np.flatnonzero(holes), np.flatnonzero(~holes), values[~holes])
    said.append(f"Missing {unit}s were filled in on a line between their neighbours: {count:,} of {span:,}.")
    return Regular(values, first, tuple(said))
