"""When the owner works: zone, hours and days off, and the next moment at which something can be done. Pure."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from runtime.settings import Settings
from tools.read.calendar.days_off import day_off
from tools.read.calendar.rules import Hours, rules_from
from tools.read.calendar.zones import zone_named

_LONGEST_BREAK = 30  # days looked ahead for a working day


@dataclass(frozen=True)
class Office:
    """The owner's working time."""

    zone: str = "UTC"
    hours: Hours = field(default_factory=Hours)
    country: str = ""  # whose holidays are kept

    def in_days(self, now: datetime, days: int) -> datetime:
        """The opening of the working day that is so many working days ahead; 0 = the next working moment."""
        if days <= 0:
            return self.next_moment(now)
        local = now.astimezone(zone_named(self.zone))
        for _ in range(days):
            local = self._next_day(local)
        return local.astimezone(UTC)

    def next_moment(self, at: datetime) -> datetime:
        """This moment when the owner works then, else the next opening."""
        local = at.astimezone(zone_named(self.zone))
        if self._works(local):
            if local.time() < self.hours.opens:
                return self._opening(local).astimezone(UTC)
            if local.time() < self.hours.closes:
                return at.astimezone(UTC)
        return self._next_day(local).astimezone(UTC)

    def _next_day(self, local: datetime) -> datetime:
        for ahead in range(1, _LONGEST_BREAK):
            day = self._opening(local + timedelta(days=ahead))
            if self._works(day):
                return day
        return self._opening(local + timedelta(days=1))

    def _opening(self, local: datetime) -> datetime:
        opens = self.hours.opens
        return local.replace(hour=opens.hour, minute=opens.minute, second=0, microsecond=0)

    def _works(self, local: datetime) -> bool:
        return not day_off(self.country, local.date())


def office_of(settings: Settings) -> Office:
    """The owner's working time as configured.

    Raises:
        Correctable: bad_hours, unknown_zone, unknown_country.
    """
    rules = rules_from(settings)
    return Office(zone=settings.calendar_zone, hours=rules.owner_hours, country=rules.owner_country)
