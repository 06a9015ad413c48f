"""What came back in a text/calendar part: an answer, another time, a cancellation – and whether to believe it.

Reading never trusts; `check_answer` compares with the stored meeting; `answered` says what follows.
"""

import unicodedata
from datetime import datetime
from typing import TYPE_CHECKING, Any, assert_never

from domain.errors import Correctable
from domain.meetings import (
    OVER,
    AnswerMethod,
    CalendarProblem,
    InviteAnswer,
    Meeting,
    MeetingState,
    Partstat,
)  # fmt: skip
from tools.read.calendar.ics import PARSER_ERRORS, read_calendars
from tools.read.calendar.stored import bare, end_of, number, people, utc

if TYPE_CHECKING:
    from icalendar import Calendar, Component

_LONGEST_TEXT = 1_000
_LONGEST_UID = 500
_MAX_SEQUENCE = 100_000
_YEARS = range(2000, 2101)
_STATES = {
    Partstat.ACCEPTED: MeetingState.ACCEPTED,
    Partstat.DECLINED: MeetingState.DECLINED,
    Partstat.TENTATIVE: MeetingState.TENTATIVE,
}


class _Unusable(Exception):
    """Why a message cannot be used."""

    def __init__(self, code: str, sentence: str, where: str = "") -> None:
        super().__init__(code)
        self.problem = CalendarProblem(code=code, sentence=sentence, where=where)


def read_answer(raw: str | bytes, *, sender: str = "", method: str = "") -> InviteAnswer | CalendarProblem:
    """The answer in a text/calendar part, or why it is none.

    Args:
        sender: address the mail came from; picks the one who answers where several people are named.
        method: of the Content-Type, used where the file itself names none.
    """
    try:
        calendars = read_calendars(raw)
        return _answer(calendars[0], sender.lower(), method)
    except Correctable as error:
        return CalendarProblem(code=error.code, sentence=error.message)
    except _Unusable as error:
        return error.problem
    except PARSER_ERRORS:
        return CalendarProblem(code="bad_calendar", sentence="The calendar message cannot be understood.")


def check_answer(answer: InviteAnswer, meeting: Meeting | None, sender: str) -> CalendarProblem | None:
    """Why an answer must not be believed, None when it may. `sender` is who the mail is known to come from."""
    if meeting is None or answer.uid != meeting.uid:
        return _problem("unknown_uid", "The message speaks of a meeting that is not ours.", answer)
    if sender.lower() != meeting.attendee.lower():
        return _problem("not_invited", "The sender is not the person invited.", answer)
    if answer.method in {AnswerMethod.CANCEL, AnswerMethod.REQUEST}:
        return _problem("not_organizer", "Only we can change or cancel this meeting.", answer)
    if answer.attendee != sender.lower():
        return _problem("attendee_not_sender", "The message answers in somebody else's name.", answer)
    return _untimely(answer, meeting)


def answered(meeting: Meeting, answer: InviteAnswer) -> Meeting:
    """The meeting after a checked answer. A refresh or a delegation changes no state: a person looks."""
    change: dict[str, Any] = {"answered_at": answer.stamped_at or meeting.answered_at}
    match answer.method:
        case AnswerMethod.REPLY:
            change["partstat"] = answer.partstat or meeting.partstat
            change["state"] = _STATES.get(answer.partstat or Partstat.NEEDS_ACTION, meeting.state)
        case AnswerMethod.COUNTER:
            change["state"] = MeetingState.COUNTERED
        case AnswerMethod.REFRESH | AnswerMethod.CANCEL | AnswerMethod.REQUEST:
            return meeting
        case _:
            assert_never(answer.method)
    return meeting.model_copy(update=change)


def _untimely(answer: InviteAnswer, meeting: Meeting) -> CalendarProblem | None:
    """Problems of order: an older version, one never sent, an answer overtaken by a later one."""
    if answer.method is AnswerMethod.REFRESH:
        return None
    if answer.sequence < meeting.sequence:
        return _problem("old_sequence", "The message answers an earlier version of the invitation.", answer)
    if answer.sequence > meeting.sequence and answer.method is AnswerMethod.REPLY:
        return _problem("unsent_sequence", "The message answers an invitation we never sent.", answer)
    if meeting.state in OVER - {MeetingState.DECLINED}:
        return _problem("meeting_over", "The meeting is over or cancelled.", answer)
    if answer.stamped_at and meeting.answered_at and answer.stamped_at < meeting.answered_at:
        return _problem("overtaken", "A later answer has been taken already.", answer)
    return None


def _answer(calendar: "Calendar", sender: str, method: str) -> InviteAnswer:
    kind = _method(calendar, method)
    event = _one_event(calendar)
    uid = str(event.get("UID", "")).strip()
    if not uid or len(uid) > _LONGEST_UID:
        raise _Unusable("no_uid", "The calendar message does not say which meeting it means.")
    named = [bare(one) for one in people(event)]
    attendee = _who(named, sender)
    needs_person = kind in {AnswerMethod.REPLY, AnswerMethod.COUNTER}
    if needs_person and not attendee:
        raise _Unusable("no_attendee", "The calendar message does not say who answers.", uid)
    start, end = _times(event, uid, kind in {AnswerMethod.COUNTER, AnswerMethod.REQUEST})
    return InviteAnswer(
        method=kind,
        uid=uid,
        sequence=min(number(event.get("SEQUENCE", 0)), _MAX_SEQUENCE),
        attendee=attendee,
        organizer=bare(event.get("ORGANIZER", "")),
        partstat=_partstat(event, attendee, uid) if kind is AnswerMethod.REPLY else None,
        start=start,
        end=end,
        zone=_zone_of(event),
        summary=_clean(event.get("SUMMARY", "")),
        comment=_clean(event.get("COMMENT", "")),
        stamped_at=_stamp(event),
    )


def _method(calendar: "Calendar", given: str) -> AnswerMethod:
    said = str(calendar.get("METHOD", "") or given).strip().upper()
    try:
        return AnswerMethod(said)
    except ValueError as error:
        sentence = "The calendar message asks for nothing we know."
        raise _Unusable("unknown_method" if said else "no_method", sentence) from error


def _one_event(calendar: "Calendar") -> "Component":
    events = calendar.walk("VEVENT")
    uids = {str(event.get("UID", "")) for event in events}
    if not events:
        raise _Unusable("no_event", "The calendar message speaks of no meeting.")
    if len(uids) > 1:
        raise _Unusable("several_events", "The calendar message speaks of several meetings.")
    return events[0]


def _who(named: list[str], sender: str) -> str:
    """The one who answers: the only one named, or the sender when among them."""
    if len(set(named)) == 1:
        return named[0]
    return sender if sender in named else ""


def _partstat(event: "Component", attendee: str, uid: str) -> Partstat:
    said = [str(one.params.get("PARTSTAT", "")).upper() for one in people(event) if bare(one) == attendee]
    try:
        answer = Partstat(said[-1])
    except ValueError as error:
        raise _Unusable("no_partstat", "The answer says neither yes, no nor perhaps.", uid) from error
    if answer is Partstat.NEEDS_ACTION or len(set(said)) > 1:
        raise _Unusable("no_partstat", "The answer says neither yes, no nor perhaps.", uid)
    return answer


def _times(event: "Component", uid: str, wanted: bool) -> tuple[datetime | None, datetime | None]:
    """Start and end; where a time is proposed it must be a single exact one."""
    try:
        value = event["DTSTART"].dt if "DTSTART" in event else None
        start = utc(value) if value is not None else None
        end = end_of(event, start)
    except PARSER_ERRORS:
        value = start = end = None
    if wanted:
        _insist(event, value, start, uid)
    if start is None or start.year not in _YEARS:
        return None, None
    return start, end if end is not None and end > start else None


def _insist(event: "Component", value: Any, start: datetime | None, uid: str) -> None:
    if value is None:
        raise _Unusable("no_time", "The message proposes no time that can be read.", uid)
    if not isinstance(value, datetime):
        raise _Unusable("whole_day", "The message proposes a whole day, not a time.", uid)
    if start is None:
        known = "TZID" in event["DTSTART"].params
        code, what = ("unknown_zone", "an unknown") if known else ("no_zone", "no")
        raise _Unusable(code, f"The proposed time is in {what} time zone.", uid)
    if start.year not in _YEARS:
        raise _Unusable("absurd_time", "The proposed time is not in this century.", uid)
    if "RRULE" in event or "RDATE" in event:
        raise _Unusable("recurring", "The message proposes a series, not one meeting.", uid)


def _zone_of(event: "Component") -> str:
    start = event.get("DTSTART")
    return str(getattr(start, "params", {}).get("TZID", ""))[:100]


def _stamp(event: "Component") -> datetime | None:
    try:
        found = utc(event["DTSTAMP"].dt) if "DTSTAMP" in event else None
    except PARSER_ERRORS:
        return None
    return found if found is not None and found.year in _YEARS else None


def _clean(value: Any) -> str:
    """Free text without control characters, clipped; several values are joined."""
    text = " ".join(str(one) for one in value) if isinstance(value, list) else str(value)
    kept = "".join(c if c == "\n" or unicodedata.category(c)[0] != "C" else " " for c in text)
    return kept[:_LONGEST_TEXT].strip()


def _problem(code: str, sentence: str, answer: InviteAnswer) -> CalendarProblem:
    return CalendarProblem(code=code, sentence=sentence, where=answer.uid)
