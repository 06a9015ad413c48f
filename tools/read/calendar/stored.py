"""What a stored event of ours says: time, sequence, status, answers. Reads one UID out of one file."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from domain.errors import Correctable
from tools.read.calendar.ics import PARSER_ERRORS, read_calendars

if TYPE_CHECKING:
    from icalendar import Component


@dataclass(frozen=True)
class StoredEvent:
    """The facts of an event in the calendar."""

    uid: str
    sequence: int
    start: datetime | None
    end: datetime | None
    cancelled: bool
    answers: tuple[tuple[str, str], ...]  # (address, PARTSTAT)

    def partstat_of(self, address: str) -> str:
        """What an attendee answered, as stored."""
        return dict(self.answers).get(address.lower(), "")


def read_stored(text: str, uid: str) -> StoredEvent | None:
    """The event of a UID; None when the file holds none.

    Raises:
        Correctable: bad_calendar.
    """
    for calendar in read_calendars(text, uid):
        for event in calendar.walk("VEVENT"):
            if str(event.get("UID", "")) == uid and "RECURRENCE-ID" not in event:
                return _event(event, uid)
    return None


def _event(event: "Component", uid: str) -> StoredEvent:
    try:
        start = utc(event["DTSTART"].dt) if "DTSTART" in event else None
        return StoredEvent(
            uid=uid,
            sequence=number(event.get("SEQUENCE", 0)),
            start=start,
            end=end_of(event, start),
            cancelled=str(event.get("STATUS", "")).upper() == "CANCELLED",
            answers=tuple((bare(one), str(one.params.get("PARTSTAT", ""))) for one in people(event)),
        )
    except PARSER_ERRORS as error:
        raise Correctable(
            "The meeting in the calendar cannot be read.", code="bad_calendar", where=uid
        ) from error


def people(event: "Component") -> list[Any]:
    """The attendees of an event."""
    found = event.get("ATTENDEE")
    return [] if found is None else found if isinstance(found, list) else [found]


def bare(address: Any) -> str:
    """A calendar address without its scheme, in lower case."""
    text = str(address).strip().lower()
    return text.removeprefix("mailto:").strip()


def end_of(event: "Component", start: datetime | None) -> datetime | None:
    """End of an event from DTEND or DURATION."""
    if "DTEND" in event:
        return utc(event["DTEND"].dt)
    if start is not None and "DURATION" in event:
        return start + event["DURATION"].dt
    return start + timedelta(days=1) if start and not isinstance(event["DTSTART"].dt, datetime) else None


def utc(value: date | datetime) -> datetime | None:
    """UTC of a time with a zone; a date is its midnight in UTC; None for a time that names no place."""
    if not isinstance(value, datetime):
        return datetime.combine(value, time.min, UTC)
    return value.astimezone(UTC) if value.tzinfo else None


def number(value: Any) -> int:
    """A sequence number; nonsense is 0."""
    try:
        return max(int(value), 0)
    except (TypeError, ValueError):
        return 0
