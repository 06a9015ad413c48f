"""The Date field of a mail as an aware time, or nothing when it cannot be true."""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

_EARLIEST, _LATEST = datetime(1995, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
_AHEAD, _BEHIND = timedelta(days=2), timedelta(days=730)
_MOST_OFFSET = 15 * 3600


def sent_at(value: str, received_at: datetime | None) -> datetime | None:
    """When a mail says it was sent, in UTC; None when missing, unreadable or absurd beside its arrival."""
    given = _parsed(value[:100])
    if given is None or not _EARLIEST <= given < _LATEST:
        return None
    if received_at and not received_at - _BEHIND <= given <= received_at + _AHEAD:
        return None
    return given


def _parsed(value: str) -> datetime | None:
    if not re.search(r"\d", value):
        return None
    try:
        parts = parsedate_tz(value)
        if parts is None:
            return None
        offset = parts[9] or 0
        zone = timezone(timedelta(seconds=offset)) if abs(offset) <= _MOST_OFFSET else UTC
        return datetime(*parts[:6], tzinfo=zone).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
