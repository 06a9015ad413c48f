"""Task steps: what a person has to do today, and what came of it. A held meeting may open a deal by proposal."""

from datetime import datetime, timedelta
from typing import Any, Literal

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import Correctable
from domain.ids import derived
from domain.meetings import MeetingState
from graph.desk import Desk
from graph.specialists.deal_plan import office_at
from graph.specialists.deal_steps import EventArgs, consider_deal, follow_deal
from graph.specialists.deal_views import deal_list, task_json, task_line
from graph.state import StepResult
from language.port import Shown
from runtime.store import audit, crm, deals, meetings
from tools.catalog import Args, tool
from tools.read.calendar.zones import zone_named

Outcome = Literal["held", "no_show", "cancelled"]
_WORDS: dict[str, Outcome] = {
    "held": "held",
    "yes": "held",
    "took place": "held",
    "happened": "held",
    "done": "held",
    "no-show": "no_show",
    "no_show": "no_show",
    "noshow": "no_show",
    "no show": "no_show",
    "nobody came": "no_show",
    "did not come": "no_show",
    "cancelled": "cancelled",
    "canceled": "cancelled",
    "called off": "cancelled",
}
_RIGHT = frozenset({"owner", "manager", "rep"})


class TasksArgs(Args):
    """Which tasks."""

    today: bool = Field(True, description="Only what is due by the end of today.")


class FinishArgs(Args):
    """A task, or the meeting with somebody, and what came of it."""

    id: str = Field("", max_length=60, description="Task id; empty when `about` names a meeting.")
    about: str = Field("", max_length=120, description="Whom the meeting was with: a person or company.")
    result: str = Field(
        "done", min_length=1, max_length=500, description="held, no-show, cancelled, or words."
    )


@tool("deal", TasksArgs)
async def list_tasks(desk: Desk, args: TasksArgs) -> StepResult:
    """List what a person should do: tasks and next steps of deals that are due, the most urgent first."""
    now = await desk.clock.now()
    until = _end_of_day(now, office_at(desk).zone) if args.today else None
    async with desk.database.read() as tx:
        rows = [await task_json(tx, row, now) for row in await _open(tx, until)]
        steps = [row for row in await deal_list(tx, now) if until is None or _at(row) < until]
    lines = [f"{number}. {task_line(row)}" for number, row in enumerate(rows, 1)]
    lines += [f"- {row['account']}: {row['next_step']}, {_at(row):%d %B}" for row in steps]
    return StepResult(
        text="\n".join(lines) or f"Nothing is due{' today' if args.today else ''}.",
        shown=tuple(
            Shown(kind="task", id=row["id"], label=row["with"] or row["title"], position=number)
            for number, row in enumerate(rows, 1)
        ),
        data={"tasks": rows, "next_steps": steps},
    )


def _at(row: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(row["next_step_at"])


def _end_of_day(now: datetime, zone: str) -> datetime:
    local = now.astimezone(zone_named(zone)) + timedelta(days=1)
    return local.replace(hour=0, minute=0, second=0, microsecond=0)


async def _open(tx: AsyncConnection, until: datetime | None) -> list[dict[str, Any]]:
    return [row for row in await deals.open_tasks(tx) if until is None or row["due_at"] < until]


@tool("deal", FinishArgs, effect="propose", undo="open a new task")
async def finish_task(desk: Desk, args: FinishArgs) -> StepResult:
    """Close a task with its result; for a meeting say held, no-show or cancelled."""
    if desk.actor.kind != "user" or desk.actor.role not in _RIGHT:
        raise Correctable("Only a person says what came of a task.", code="person_needed", where=args.id)
    now = await desk.clock.now()
    async with desk.database.write() as tx:
        task, meeting = await _meant(tx, args, now)
        outcome = outcome_in(args.result) if meeting is not None else None
        if meeting is not None and outcome is None:
            raise Correctable(
                "Say whether the meeting was held.",
                code="unclear_result",
                where=args.result[:60],
                hint="held, no-show or cancelled.",
            )
        if task is not None:
            await _close(tx, desk, task, outcome or args.result, now)
        if meeting is not None and outcome is not None:
            await _mark(tx, desk, meeting, outcome, now)
    data = {
        "id": task["id"] if task else "",
        "result": outcome or args.result,
        "meeting": meeting["id"] if meeting else "",
    }
    if meeting is None or outcome != "held":
        return StepResult(text="The task is done.", data=data)
    event = EventArgs(meeting_id=meeting["id"])
    opened = await consider_deal.run(desk, event)
    if not opened.wanted:  # there is a deal: the meeting may be what it still needed
        opened = await follow_deal.run(desk, event)
    return opened.model_copy(
        update={"text": f"The meeting is marked as held. {opened.text}".strip(), "data": opened.data | data}
    )


def outcome_in(words: str) -> Outcome | None:
    """What somebody says about a meeting, None when it says nothing clear."""
    return _WORDS.get(" ".join(words.casefold().strip(" .!").split()))


async def _meant(
    tx: AsyncConnection, args: FinishArgs, now: datetime
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The task and the meeting that are meant; at least one of them.

    Raises:
        Correctable: unknown_task, task_closed, which_meeting, not_over.
    """
    if args.id:
        task = await deals.task(tx, args.id)
        if task is None:
            raise Correctable(
                f"There is no task {args.id[:60]}.", code="unknown_task", where=args.id, hint="See `tasks`."
            )
        if task["state"] != "open":
            raise Correctable("This task is closed already.", code="task_closed", where=args.id)
        meeting = await meetings.one(tx, task["about"]) if task["id"] == held_task_id(task["about"]) else None
        return task, meeting
    meeting = await _meeting_with(tx, args.about, now)
    task = await deals.task(tx, held_task_id(meeting["id"]))
    return (task if task and task["state"] == "open" else None), meeting


async def _meeting_with(tx: AsyncConnection, whom: str, now: datetime) -> dict[str, Any]:
    begun = [row for row in await meetings.live(tx) if row["starts_at"] <= now]
    wanted = set(whom.casefold().split())
    found = []
    for row in begun:
        names = await crm.contact_names(tx, [row["contact_id"]])
        words = set(names.get(row["contact_id"], "").casefold().replace(",", " ").split())
        if wanted and wanted <= words:
            found.append(row)
    if len(found) != 1:
        count = "More than one meeting" if found else "No meeting that has begun"
        raise Correctable(
            f"{count} with “{whom[:60]}” waits for an answer.",
            code="which_meeting",
            where=whom[:60],
            hint="See `rainmaker tasks` and use the task's id.",
        )
    return found[0]


async def _close(tx: AsyncConnection, desk: Desk, task: dict[str, Any], result: str, now: datetime) -> None:
    if not await deals.close_task(tx, task["id"], "done", desk.actor.name, result, now):
        raise Correctable("This task is closed already.", code="task_closed", where=task["id"])
    await audit.append(
        tx, at=now, kind="task_done", subject=task["id"], by=desk.actor.name, body={"about": task["about"]}
    )


async def _mark(
    tx: AsyncConnection, desk: Desk, meeting: dict[str, Any], outcome: Outcome, now: datetime
) -> None:
    """Note how a meeting ended; one that somebody settled otherwise stays."""
    if meeting["state"] == outcome:
        return
    if meeting["ends_at"] > now and outcome == "held":
        raise Correctable("This meeting is not over yet.", code="not_over", where=meeting["id"])
    if not await meetings.change(tx, meeting["id"], meetings.LIVE, state=outcome):
        raise Correctable(
            f"This meeting is {meeting['state']} already.", code="meeting_settled", where=meeting["id"]
        )
    ended = meetings.of(meeting).model_copy(update={"state": MeetingState(outcome)})
    await meetings.keep(tx, ended, f"{outcome.replace('_', '-')}, says {desk.actor.name}", now)
    await audit.append(
        tx, at=now, kind=f"meeting_{outcome}", subject=meeting["id"], by=desk.actor.name, body={}
    )


def held_task_id(meeting_id: str) -> str:
    """The task that asks whether a meeting was held: one a meeting."""
    return derived("tsk", "held", meeting_id)


TOOLS = (list_tasks, finish_task)
