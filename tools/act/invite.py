"""Invitations as text: the stored event, the invite or cancellation that travels, and the mail parts for it.

Pure composition: nothing is stored or sent here.
"""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from domain.meetings import Meeting, MeetingState, Partstat
from tools.act.mail_body import MimePart, file_part
from tools.act.mail_headers import wire_address
from tools.read.calendar.zones import zone_changes, zone_named

if TYPE_CHECKING:
    from icalendar import Calendar, Component, Event, Timezone, vCalAddress

PRODUCT = "-//Rainmaker//Meetings//EN"
_UNSAFE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_LONGEST_TEXT, _LONGEST_LINE = 4_000, 200
_UTC_NAMES = {"UTC", "Etc/UTC", "Etc/UCT", "Zulu", "GMT", "Etc/GMT"}


class InviteMethod(StrEnum):
    """What a calendar mail of ours asks for."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True)
class InvitePart:
    """One MIME part of an invitation. `alternative` parts stand beside the text, others are attached."""

    mime: MimePart
    alternative: bool


def stored_event(meeting: Meeting, now: datetime) -> bytes:
    """The event as it lies in the calendar: no METHOD."""
    return _calendar(meeting, now, None).to_ical()


def invitation(meeting: Meeting, method: InviteMethod, now: datetime) -> bytes:
    """The calendar object that goes to the contact; `now` (business time) becomes DTSTAMP."""
    return _calendar(meeting, now, method).to_ical()


def invite_parts(meeting: Meeting, now: datetime) -> tuple[InvitePart, ...]:
    """The parts of the mail about a meeting: a cancellation when it is cancelled, an invitation otherwise."""
    off = meeting.state is MeetingState.CANCELLED
    method = InviteMethod.CANCEL if off else InviteMethod.REQUEST
    ics = invitation(meeting, method, now)
    name = "cancelled.ics" if off else "invite.ics"
    return (
        InvitePart(file_part(ics, f'text/calendar; charset="utf-8"; method={method}'), alternative=True),
        InvitePart(file_part(ics, "application/ics", name), alternative=False),
    )


def revised_event(stored: str, meeting: Meeting, now: datetime) -> bytes:
    """A stored event brought to what the meeting says; what else the owner put into it stays.

    Raises:
        Correctable: bad_calendar.
    """
    from tools.read.calendar.ics import read_calendars

    calendar = read_calendars(stored, meeting.uid)[0]
    calendar.pop("METHOD", None)
    fresh = _event(meeting, now)
    for event in calendar.walk("VEVENT"):
        if str(event.get("UID", "")) != meeting.uid:
            continue
        for name in (
            "DTSTART",
            "DTEND",
            "DTSTAMP",
            "LAST-MODIFIED",
            "SEQUENCE",
            "STATUS",
            "TRANSP",
            "ATTENDEE",
        ):
            event.pop(name, None)
            event[name] = fresh[name]
        event.pop("DURATION", None)
    _bring_zone(calendar, meeting)
    return calendar.to_ical()


def _calendar(meeting: Meeting, now: datetime, method: InviteMethod | None) -> "Calendar":
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", PRODUCT)
    calendar.add("CALSCALE", "GREGORIAN")
    if method is not None:
        calendar.add("METHOD", method.value)
    _bring_zone(calendar, meeting)
    calendar.add_component(_event(meeting, now))
    return calendar


def _bring_zone(calendar: "Calendar", meeting: Meeting) -> None:
    """Add the VTIMEZONE of the meeting, first, unless it is there or UTC."""
    zone = _zone(meeting)
    known = {str(one.get("TZID", "")) for one in calendar.walk("VTIMEZONE")}
    if zone is not None and zone.key not in known:
        calendar.subcomponents.insert(0, _timezone(zone, meeting.slot.start))


def _zone(meeting: Meeting) -> ZoneInfo | None:
    """The zone to write times in; None = UTC, also for a night in which a local time is told twice."""
    zone = zone_named(meeting.slot.zone)
    ends = (meeting.slot.start.astimezone(zone), meeting.slot.end.astimezone(zone))
    twice = any(at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset() for at in ends)
    return None if twice or zone.key in _UTC_NAMES else zone


def _event(meeting: Meeting, now: datetime) -> "Event":
    from icalendar import Event

    zone, stamp = _zone(meeting) or UTC, now.astimezone(UTC).replace(microsecond=0)
    event = Event()
    event.add("UID", meeting.uid)
    event.add("DTSTAMP", stamp)
    event.add("LAST-MODIFIED", stamp)
    event.add("DTSTART", meeting.slot.start.astimezone(zone))
    event.add("DTEND", meeting.slot.end.astimezone(zone))
    event.add("SUMMARY", _line(meeting.subject))
    if meeting.description:
        event.add("DESCRIPTION", _text(meeting.description))
    if meeting.location:
        event.add("LOCATION", _line(meeting.location))
    event.add("ORGANIZER", _person(meeting.organizer, meeting.organizer_name))
    event.add("ATTENDEE", _attendee(meeting))
    event.add("SEQUENCE", meeting.sequence)
    off = meeting.state in {MeetingState.CANCELLED, MeetingState.DECLINED}
    event.add("STATUS", "CANCELLED" if meeting.state is MeetingState.CANCELLED else "CONFIRMED")
    event.add("TRANSP", "TRANSPARENT" if off else "OPAQUE")
    return event


def _attendee(meeting: Meeting) -> "vCalAddress":
    person = _person(meeting.attendee, meeting.attendee_name)
    person.params["CUTYPE"] = "INDIVIDUAL"
    person.params["ROLE"] = "REQ-PARTICIPANT"
    person.params["PARTSTAT"] = meeting.partstat.value
    if meeting.partstat is Partstat.NEEDS_ACTION and meeting.state is not MeetingState.CANCELLED:
        person.params["RSVP"] = "TRUE"
    return person


def _person(address: str, name: str) -> "vCalAddress":
    """A calendar address.

    Raises:
        ValueError: not one plain address.
    """
    from icalendar import vCalAddress

    person = vCalAddress(f"mailto:{wire_address(address)}")
    shown = _line(name).replace('"', "").replace("\\", "")
    if shown:
        person.params["CN"] = shown
    return person


def _timezone(zone: ZoneInfo, around: datetime) -> "Timezone":
    """A VTIMEZONE that is exact for the year of the meeting and one on each side."""
    from icalendar import Timezone

    start = datetime(around.year - 1, 1, 1, tzinfo=UTC)
    end = datetime(around.year + 2, 1, 1, tzinfo=UTC)
    timezone = Timezone()
    timezone.add("TZID", zone.key)
    for before, at in _observances(zone, start, end):
        timezone.add_component(_observance(zone, before, at))
    return timezone


def _observances(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Moments at which a rule begins, each with a moment at which the rule before it held."""
    yield start, start
    for change in zone_changes(zone, start, end):
        yield change - timedelta(seconds=1), change


def _observance(zone: ZoneInfo, before: datetime, at: datetime) -> "Component":
    from icalendar import TimezoneDaylight, TimezoneStandard

    old, new = before.astimezone(zone), at.astimezone(zone)
    part = TimezoneDaylight() if new.dst() else TimezoneStandard()
    # the local time at which it begins is told by the clock that ends then
    part.add("DTSTART", (at + (old.utcoffset() or timedelta())).replace(tzinfo=None))
    part.add("TZOFFSETFROM", old.utcoffset())
    part.add("TZOFFSETTO", new.utcoffset())
    part.add("TZNAME", new.tzname() or zone.key)
    return part


def _line(text: str) -> str:
    """One line without control or invisible characters."""
    clean = "".join(c if unicodedata.category(c) not in _UNSAFE else " " for c in text)
    return " ".join(clean.split())[:_LONGEST_LINE]


def _text(text: str) -> str:
    """Several lines, each cleaned."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(_line(line) for line in lines)[:_LONGEST_TEXT].strip()
