"""When things happen: endless series of moments that are the same for a salt, however far one looks."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from random import Random

# Sites are drawn as they stood on this day; what changes, changes after it.
OPENING = datetime(2026, 10, 1, tzinfo=UTC)
_YEAR = 365.25
_OFFICE_OPENS, _OFFICE_HOURS = 7, 9


def moments(
    salt: str, per_year: float, until: datetime, *, since: datetime = OPENING, office: bool = True
) -> list[datetime]:
    """Return the moments of a series until a moment, in order; asking for more later changes none of them."""
    if per_year <= 0:
        return []
    raw = takewhile(lambda at: at <= until, _series(Random(salt), per_year, since))
    drawn = [_in_office_hours(at) if office else at.replace(second=0, microsecond=0) for at in raw]
    return sorted(at for at in drawn if at <= until)


def working_day(at: datetime, days: int = 0) -> datetime:
    """Return the same hour some days later, moved past a weekend."""
    later = at + timedelta(days=days)
    return later + timedelta(days=7 - later.weekday()) if later.weekday() >= 5 else later


def draw_key(weights: Mapping[str, float], rng: Random) -> str:
    """Draw one key by its weight."""
    return rng.choices(list(weights), list(weights.values()))[0]


def horizon(at: datetime) -> datetime:
    """Return how far series are drawn for somebody who looks at a moment: a quarter ahead at least, in whole years."""
    return datetime(at.year + (2 if at.month >= 10 else 1), 1, 1, tzinfo=UTC)


def _series(rng: Random, per_year: float, since: datetime) -> Iterator[datetime]:
    """Yield moments with exponential gaps."""
    at = since
    while True:
        at += timedelta(days=rng.expovariate(per_year / _YEAR))
        yield at


def _in_office_hours(at: datetime) -> datetime:
    """Move a moment into the working day it falls on, or the next one."""
    minute = (at.hour * 60 + at.minute) * _OFFICE_HOURS // 24
    opened = at.replace(hour=_OFFICE_OPENS, minute=0, second=0, microsecond=0)
    return working_day(opened + timedelta(minutes=minute))
