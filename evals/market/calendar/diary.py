"""What is in the sandbox's calendar, as rows for the harness, and busy times it wants there. Truth side only."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from evals.market.calendar.server import CalendarServer


@dataclass(frozen=True, slots=True)
class Diary:
    """The calendars of all mailboxes; `first` is meant where none is named."""

    server: CalendarServer
    first: str

    def events(self, user: str | None = None) -> list[dict[str, Any]]:
        """Every event, recurrences as their rule, ordered by start."""
        found = [
            row for name, text in self.server.files(user or self.first).items() for row in _rows(name, text)
        ]
        return sorted(found, key=lambda row: (row["start"], row["uid"]))

    def add(self, wanted: dict[str, Any], user: str | None = None) -> str:
        """Insert a busy time and return its UID.

        Args:
            wanted: start and end (ISO), and perhaps uid, summary, rrule, transparent; or raw, a whole .ics.
        """
        raw = str(wanted["raw"]) if "raw" in wanted else _event(wanted)
        uid = _rows("", raw)[0]["uid"]
        self.server.put(user or self.first, f"{uid}.ics", raw)
        return uid

    def remove(self, uid: str, user: str | None = None) -> bool:
        """Delete an event; False when there is none."""
        names = {row["uid"]: row["file"] for row in self.events(user)}
        return uid in names and self.server.remove(user or self.first, names[uid])


def _event(wanted: dict[str, Any]) -> str:
    """An .ics with one event."""
    from icalendar import Calendar, Event
    from icalendar.prop import vRecur

    start, end = (_moment(str(wanted[key])) for key in ("start", "end"))
    if end <= start:
        raise ValueError("the end is not after the start")
    event = Event()
    event.add("UID", str(wanted.get("uid") or f"busy-{start:%Y%m%dT%H%M%S}-{end:%Y%m%dT%H%M%S}"))
    event.add("DTSTAMP", start)
    event.add("DTSTART", start)
    event.add("DTEND", end)
    event.add("SUMMARY", str(wanted.get("summary", "Busy")))
    event.add("TRANSP", "TRANSPARENT" if wanted.get("transparent") else "OPAQUE")
    if wanted.get("rrule"):
        event.add("RRULE", vRecur.from_ical(str(wanted["rrule"])))
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//Sandbox market//EN")
    calendar.add_component(event)
    return calendar.to_ical().decode()


def _rows(name: str, text: str) -> list[dict[str, Any]]:
    """The events of one file."""
    from icalendar import Calendar

    found = Calendar.from_ical(text).walk("VEVENT")
    if not found:
        raise ValueError("there is no event in it")
    return [_row(name, text, event) for event in found]


def _row(name: str, text: str, event: Any) -> dict[str, Any]:
    people = event.get("ATTENDEE", [])
    rule = event.get("RRULE")
    return {
        "uid": str(event.get("UID", "")),
        "file": name,
        "start": _iso(event["DTSTART"].dt),
        "end": _iso(event["DTEND"].dt) if "DTEND" in event else None,
        "summary": str(event.get("SUMMARY", "")),
        "status": str(event.get("STATUS", "")),
        "sequence": int(event.get("SEQUENCE", 0)),
        "transparent": str(event.get("TRANSP", "")) == "TRANSPARENT",
        "rrule": rule.to_ical().decode() if rule is not None else None,
        "organizer": _address(event.get("ORGANIZER", "")),
        "attendees": [
            {"email": _address(one), "partstat": str(one.params.get("PARTSTAT", ""))}
            for one in (people if isinstance(people, list) else [people])
        ],
        "raw": text,
    }


def _iso(value: date | datetime) -> str:
    if isinstance(value, datetime) and value.tzinfo:
        return value.astimezone(UTC).isoformat()
    return value.isoformat()


def _address(value: Any) -> str:
    return str(value).lower().removeprefix("mailto:")


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
