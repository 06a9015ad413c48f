"""Answers to invitations: what they say, which are believed, and what follows."""

from datetime import timedelta

import pytest

from domain.meetings import (
    AnswerMethod,
    CalendarProblem,
    InviteAnswer,
    Meeting,
    MeetingState,
    Partstat,
)  # fmt: skip
from tests.fixtures.meetings import NOW, at, calendar, meeting
from tools.read.calendar.answers import answered, check_answer, read_answer

BOB = "bob@buyer.example"
UID = meeting().uid


def message(
    method: str, *lines: str, uid: str = UID, attendee: str = f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{BOB}"
) -> str:
    return calendar(
        f"METHOD:{method}", "BEGIN:VEVENT", f"UID:{uid}", "DTSTAMP:20261103T090000Z", "SEQUENCE:0",
        *([attendee] if attendee else []), *lines, "END:VEVENT",
    )  # fmt: skip


def read(text: str, **given: str) -> InviteAnswer:
    found = read_answer(text, **given)
    assert isinstance(found, InviteAnswer), found
    return found


def problem(text: str, **given: str) -> str:
    found = read_answer(text, **given)
    assert isinstance(found, CalendarProblem), found
    assert found.sentence.endswith(".")
    return found.code


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ("ACCEPTED", MeetingState.ACCEPTED),
        ("DECLINED", MeetingState.DECLINED),
        ("TENTATIVE", MeetingState.TENTATIVE),
        ("DELEGATED", MeetingState.BOOKED),
    ],
)
def test_a_reply_changes_the_meeting(said: str, state: MeetingState):
    text = message("REPLY", attendee=f"ATTENDEE;CN=Bob;PARTSTAT={said}:MAILTO:Bob@Buyer.example")
    answer = read(text)
    assert (answer.method, answer.partstat, answer.attendee) == (AnswerMethod.REPLY, Partstat(said), BOB)
    assert check_answer(answer, meeting(), BOB) is None
    after = answered(meeting(), answer)
    assert (after.state, after.partstat, after.answered_at) == (state, Partstat(said), at("2026-11-03 09:00"))


def test_a_counter_proposes_an_exact_time_in_its_zone():
    text = message(
        "COUNTER", "DTSTART;TZID=America/New_York:20261116T100000", "DTEND;TZID=America/New_York:20261116T103000",
        "COMMENT:mornings suit me", attendee=f"ATTENDEE;PARTSTAT=TENTATIVE:mailto:{BOB}",
    )  # fmt: skip
    answer = read(text)
    assert (answer.start, answer.end) == (at("2026-11-16 15:00"), at("2026-11-16 15:30"))
    assert (answer.zone, answer.comment) == ("America/New_York", "mornings suit me")
    assert check_answer(answer, meeting(), BOB) is None
    assert answered(meeting(), answer).state is MeetingState.COUNTERED


def test_a_windows_zone_without_its_definition_is_understood():
    text = message("COUNTER", "DTSTART;TZID=W. Europe Standard Time:20261116T100000")
    assert read(text).start == at("2026-11-16 09:00")


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("DTSTART;TZID=Mars/Phobos:20261116T100000", "unknown_zone"),
        ("DTSTART:20261116T100000", "no_zone"),
        ("DTSTART;VALUE=DATE:20261116", "whole_day"),
        ("DTSTART:19990101T000000Z", "absurd_time"),
        ("DTSTART:21060207T062815Z", "absurd_time"),
        ("DTSTART:99999999T999999Z", "no_time"),
        ("SUMMARY:when?", "no_time"),
        ("DTSTART:20261116T100000Z\r\nRRULE:FREQ=SECONDLY", "recurring"),
    ],
)
def test_a_counter_without_one_exact_time_is_a_problem(line: str, code: str):
    assert problem(message("COUNTER", line)) == code


def test_a_refresh_and_an_invitation_of_their_own_are_recognised():
    refresh = read(message("REFRESH", attendee=f"ATTENDEE:mailto:{BOB}"))
    assert check_answer(refresh, meeting(), BOB) is None
    assert answered(meeting(), refresh) == meeting()
    theirs = read(message("REQUEST", "DTSTART:20261116T100000Z", "DURATION:PT1H", uid="theirs"))
    assert (theirs.method, theirs.end) == (AnswerMethod.REQUEST, at("2026-11-16 11:00"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad_calendar"),
        ("not a calendar", "bad_calendar"),
        (calendar("METHOD:REPLY"), "no_event"),
        (calendar("BEGIN:VEVENT", "UID:x", "END:VEVENT"), "no_method"),
        (message("PUBLISH"), "unknown_method"),
        (message("REPLY", uid=""), "no_uid"),
        (message("REPLY", uid="x" * 600), "no_uid"),
        (message("REPLY", attendee=""), "no_attendee"),
        (message("REPLY", "ATTENDEE;PARTSTAT=DECLINED:mailto:eve@x.example"), "no_attendee"),
        (message("REPLY", attendee=f"ATTENDEE:mailto:{BOB}"), "no_partstat"),
        (message("REPLY", attendee=f"ATTENDEE;PARTSTAT=MAYBE:mailto:{BOB}"), "no_partstat"),
        (message("REPLY", f"ATTENDEE;PARTSTAT=DECLINED:mailto:{BOB}"), "no_partstat"),
        (message("REPLY", "END:VEVENT", "BEGIN:VEVENT", "UID:second"), "several_events"),
    ],
)
def test_what_is_no_answer_is_said(text: str, code: str):
    assert problem(text) == code


def test_the_method_of_the_mail_part_stands_in():
    text = message("REPLY").replace("METHOD:REPLY\r\n", "")
    assert read(text, method="reply").method is AnswerMethod.REPLY


def test_among_several_the_sender_answers():
    text = message("REPLY", "ATTENDEE;PARTSTAT=DECLINED:mailto:eve@x.example")
    assert read(text, sender=BOB).partstat is Partstat.ACCEPTED


def answer(**change: object) -> InviteAnswer:
    plain = InviteAnswer(
        method=AnswerMethod.REPLY, uid=UID, attendee=BOB, partstat=Partstat.ACCEPTED, stamped_at=NOW
    )
    return plain.model_copy(update=change)


@pytest.mark.parametrize(
    ("said", "stored", "sender", "code"),
    [
        (answer(), None, BOB, "unknown_uid"),
        (answer(uid="other"), meeting(), BOB, "unknown_uid"),
        (answer(), meeting(), "eve@x.example", "not_invited"),
        (answer(attendee="eve@x.example"), meeting(), "eve@x.example", "not_invited"),
        (answer(attendee="eve@x.example"), meeting(), BOB, "attendee_not_sender"),
        (answer(method=AnswerMethod.CANCEL), meeting(), BOB, "not_organizer"),
        (answer(method=AnswerMethod.REQUEST), meeting(), BOB, "not_organizer"),
        (answer(sequence=0), meeting(sequence=1), BOB, "old_sequence"),
        (answer(sequence=7), meeting(), BOB, "unsent_sequence"),
        (answer(), meeting(state=MeetingState.CANCELLED), BOB, "meeting_over"),
        (answer(), meeting(state=MeetingState.HELD), BOB, "meeting_over"),
        (answer(), meeting(answered_at=NOW + timedelta(minutes=1)), BOB, "overtaken"),
    ],
)
def test_forged_and_late_answers_are_not_believed(
    said: InviteAnswer, stored: Meeting | None, sender: str, code: str
):
    found = check_answer(said, stored, sender)
    assert found is not None and found.code == code


def test_somebody_who_declined_may_think_again():
    declined = meeting(state=MeetingState.DECLINED, partstat=Partstat.DECLINED, answered_at=NOW)
    again = answer(stamped_at=NOW + timedelta(hours=1))
    assert check_answer(again, declined, "Bob@Buyer.example") is None
    assert answered(declined, again).state is MeetingState.ACCEPTED
