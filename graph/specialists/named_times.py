"""The times a mail names, held against the calendar: theirs that are free, ours that are gone. Reads only."""

from dataclasses import replace
from datetime import datetime

from domain.replies import ReplyKind, ReplyReading
from graph.desk import Desk
from graph.specialists.next_step import chosen
from graph.specialists.reply_case import Case

MOST_NAMED = 3  # times of theirs that are looked up
MEETING = frozenset(
    {ReplyKind.POSITIVE, ReplyKind.MEETING_ACCEPT, ReplyKind.MEETING_COUNTER, ReplyKind.MEETING_CANCEL}
)


async def looked_up(desk: Desk, case: Case, reading: ReplyReading) -> Case:
    """The case with what the calendar says of the times they take or name."""
    if desk.calendar is None or not MEETING & set(reading.kinds):
        return case
    lead = replace(case.lead, gone=await _gone(desk, case, reading))
    return replace(case, lead=replace(lead, open_time=await _open_time(desk, case, reading)))


async def _gone(desk: Desk, case: Case, reading: ReplyReading) -> datetime | None:
    """The time of ours that they take, when somebody else has it by now."""
    slot = chosen(reading, case.lead)
    if slot is None or slot == case.lead.meeting_at or await _free(desk, case, slot):
        return None
    return slot


async def _open_time(desk: Desk, case: Case, reading: ReplyReading) -> datetime | None:
    """The first exact time of their own that is free; not one of ours, which is taken or turned down."""
    known = {*case.choices, case.lead.meeting_at}
    named = (one.start for one in reading.times if one.exact and one.start > case.lead.now)
    for at in [one for one in named if one not in known][:MOST_NAMED]:
        if await _free(desk, case, at):
            return at
    return None


async def _free(desk: Desk, case: Case, at: datetime) -> bool:
    assert desk.calendar is not None
    country = case.account.country if case.account else ""
    return await desk.calendar.fits(at, case.zone, country, contact_id=case.contact.id)
