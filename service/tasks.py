"""Tasks as use cases: the list, closing one, asking whether a meeting was held, and whether one ahead still stands."""

import logging
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import suppression
from domain.actions import AddTask
from domain.decisions import Actor
from domain.ids import derived
from graph.specialists.deal_steps import person_named
from graph.specialists.deal_views import task_json
from graph.specialists.office import office_of
from graph.specialists.task_steps import held_task_id
from runtime.store import crm, deal_history, deals, meetings, people
from runtime.store.due import DueRow
from service.bootstrap import House
from service.deal_tasks import DEAL, propose_task
from service.timetable import Worked
from service.turns import handle_signal

log = logging.getLogger(__name__)


async def listing(house: House) -> list[dict[str, Any]]:
    """Open tasks, the most urgent first."""
    now = await house.clock.now()
    async with house.database.read() as tx:
        return [await task_json(tx, row, now) for row in await deals.open_tasks(tx)]


async def finish(house: House, task_id: str, result: str, actor: Actor) -> dict[str, Any]:
    """Close a task. The answer "held" marks the meeting and tells the deal specialist.

    Raises:
        Correctable: unknown_task, task_closed, unclear_result, not_over.
    """
    args = {"id": task_id, "result": result}
    done = await handle_signal(house, "task_done", args, actor=actor, lenient=True)
    outcome = done.outcome
    moved = any(one["kind"] == "move_deal" for one in outcome)
    if done.data.get("meeting") and done.data["result"] == "held" and not moved:
        signal = {"meeting_id": done.data["meeting"]}
        outcome = (
            outcome + (await handle_signal(house, "meeting_held", signal, actor=DEAL, lenient=True)).outcome
        )
    return {**done.data, "state": "done", "text": done.answer, "proposals": outcome}


async def ask_whether_held(house: House, due_row: DueRow) -> Worked:
    """Put "Was the meeting held?" before the owner for every meeting whose time is over, once each."""
    now = await house.clock.now()
    async with house.database.read() as tx:
        over = [
            row for row in await meetings.past(tx, now) if not due_row.subject or row["id"] == due_row.subject
        ]
        new = [row for row in over if not await deal_history.task_wanted(tx, held_task_id(row["id"]))]
    for row in new:
        async with house.database.write() as tx:
            if not await deal_history.task_wanted(tx, held_task_id(row["id"])):
                await propose_task(tx, house, await _question(tx, house, row), cause=row["id"], now=now)
    return Worked(counts={"decisions": len(new)}, detail=f"{len(new)} meetings asked about")


async def ask_whether_it_stands(house: House, due_row: DueRow) -> Worked:
    """Put every meeting ahead with somebody who wants no more mail before the owner, once each.

    No word about it can be sent to them, so whether they come is for a person to find out.
    """
    now, asked = await house.clock.now(), 0
    async with house.database.read() as tx:
        ahead = [row for row in await meetings.live(tx) if row["starts_at"] > now]
    for row in ahead:
        async with house.database.write() as tx:
            task_id = derived("tsk", "stands", row["id"])
            why = await _unreachable(tx, house, row["contact_id"])
            if why and not await deal_history.task_wanted(tx, task_id):
                await propose_task(
                    tx, house, await _doubt(tx, row, task_id, why, now), cause=row["id"], now=now
                )
                asked += 1
    return Worked(counts={"decisions": asked}, detail=f"{asked} meetings ahead asked about")


async def _unreachable(tx: AsyncConnection, house: House, contact_id: str) -> str | None:
    """Why nothing may be sent to a person; None when it may, or when nobody knows their address."""
    contact = await crm.contact(tx, contact_id)
    if contact is None or not contact.email:
        return None
    return await people.suppressed(tx, suppression.hashes_of(house.terms.salt, contact.email))


async def _doubt(
    tx: AsyncConnection, meeting: dict[str, Any], task_id: str, why: str, now: datetime
) -> AddTask:
    return AddTask(
        task_id=task_id,
        about=meeting["id"],
        title=f"Does the meeting with {await person_named(tx, meeting['contact_id'])} still stand?",
        due_at=now,
        why=f"It is planned for {meeting['starts_at']:%d %B %Y, %H:%M} UTC and they get no mail any more ({why}). "
        "Nobody wrote to them about it: ask by other means, or cancel it in the calendar.",
    )


async def _question(tx: AsyncConnection, house: House, meeting: dict[str, Any]) -> AddTask:
    now = await house.clock.now()
    person = await person_named(tx, meeting["contact_id"])
    return AddTask(
        task_id=held_task_id(meeting["id"]),
        about=meeting["id"],
        title=f"Was the meeting with {person} held?",
        due_at=office_of(house.settings).next_moment(now),
        why=f"It was to end on {meeting['ends_at']:%d %B %Y, %H:%M} UTC. Answer held, no-show or cancelled.",
    )
