"""When something that comes again is due next: after an interval, or at a time on the owner's wall. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from domain.errors import Correctable
from domain.ids import digest

_UNITS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_INTERVAL = re.compile(r"every (?:(\d{1,6}) )?(second|minute|hour|day)s?")
_ON_THE_WALL = re.compile(r"([a-z]+) at (\d{1,2}):(\d{2})")
_DAYS = ("mondays", "tuesdays", "wednesdays", "thursdays", "fridays", "saturdays", "sundays")
_DAY_SETS = {
    "daily": frozenset(range(7)),
    "weekdays": frozenset(range(5)),
    **{name: frozenset((number,)) for number, name in enumerate(_DAYS)},
}
_SHORTEST = timedelta(seconds=5)  # how often the worker looks at all
_WALL_JITTER = 60.0  # seconds at most, so that many homes do not knock at one server together
_INTERVAL_JITTER = 0.1  # part of the interval
_HINT = "Write for example 'every 2 minutes', 'daily at 03:30', 'weekdays at 07:00' or 'mondays at 08:15'."


@dataclass(frozen=True)
class Cadence:
    """Every so often, or on these days at this time on the wall."""

    text: str
    every: timedelta | None = None
    days: frozenset[int] = frozenset()
    at: time = time(0)

    def after(self, moment: datetime, zone: ZoneInfo, seed: str) -> datetime:
        """The first due time after `moment`, a little later by a share that follows from the seed."""
        if self.every is not None:
            share = _share(seed, self.text, moment.isoformat())
            return moment + self.every * (1 + _INTERVAL_JITTER * share)
        planned = self._on_the_wall(moment, zone)
        return planned + timedelta(seconds=_WALL_JITTER * _share(seed, self.text, planned.isoformat()))

    def first(self, moment: datetime, zone: ZoneInfo, seed: str) -> datetime:
        """When a row made now is due: an interval begins at once, a time on the wall is waited for."""
        return moment if self.every is not None else self.after(moment, zone, seed)

    def _on_the_wall(self, moment: datetime, zone: ZoneInfo) -> datetime:
        """A time a clock change leaves out comes as much later; one that happens twice counts the first time."""
        day = moment.astimezone(zone).date()
        for ahead in range(9):
            planned = _utc(day + timedelta(days=ahead), self.at, zone)
            if planned > moment and (day + timedelta(days=ahead)).weekday() in self.days:
                return planned
        raise AssertionError("a week holds every weekday")


def _utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


def _share(*parts: str) -> float:
    """A number from 0 to 1 that the same parts always give."""
    return int(digest(list(parts))[:8], 16) / 0xFFFFFFFF


def cadence(text: str) -> Cadence:
    """A cadence from words.

    Raises:
        Correctable: bad_cadence.
    """
    words = " ".join(text.lower().split())
    interval, on_the_wall = _INTERVAL.fullmatch(words), _ON_THE_WALL.fullmatch(words)
    if interval:
        every = timedelta(seconds=int(interval[1] or 1) * _UNITS[interval[2]])
        if _SHORTEST <= every <= timedelta(days=366):
            return Cadence(words, every=every)
    elif on_the_wall and on_the_wall[1] in _DAY_SETS:
        hour, minute = int(on_the_wall[2]), int(on_the_wall[3])
        if hour < 24 and minute < 60:
            return Cadence(words, days=_DAY_SETS[on_the_wall[1]], at=time(hour, minute))
    raise Correctable(f"'{text[:60]}' is no cadence.", code="bad_cadence", where=text[:60], hint=_HINT)


def zone_named(name: str) -> ZoneInfo:
    """A time zone.

    Raises:
        Correctable: bad_zone.
    """
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # a folder's name is an OSError
        raise Correctable(
            f"'{name[:60]}' is no time zone.",
            code="bad_zone",
            where="RAINMAKER_TIME_ZONE",
            hint="For example Europe/Berlin or America/New_York.",
        ) from error
