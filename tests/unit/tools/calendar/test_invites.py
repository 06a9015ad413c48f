"""Invitations as they travel: fields, zones, hostile names, and the mail parts around them."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar
from icalendar.timezone import tzp

from domain.meetings import Meeting, MeetingState, Partstat
from tests.fixtures.meetings import NOW, meeting, slot
from tools.act.compose_mail import Envelope, compose
from tools.act.invite import InviteMethod, invitation, invite_parts, revised_event, stored_event
from tools.read.calendar.stored import read_stored

ENVELOPE = Envelope(
    sender_name="Maria Lindt",
    sender="maria@acme.example",
    recipient_name="Bob",
    recipient="bob@buyer.example",
    message_id="<1@acme.example>",
    at=NOW,
    disclosure="",
    postal_address="1 Main Street",
    unsubscribe_url="https://rm.example/u/abc",
)


def only_event(raw: bytes):
    return Calendar.from_ical(raw).walk("VEVENT")[0]


def test_an_invitation_asks_one_person_for_one_exact_time():
    calendar = Calendar.from_ical(invitation(meeting(), InviteMethod.REQUEST, NOW))
    event = calendar.walk("VEVENT")[0]
    attendee = event["ATTENDEE"]
    assert (calendar["METHOD"], str(event["UID"])) == ("REQUEST", meeting().uid)
    assert event["DTSTART"].dt == datetime(2026, 11, 12, 14, tzinfo=ZoneInfo("Europe/Berlin"))
    assert event["DTSTAMP"].dt == NOW
    assert (str(attendee), attendee.params["RSVP"], attendee.params["PARTSTAT"]) == (
        "mailto:bob@buyer.example",
        "TRUE",
        "NEEDS-ACTION",
    )
    assert str(event["ORGANIZER"]) == "mailto:maria@acme.example"
    assert int(event["SEQUENCE"]) == 0


def test_the_uid_follows_from_the_meeting_and_tells_nothing():
    assert meeting(1).uid == meeting(1, "2027-01-01 10:00").uid != meeting(2).uid
    assert "meeting_1" not in meeting(1).uid


def test_a_cancellation_raises_the_sequence_and_asks_nothing():
    off = meeting().cancelled()
    calendar = Calendar.from_ical(invitation(off, InviteMethod.CANCEL, NOW))
    event = calendar.walk("VEVENT")[0]
    assert (calendar["METHOD"], event["STATUS"], int(event["SEQUENCE"])) == ("CANCEL", "CANCELLED", 1)
    assert "RSVP" not in event["ATTENDEE"].params


def test_what_is_stored_has_no_method():
    assert b"METHOD" not in stored_event(meeting(), NOW)


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "Africa/Casablanca"]
)
@pytest.mark.parametrize("start", ["2026-03-29 00:30", "2026-10-25 00:30", "2026-07-01 10:00"])
def test_the_zone_that_travels_with_it_means_the_same_instant(zone: str, start: str):
    one = meeting(start=start, slot=slot(start, zone=zone))
    # under another name, so that only the definition in the file can explain the time
    raw = stored_event(one, NOW).replace(zone.encode(), b"Nowhere/Known")
    tzp.use_default()
    event = only_event(raw)
    assert event["DTSTART"].dt.astimezone(UTC) == one.slot.start
    assert event["DTEND"].dt.astimezone(UTC) == one.slot.end


def test_utc_needs_no_zone():
    raw = stored_event(meeting(slot=slot("2026-11-12 13:00", zone="UTC")), NOW)
    assert b"VTIMEZONE" not in raw and b"DTSTART:20261112T130000Z" in raw


@pytest.mark.parametrize(
    "evil",
    [
        "x\r\nATTENDEE:mailto:evil@x.example",
        "x\nEND:VEVENT",
        'Bob";RSVP="FALSE',
        "a\u2028b",
        "=\x00=",
        "\u202egnp",
    ],
)
def test_no_text_can_add_a_line(evil: str):
    one = meeting(subject=evil, location=evil, description=evil, attendee_name=evil, organizer_name=evil)
    calendar = Calendar.from_ical(invitation(one, InviteMethod.REQUEST, NOW))
    event = calendar.walk("VEVENT")[0]
    assert len(calendar.walk("VEVENT")) == 1
    assert str(event["ATTENDEE"]) == "mailto:bob@buyer.example"
    assert event["ATTENDEE"].params["RSVP"] == "TRUE"


def test_an_address_that_is_none_is_refused():
    with pytest.raises(ValueError, match="plain e-mail address"):
        stored_event(meeting(attendee="bob@buyer.example,eve@x.example"), NOW)


def mail(one: Meeting) -> EmailMessage:
    raw = compose("Hi", "Shall we meet?", ENVELOPE, invite=invite_parts(one, NOW))
    return message_from_bytes(raw, policy=policy.default)  # type: ignore[return-value]


def test_the_mail_carries_the_invitation_twice_beside_its_text():
    got = mail(meeting(subject="Grüezi"))
    kinds = [part.get_content_type() for part in got.walk()]
    assert kinds == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics",
    ]  # fmt: skip
    inline = next(part for part in got.walk() if part.get_content_type() == "text/calendar")
    attached = next(part for part in got.walk() if part.get_content_type() == "application/ics")
    assert inline.get_param("method") == "REQUEST"
    assert attached.get_filename() == "invite.ics"
    assert inline.get_payload(decode=True) == attached.get_payload(decode=True)
    assert str(only_event(inline.get_payload(decode=True))["SUMMARY"]) == "Grüezi"


def test_a_cancelled_meeting_travels_as_a_cancellation():
    got = mail(meeting().cancelled())
    inline = next(part for part in got.walk() if part.get_content_type() == "text/calendar")
    assert inline.get_param("method") == "CANCEL"


def test_a_change_keeps_what_the_owner_added():
    stored = stored_event(meeting(), NOW).decode()
    noted = stored.replace("END:VEVENT", "DESCRIPTION:bring the plans\r\nX-COLOR:red\r\nEND:VEVENT")
    after = meeting().moved_to(slot("2026-11-13 15:00", zone="America/New_York"))
    event = only_event(revised_event(noted, after, NOW + timedelta(hours=1)))
    assert (str(event["DESCRIPTION"]), str(event["X-COLOR"])) == ("bring the plans", "red")
    facts = read_stored(revised_event(noted, after, NOW).decode(), after.uid)
    assert facts is not None
    assert (facts.sequence, facts.start, facts.cancelled) == (1, after.slot.start, False)


def test_a_declined_meeting_stops_blocking():
    declined = meeting(state=MeetingState.DECLINED, partstat=Partstat.DECLINED)
    event = only_event(revised_event(stored_event(meeting(), NOW).decode(), declined, NOW))
    assert (event["TRANSP"], event["ATTENDEE"].params["PARTSTAT"]) == ("TRANSPARENT", "DECLINED")
