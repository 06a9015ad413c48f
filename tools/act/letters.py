"""What a claimed intent becomes just before it leaves: its text, what it answers, the invitation it carries.

A meeting is written into the calendar here, before its invitation leaves; doing that twice changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.actions import AnswerMail, BookMeeting, ChangeMeeting, Letter, Mail, NotifyOwner
from domain.decisions import OutboxState
from domain.errors import Correctable
from domain.leads import LeadState
from domain.meetings import Meeting, MeetingState, Slot
from runtime.store import decisions, inbound, meetings, outbox, threads
from runtime.store.engine import Database
from tools.act.queue_meeting import changed_meeting

if TYPE_CHECKING:
    from tools.act.booking import Kept
    from tools.act.invite import InvitePart

MOST_REFERENCES = 20


class Hands(Protocol):
    """Writes meetings into the calendar; `tools.act.booking.Booking` is one."""

    async def book(self, meeting: Meeting) -> "Kept":
        """Put it there, once."""
        ...

    async def move(self, meeting: Meeting, slot: Slot) -> "Kept":
        """Put it at another time."""
        ...

    async def cancel(self, meeting: Meeting) -> "Kept":
        """Call it off."""
        ...


@dataclass(frozen=True)
class Prepared:
    """A text ready to be composed."""

    subject: str
    body: str
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    invite: "tuple[InvitePart, ...]" = ()


async def prepare(action: Letter, database: Database, hands: Hands | None, now: datetime) -> Prepared:
    """The letter of an action.

    Raises:
        Correctable: no_calendar, slot_taken, unknown_meeting and what the calendar said.
        Retryable: the calendar cannot be reached.
    """
    if isinstance(action, AnswerMail):
        return await _answer(action, database)
    if isinstance(action, Mail):
        return Prepared(action.subject, action.body)
    if isinstance(action, NotifyOwner):
        return Prepared(action.subject, action.text)
    if hands is None:
        raise Correctable("No calendar is set.", code="no_calendar", where="RAINMAKER_CALDAV_URL")
    return await _invitation(action, database, hands, now)


def answer_subject(subject: str) -> str:
    """The subject line of an answer: the mark is set here, once, and never by a writer."""
    return subject if subject[:3].lower() == "re:" else f"Re: {subject}"


async def _answer(action: AnswerMail, database: Database) -> Prepared:
    async with database.read() as tx:
        row = await inbound.one(tx, action.inbound_id)
    text = Prepared(answer_subject(action.subject), action.body)
    if row is None or not row["message_id"]:
        return text
    before = [str(one) for one in row["body"].get("references", ())][-MOST_REFERENCES:]
    references = tuple(dict.fromkeys((*before, row["message_id"])))
    return replace(text, in_reply_to=row["message_id"], references=references)


async def _invitation(
    action: BookMeeting | ChangeMeeting, database: Database, hands: Hands, now: datetime
) -> Prepared:
    from tools.act.invite import invite_parts

    async with database.read() as tx:
        row = await meetings.one(tx, action.meeting_id)
        if row is None:
            raise Correctable("There is no such meeting.", code="unknown_meeting", where=action.meeting_id)
        before = meetings.of(row)
        wanted = await changed_meeting(tx, action) if isinstance(action, ChangeMeeting) else before
    kept = await _kept(before, wanted, hands)
    async with database.write() as tx:
        await meetings.keep(tx, kept, "in the calendar", now)
    if isinstance(action, BookMeeting):
        return Prepared(action.subject, action.body, invite=invite_parts(kept, now))
    off = kept.state is MeetingState.CANCELLED
    subject = f"{'Cancelled' if off else 'New time'}: {kept.subject}"
    body = "The meeting is cancelled." if off else "The meeting has a new time; the invitation is attached."
    return Prepared(subject, body, invite=invite_parts(kept, now))


async def _kept(before: Meeting, wanted: Meeting, hands: Hands) -> Meeting:
    if wanted.state is MeetingState.CANCELLED:
        return (await hands.cancel(before)).meeting
    if wanted.sequence > before.sequence:
        return (await hands.move(before, wanted.slot)).meeting
    return (await hands.book(before)).meeting


async def letter_left(tx: AsyncConnection, action: Letter, state: OutboxState, now: datetime) -> None:
    """What follows in our records once a letter left, or certainly did not."""
    if isinstance(action, AnswerMail) and state is OutboxState.SENT:
        await meetings.offers_sent(tx, action.thread_id)
        await threads.change(tx, action.thread_id, last_out_at=now)
    if isinstance(action, BookMeeting | ChangeMeeting) and state is OutboxState.FAILED:
        row = await meetings.one(tx, action.meeting_id)
        if row is not None and _not_in_calendar(action, row):
            await _given_up(tx, action, row, now)


def _not_in_calendar(action: BookMeeting | ChangeMeeting, row: Mapping[str, Any]) -> bool:
    """True when the calendar never took it; else only the invitation did not leave."""
    if isinstance(action, BookMeeting):
        return bool(row["state"] == MeetingState.OFFERED)
    return meetings.of(row).sequence < action.sequence


async def _given_up(
    tx: AsyncConnection, action: BookMeeting | ChangeMeeting, row: Mapping[str, Any], now: datetime
) -> None:
    """The calendar said no: the mail that asked for it is read once more, and its writer hears of other times.

    A second no to the same mail is a person's business, so that nobody goes round in circles.
    """
    first = isinstance(action, BookMeeting) or action.sequence == meetings.of(row).sequence + 1
    if isinstance(action, BookMeeting):
        given_up = meetings.of(row).model_copy(update={"state": MeetingState.CANCELLED})
        await meetings.keep(tx, given_up, "It could not be booked.", now)
    why = "The time they took could not be booked."
    intent = await outbox.by_key(tx, action.key)
    decision = await decisions.decision(tx, intent["decision_id"]) if intent else None
    cause = decision.proposal.cause if decision else ""
    to = inbound.NEW if first else inbound.WAITING
    moved = await inbound.settle(tx, cause, [inbound.HANDLED], to, detail=why)
    state = LeadState.REPLIED if moved and first else LeadState.HANDED
    await threads.change(tx, row["thread_id"], state=str(state), reason=why)
