"""Answers of calendar programs to an invitation (RFC 5546/6047): accepted, tentative, declined, another time."""

from datetime import datetime, timedelta

from evals.market.people.records import Correspondent, Invite

ACCEPTED, TENTATIVE, DECLINED, COUNTER = "ACCEPTED", "TENTATIVE", "DECLINED", "COUNTER"


def answer(
    invite: Invite, person: Correspondent, said: str, at: datetime, start: datetime | None = None
) -> str:
    """The calendar text of an answer; `start` is the time a counter proposal names."""
    from icalendar import Calendar, Event, vCalAddress

    counter = said == COUNTER
    begin = start if counter and start is not None else invite.start
    event = Event()
    event.add("UID", invite.uid)
    event.add("DTSTAMP", at)
    event.add("SEQUENCE", invite.sequence)
    event.add("DTSTART", begin)
    event.add("DTEND", begin + (invite.end - invite.start))
    event.add("SUMMARY", invite.summary)
    event.add("ORGANIZER", vCalAddress(f"mailto:{invite.organizer}"))
    attendee = vCalAddress(f"mailto:{person.address}")
    attendee.params["CN"] = person.name.replace('"', "")
    attendee.params["PARTSTAT"] = TENTATIVE if counter else said
    event.add("ATTENDEE", attendee)
    calendar = Calendar()
    calendar.add("VERSION", "2.0")
    calendar.add("PRODID", "-//Sandbox calendar//EN")
    calendar.add("METHOD", "COUNTER" if counter else "REPLY")
    calendar.add_component(event)
    return calendar.to_ical().decode()


def another_start(start: datetime, days: int, hour: int, zone_of: Correspondent) -> datetime:
    """A time of work some working days after a start, in the person's zone."""
    local = start.astimezone(zone_of.zone)
    day = local
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day.replace(hour=hour, minute=0, second=0, microsecond=0)
