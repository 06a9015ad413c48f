"""After a meeting whose end was told: one mail is planned and then written, at once for a missed one, later for a held.

What is written, and whether, is the specialist's and the gate's business.
"""

from datetime import timedelta

from domain.decisions import Actor
from domain.meetings import MeetingState
from graph.specialists.office import office_of
from runtime.store import meetings
from runtime.store.due import DueRow
from service.bootstrap import House
from service.timetable import Worked, plan
from service.turns import handle_signal

SYSTEM = Actor(kind="system", name="system")
_LONG_AGO = timedelta(days=14)  # a meeting told of so late gets no mail any more
_DAYS = {MeetingState.HELD: 1, MeetingState.NO_SHOW: 0}  # working days from when it is told to the mail


async def plan_mails(house: House, due_row: DueRow) -> Worked:
    """Plan the one mail after every meeting that was held or missed."""
    now, office = await house.clock.now(), office_of(house.settings)
    async with house.database.read() as tx:
        rows = await meetings.settled(tx, list(_DAYS), now - _LONG_AGO)
    planned = 0
    for row in rows:
        at = office.in_days(now, _DAYS[MeetingState(row["state"])])
        key = f"after_meeting:{row['id']}"
        async with house.database.write() as tx:
            planned += await plan(tx, "after_meeting", key, at, subject=row["id"], cause=row["id"])
    return Worked(detail=f"{planned} mails after meetings planned")


async def write_mail(house: House, due_row: DueRow) -> Worked:
    """Let the specialist propose the mail after one meeting."""
    args = {"meeting_id": due_row.subject}
    done = await handle_signal(house, "meeting_settled", args, actor=SYSTEM, lenient=True)
    return Worked(counts={"decisions": len(done.outcome)}, detail=done.answer)
