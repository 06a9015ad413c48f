"""What people answer to invitations: accepted, declined, another time – checked, stored, and put into the calendar."""

from dataclasses import dataclass
from typing import Any

from domain.errors import RainmakerError
from domain.leads import LeadState
from domain.mail import Authenticated, InboundMail
from domain.meetings import CalendarProblem, InviteAnswer, Meeting, MeetingState
from runtime.store import inbound, meetings, threads
from service.bootstrap import House

_OTHER_TIME = frozenset({MeetingState.DECLINED, MeetingState.COUNTERED})
_MOST_DECLINED = 1  # meetings one person turned down before a person looks


@dataclass(frozen=True)
class Taken:
    """What became of a calendar mail. `other_time`: they want one, so the mail is handled like a reply in words."""

    state: str
    detail: str
    other_time: bool = False


async def take_answer(house: House, row: dict[str, Any]) -> Taken:
    """Take one calendar mail: believed or not, stored, and noted in the calendar."""
    mail = InboundMail.model_validate(row["body"])
    sender = mail.sender.address.lower() if mail.sender else ""
    if mail.authenticated is Authenticated.NO:
        return _waits("Its sender is not who From says; the invitation was left as it is.")
    for part in mail.calendar:
        read = await _read(part.text, sender, part.method)
        if isinstance(read, CalendarProblem):
            return _waits(read.sentence)
        return await _answered(house, read, sender)
    return _waits("It holds no calendar entry that can be read.")


def _waits(why: str) -> Taken:
    return Taken(inbound.WAITING, why)


async def _read(text: str, sender: str, method: str) -> InviteAnswer | CalendarProblem:
    from tools.read.calendar.answers import read_answer

    return read_answer(text, sender=sender, method=method)


async def _answered(house: House, answer: InviteAnswer, sender: str) -> Taken:
    from tools.read.calendar.answers import answered, check_answer

    async with house.database.read() as tx:
        row = await meetings.one(tx, answer.uid)
    meeting = meetings.of(row) if row else None
    problem = check_answer(answer, meeting, sender)
    if problem is not None or meeting is None or row is None:
        return _waits(problem.sentence if problem else "There is no such meeting.")
    now_is = answered(meeting, answer)
    noted = await _in_calendar(house, now_is)
    said = f"They answered the invitation: {now_is.state}."
    async with house.database.write() as tx:
        await meetings.keep(tx, now_is, said, await house.clock.now())
        declined = await meetings.count(tx, now_is.contact_id, MeetingState.DECLINED)
        if now_is.state is MeetingState.CANCELLED and row["thread_id"]:
            await threads.change(tx, row["thread_id"], state=str(LeadState.HANDED), reason=said)
    detail = f"{said} {noted}".strip()
    if now_is.state in _OTHER_TIME and declined <= _MOST_DECLINED and not noted:
        return Taken(inbound.HANDLED, detail, other_time=True)
    waits = noted or now_is.state in _OTHER_TIME or now_is.state is MeetingState.CANCELLED
    return _waits(detail) if waits else Taken(inbound.HANDLED, detail)


async def _in_calendar(house: House, meeting: Meeting) -> str:
    """Note the answer in the calendar; why it could not be, or nothing."""
    if house.calendar is None:
        return ""
    try:
        await house.calendar.booking().note_answer(meeting)
    except RainmakerError as error:
        return f"The calendar does not show it yet: {error.message}"
    return ""
