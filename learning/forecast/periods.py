"""Calendar periods as numbers: which period a day lies in, how a period is called, how long a season is. Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

MONDAY = 1  # ordinal of the first Monday of the calendar


class Frequency(StrEnum):
    """How far apart the periods of a series are."""

    DAYS = "daily"
    WORKDAYS = "workdays"
    WEEKS = "weekly"
    MONTHS = "monthly"
    QUARTERS = "quarterly"
    YEARS = "yearly"
    NUMBERED = "numbered"


SEASONS = {
    Frequency.DAYS: 7,
    Frequency.WORKDAYS: 5,
    Frequency.WEEKS: 52,
    Frequency.MONTHS: 12,
    Frequency.QUARTERS: 4,
    Frequency.YEARS: 1,
    Frequency.NUMBERED: 1,
}
SEASON_OF = {7: Frequency.DAYS, 52: Frequency.WEEKS, 12: Frequency.MONTHS, 4: Frequency.QUARTERS}
UNITS = {
    Frequency.DAYS: "day",
    Frequency.WORKDAYS: "working day",
    Frequency.WEEKS: "week",
    Frequency.MONTHS: "month",
    Frequency.QUARTERS: "quarter",
    Frequency.YEARS: "year",
    Frequency.NUMBERED: "row",
}


@dataclass(frozen=True)
class Calendar:
    """A frequency, for weeks with the weekday they are named by (0 is Monday)."""

    frequency: Frequency
    weekday: int = 0

    @property
    def unit(self) -> str:
        """One period, in words."""
        return UNITS[self.frequency]

    def number(self, day: date) -> int:
        """The period a day lies in; the next period has the next number."""
        match self.frequency:
            case Frequency.WEEKS:
                return (day.toordinal() - MONDAY) // 7
            case Frequency.WORKDAYS:
                week, place = divmod(day.toordinal() - MONDAY, 7)
                return week * 5 + min(place, 4)
            case Frequency.MONTHS:
                return day.year * 12 + day.month - 1
            case Frequency.QUARTERS:
                return day.year * 4 + (day.month - 1) // 3
            case Frequency.YEARS:
                return day.year
            case _:
                return day.toordinal()

    def first(self, number: int) -> date:
        """The first day of a period."""
        match self.frequency:
            case Frequency.WEEKS:
                return date.fromordinal(number * 7 + MONDAY)
            case Frequency.WORKDAYS:
                return date.fromordinal(number // 5 * 7 + number % 5 + MONDAY)
            case Frequency.MONTHS:
                return date(number // 12, number % 12 + 1, 1)
            case Frequency.QUARTERS:
                return date(number // 4, number % 4 * 3 + 1, 1)
            case Frequency.YEARS:
                return date(number, 1, 1)
            case _:
                return date.fromordinal(number)

    def last(self, number: int) -> date:
        """The last day of a period."""
        if self.frequency is Frequency.WORKDAYS:
            return self.first(number)
        if self.frequency is Frequency.MONTHS:
            first = self.first(number)
            return first.replace(day=monthrange(first.year, first.month)[1])
        return self.first(number + 1) - timedelta(days=1)

    def name(self, number: int) -> str:
        """What a period is called: 2025-03-31, 2025-03, 2025-Q1, 2025, or the row's number."""
        if self.frequency is Frequency.NUMBERED:
            return str(number)
        first = self.first(number)
        match self.frequency:
            case Frequency.MONTHS:
                return f"{first:%Y-%m}"
            case Frequency.QUARTERS:
                return f"{first.year}-Q{number % 4 + 1}"
            case Frequency.YEARS:
                return str(number)
            case Frequency.WEEKS:
                return (first + timedelta(days=self.weekday)).isoformat()
            case _:
                return first.isoformat()
