"""Tasks as use cases: the list, closing one, and asking whether a meeting that is over was held."""

import logging
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.actions import AddTask
from domain.decisions import Actor
from graph.specialists.deal_steps import person_named
from graph.specialists.deal_views import task_json
from graph.specialists.office import office_of
from graph.specialists.task_steps import held_task_id
from runtime.store import deal_history, deals, meetings
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
