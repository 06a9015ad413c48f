"""Tasks that a deal's health asks a person for: what, why, and once for the same event. Through the gate."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import approvals
from domain.actions import AddTask
from domain.decisions import Actor, Verdict
from domain.ids import derived
from domain.labels import Integrity, Label
from graph.specialists.office import office_of
from learning.deal_health import Health, Signal
from runtime.store import deal_history, deals
from service.bootstrap import House
from service.carrying_out import carry_out, decide_on

DEAL = Actor(kind="agent", name="deal")
OWN_RECORDS = Label(integrity=Integrity.AGENT, origin="deal")
_TITLES = {
    "no_reply": "Call {person} at {account}: they do not answer",
    "next_step_overdue": "{account}: do what was planned, or plan anew",
    "no_decider": "Find out who decides at {account}",
    "no_show": "Offer {person} at {account} another time",
    "meeting_declined": "Offer {person} at {account} another time",
    "close_date_passed": "Ask {person} at {account} what the new date is",
    "said_no": "{account} said no: close the deal, or find out why",
    "competitor": "Prepare what to say about the competitor at {account}",
    "stage_too_long": "{account}: decide whether this deal still lives",
}
_NOT_YET = {"no_reply": -20, "stage_too_long": -20}  # milder than this needs no person
_EARLY = {"no_decider": ("discovery",)}  # stages in which it is no trouble yet


@dataclass(frozen=True)
class Named:
    """How a task speaks of a deal's people."""

    account: str
    person: str


def concerns(health: Health, stage: str) -> list[Signal]:
    """The signals that a person can do something about, worst first."""
    return [
        signal
        for signal in health.signals
        if signal.name in _TITLES
        and signal.points <= _NOT_YET.get(signal.name, -1)
        and stage not in _EARLY.get(signal.name, ())
    ]


async def want_task(
    tx: AsyncConnection, house: House, deal: dict[str, Any], signal: Signal, who: Named
) -> Verdict | None:
    """Propose the task of a signal; None when it was wanted before or the like of it is open."""
    title = _TITLES[signal.name].format(account=who.account, person=who.person)
    task_id = derived("tsk", deal["id"], signal.name, signal.episode)
    still_open = {row["title"] for row in await deals.open_tasks(tx, about=[deal["id"]])}
    if title in still_open or await deal_history.task_wanted(tx, task_id):
        return None
    now = await house.clock.now()
    due_at = office_of(house.settings).in_days(now, 1)
    action = AddTask(task_id=task_id, about=deal["id"], title=title, due_at=due_at, why=signal.why)
    return await propose_task(tx, house, action, cause=deal["id"], now=now)


async def propose_task(
    tx: AsyncConnection, house: House, action: AddTask, *, cause: str, now: datetime
) -> Verdict:
    """Put a task before the gate; done when it allows, asked when it wants a person."""
    made = await decide_on(tx, house, action, actor=DEAL, reason=action.why, label=OWN_RECORDS, cause=cause)
    verdict = made.judgement.verdict
    if verdict in (Verdict.ALLOW, Verdict.NOTIFY):
        await carry_out(tx, house, made)
    elif verdict is Verdict.ASK:
        await approvals.ask(
            tx,
            [made],
            summary=f"Put on your list: {action.title}",
            cause=cause,
            ids=house.ids,
            now=now,
            per_day=house.terms.asks_per_day,
        )
    return verdict
