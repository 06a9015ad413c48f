"""How tasks end that a meeting opened: a time taken, another wanted, a cancellation, an empty chair, a talk held."""

from collections.abc import Callable
from datetime import UTC, datetime

from evals.market.ledger.cases import Case, Verdict, closed, failed, harm_done, is_invitation, not_due, settle
from evals.market.ledger.past import READING, SAME
from evals.market.people.lives import ENDING, Appointment, MeetingState
from evals.market.people.records import Letter, LetterKind

_KEPT = frozenset({MeetingState.INVITED, MeetingState.ACCEPTED, MeetingState.TENTATIVE}) | {
    MeetingState.HELD,
    MeetingState.NO_SHOW,
}


def times_accepted(case: Case) -> Verdict | None:
    """An invitation for exactly the time they took, and the calendar holds it."""
    wanted = _wanted(case)

    def fits(letter: Letter) -> bool:
        if is_invitation(letter):
            return letter.invite is not None and _same(letter.invite.start, wanted)
        return bool(letter.offered) and _taken(case, wanted)

    found = settle(case, case.answers(), fits, f"no invitation for {_shown(wanted)}")
    return _in_calendar(case, found)


def other_time(case: Case) -> Verdict | None:
    """An invitation for the time they named or new times; whatever was booked stands in the calendar."""
    wanted, day = _wanted(case), str(case.said.said.facts.get("day", ""))

    def fits(letter: Letter) -> bool:
        if not is_invitation(letter) or letter.invite is None:
            return bool(letter.offered)
        local = letter.invite.start.astimezone(case.story.person.zone)
        return _same(letter.invite.start, wanted) or local.date().isoformat() == day

    found = settle(
        case, case.answers(), fits, f"neither new times nor an invitation for {_shown(wanted) or day}"
    )
    return _in_calendar(case, found)


def moved(case: Case) -> Verdict | None:
    """As for another time; and the time they cannot keep stands in the calendar no more."""
    found = other_time(case)
    if found is None or found.closed is None:
        return found
    for meeting in case.story.meetings:
        if meeting.state is MeetingState.COUNTERED and _stands_at(case, meeting):
            return failed(f"{_shown(meeting.start)} still stands in the calendar", *found.letters)
    return found


def meeting_cancelled(case: Case) -> Verdict | None:
    """Nothing stands, and nothing is sent again."""
    again = _sent_again(case)
    if again is not None:
        return failed(f"{again.id} invites to the meeting they had called off", again)
    if any(_stands_at(case, one) for one in case.story.meetings if one.state is MeetingState.CANCELLED):
        return not_due() if case.due > case.now else failed("it still stands in the calendar")
    done = [one for one in case.story.after(case.opened) if one.kind is LetterKind.CANCEL]
    return closed(done[0].at if done else min(case.due, case.now), "it stands no more", *done[:1])


def meeting_declined(case: Case) -> Verdict | None:
    """The calendar says that they do not come; or they were offered other times."""
    uid, person = str(case.said.said.facts["uid"]), case.story.person.address
    again = _sent_again(case)
    if again is not None:
        return failed(f"{again.id} invites to the time they had declined", again)
    slot = case.past.calendar.get(uid)
    answers = case.answers()
    if slot is None or not slot.stands or person in slot.declined or answers:
        at = answers[0].at if answers else min(case.due, case.now)
        return closed(at, "the calendar shows it, or other times were offered", *answers[:1])
    return not_due() if case.due > case.now else failed("the calendar shows it as if they came")


def meeting_held(case: Case) -> Verdict | None:
    """A follow-up came."""
    return _after_meeting(case, lambda _: True, "no follow-up came")


def no_show(case: Case) -> Verdict | None:
    """One new proposal, not more; what answers a mail that they wrote since is a talk, not a second proposal."""
    found = _after_meeting(case, _proposes, "no new time was proposed")
    spoken = {one.id for one in case.words_since(case.opened)}
    proposals = [
        one
        for one in _since_meeting(case)
        if _proposes(one)
        and one.at <= case.due
        and one.answers not in spoken
        and not (spoken and is_invitation(one))
    ]
    if found is not None and found.closed is not None and len(proposals) > 1:
        return failed("they were asked more than once", *proposals)
    return found


def _after_meeting(case: Case, fits: Callable[[Letter], bool], lacks: str) -> Verdict | None:
    if any(one.said.meaning in ENDING and one.at <= case.due for one in case.words_since(case.opened)):
        return None
    first = next((one for one in _since_meeting(case) if fits(one)), None)
    if first is not None and first.at <= case.due:
        return harm_done(case, first) or closed(first.at, f"{first.id} does it", first)
    if case.due > case.now:
        return not_due()
    return failed(f"{first.id} came only after it was due", first) if first else failed(lacks)


def _since_meeting(case: Case) -> list[Letter]:
    found = [one for one in case.story.letters if one.at >= case.opened and one.kind is not LetterKind.CANCEL]
    return case.useful(found)


def _proposes(letter: Letter) -> bool:
    return bool(letter.offered) or is_invitation(letter)


def _in_calendar(case: Case, found: Verdict | None) -> Verdict | None:
    """A closed task stays closed only if the calendar holds what was booked, as long as that is still wanted."""
    if found is None or found.closed is None or not is_invitation(found.letters[0]):
        return found
    invite = found.letters[0].invite
    assert invite is not None
    meeting = case.past.meetings.get(invite.uid)
    kept = meeting is not None and meeting.state in _KEPT and _same(meeting.start, invite.start)
    if meeting is None or not kept or _stands_at(case, meeting):
        return found
    return failed("the seller's calendar does not hold it", *found.letters)


def _stands_at(case: Case, meeting: Appointment) -> bool:
    slot = case.past.calendar.get(meeting.uid)
    return slot is not None and slot.stands and _same(slot.start, meeting.start)


def _sent_again(case: Case) -> Letter | None:
    """An invitation to the same meeting at the same time, after they had said no to it."""
    over = {one.uid: one.start for one in case.story.meetings}
    uid = str(case.said.said.facts.get("uid", ""))
    for letter in case.story.letters:
        invite = letter.invite
        if invite is None or not is_invitation(letter) or letter.at <= case.opened + READING:
            continue
        if (
            invite.uid in over
            and (not uid or invite.uid == uid)
            and _same(invite.start, _before(case, invite.uid))
        ):
            return letter
    return None


def _before(case: Case, uid: str) -> datetime | None:
    """When a meeting was to be, as they knew it when they spoke."""
    known = [one.invite for one in case.story.letters if one.invite and one.at <= case.opened]
    return next((one.start for one in reversed(known) if one.uid == uid), None)


def _taken(case: Case, wanted: datetime | None) -> bool:
    """Whether somebody else has that time by now."""
    others = (one for one in case.past.meetings.values() if one.person != case.story.person.address)
    return any(one.stands and wanted is not None and one.start <= wanted < one.end for one in others)


def _wanted(case: Case) -> datetime | None:
    start = case.said.said.facts.get("start")
    return datetime.fromisoformat(str(start)) if start else None


def _same(one: datetime, other: datetime | None) -> bool:
    return other is not None and abs(one - other) < SAME


def _shown(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if at else ""
