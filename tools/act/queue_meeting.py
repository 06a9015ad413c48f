"""An approved meeting, or a change of one, in our records; the effector writes the calendar and invites."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy.terms import Terms
from domain.actions import BookMeeting, ChangeMeeting
from domain.errors import Correctable
from domain.meetings import Meeting, MeetingState, Slot
from runtime.store import crm, meetings


async def plan_meeting(
    tx: AsyncConnection, action: BookMeeting, *, decision_id: str, terms: Terms, now: datetime
) -> None:
    """Store the meeting before anything of it is outside. Doing it twice is fine.

    Raises:
        Correctable: unknown_contact.
    """
    if await meetings.one(tx, action.meeting_id) is not None:
        return
    contact = await crm.contact(tx, action.contact_id)
    if contact is None:
        raise Correctable("The person to meet is not in the CRM.", code="unknown_contact")
    meeting = Meeting(
        id=action.meeting_id,
        contact_id=contact.id,
        account_id=contact.account_id,
        subject=action.subject,
        description=action.body,
        organizer=terms.sender,
        organizer_name=terms.sender_name,
        attendee=contact.email,
        attendee_name=contact.name,
        slot=Slot(
            start=action.starts_at,
            end=action.starts_at + timedelta(minutes=action.minutes),
            zone=contact.zones[0] if contact.zones else "UTC",
        ),
        state=MeetingState.OFFERED,
    )
    await meetings.make(tx, meeting, thread_id=action.thread_id, decision_id=decision_id, made_at=now)


async def changed_meeting(tx: AsyncConnection, action: ChangeMeeting) -> Meeting:
    """The meeting as it shall be: at another time, or called off.

    Raises:
        Correctable: unknown_meeting.
    """
    row = await meetings.one(tx, action.meeting_id)
    if row is None:
        raise Correctable("There is no such meeting.", code="unknown_meeting", where=action.meeting_id)
    meeting = meetings.of(row)
    if meeting.sequence >= action.sequence:
        return meeting  # changed before
    if action.starts_at is None:
        return meeting.cancelled()
    length = meeting.slot.end - meeting.slot.start
    return meeting.moved_to(
        Slot(start=action.starts_at, end=action.starts_at + length, zone=meeting.slot.zone)
    )
