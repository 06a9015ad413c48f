"""Time zones by name: Olson and Windows names, local times that do not exist, and a VTIMEZONE for an invite."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from domain.errors import Correctable

_MAX_NAME = 100


@lru_cache(maxsize=512)
def known_zone(name: str) -> ZoneInfo | None:
    """The zone of an Olson or Windows name, None when there is none of that name."""
    if not name or len(name) > _MAX_NAME:
        return None
    return _olson(name) or _olson(_of_windows(name))


def _olson(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (OSError, ValueError, KeyError):  # unknown names, folders, paths, odd characters
        return None


def _of_windows(name: str) -> str:
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    return WINDOWS_TO_OLSON.get(name, "")


def zone_named(name: str, where: str = "") -> ZoneInfo:
    """The zone of a name that must be one.

    Raises:
        Correctable: unknown_zone.
    """
    zone = known_zone(name)
    if zone is None:
        raise Correctable(
            f"There is no time zone called “{name[:_MAX_NAME]}”.",
            code="unknown_zone",
            where=where or None,
            hint="Use a name such as Europe/Berlin.",
        )
    return zone


def moment(local: datetime, zone: ZoneInfo) -> datetime | None:
    """UTC of a naive local time; None where the clocks jump over it or show it twice."""
    first, second = local.replace(tzinfo=zone, fold=0), local.replace(tzinfo=zone, fold=1)
    if first.utcoffset() != second.utcoffset():
        return None
    return first.astimezone(UTC)


def zone_changes(zone: ZoneInfo, start: datetime, end: datetime) -> list[datetime]:
    """UTC moments between start and end at which the offset changes, to the second."""
    found, here = [], start.astimezone(UTC)
    while here < end:
        there = min(here + timedelta(days=7), end)
        if _offset(zone, here) != _offset(zone, there):
            found.append(_first_after(zone, here, there))
        here = there
    return found


def _first_after(zone: ZoneInfo, low: datetime, high: datetime) -> datetime:
    """The second at which the offset of `low` ends."""
    before = _offset(zone, low)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=(high - low).total_seconds() // 2)
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    return high


def _offset(zone: ZoneInfo, at: datetime) -> timedelta:
    offset = at.astimezone(zone).utcoffset()
    assert offset is not None
    return offset
