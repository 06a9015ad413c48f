"""When something is due: ends of working days where a person is."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

OPENS, CLOSES = 8, 18


def end_of_day(at: datetime, zone: ZoneInfo, days: int = 1) -> datetime:
    """The end of the n-th working day after a moment."""
    day = at.astimezone(zone)
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day.replace(hour=CLOSES, minute=0, second=0, microsecond=0)


def in_hours(at: datetime, zone: ZoneInfo) -> bool:
    """Whether a moment lies in their working time."""
    local = at.astimezone(zone)
    return local.weekday() < 5 and OPENS <= local.hour < CLOSES
