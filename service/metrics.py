"""Numbers for a monitoring system: what stands in the database now, and what this process did. Reads only; no names."""

from collections import Counter
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import approvals
from runtime.store import inbound
from runtime.store.due import DueState
from runtime.store.engine_tables import due
from runtime.store.rest_tables import spent_turns
from runtime.store.tables import counters, decisions, outbox
from runtime.store.talk_tables import inbound as came
from runtime.telemetry import Family, Sample, measures
from service.bootstrap import House
from service.webhooks import DELIVERY

_OWN = (
    ("rainmaker_model_calls_total", "Calls of a language model by this process."),
    ("rainmaker_model_tokens_total", "Tokens of these calls, prompts and answers together."),
    ("rainmaker_api_calls_total", "Calls of the API answered by this process, by method and status."),
)


async def families(house: House) -> tuple[Family, ...]:
    """Every metric."""
    now = await house.clock.now()
    async with house.database.read() as tx:
        return (
            _gauge("rainmaker_mails", "Intents to send by kind and state.", await _mails(tx)),
            _gauge("rainmaker_decisions", "Decisions of the gate by verdict.", await _verdicts(tx)),
            _gauge("rainmaker_approvals_waiting", "Asks that wait for a person.", await _asks(tx, now)),
            _gauge(
                "rainmaker_queue_depth", "Rows of the timetable that are due, by kind.", await _queue(tx, now)
            ),
            _gauge(
                "rainmaker_replies", "Mails of people that came in, by what they said.", await _replies(tx)
            ),
            _gauge("rainmaker_poll_lag_seconds", "Since each mailbox was last read.", await _lags(tx, now)),
            _gauge("rainmaker_budget_used", "Used of the workspace's budgets, ever.", await _budgets(tx)),
            _gauge("rainmaker_turn_tokens", "Tokens of turns, by signal.", await _tokens(tx)),
            _gauge("rainmaker_webhook_dead_letters", "Deliveries that were never taken.", await _dead(tx)),
            *(Family(name, "counter", told, measures.counted(name)) for name, told in _OWN),
            Family(
                "rainmaker_turn_seconds",
                "histogram",
                "How long turns of the brain take, by signal.",
                measures.durations("rainmaker_turn_seconds"),
            ),
        )


def _gauge(name: str, told: str, samples: list[Sample]) -> Family:
    return Family(name, "gauge", told, tuple(samples))


async def _mails(tx: AsyncConnection) -> list[Sample]:
    query = select(outbox.c.kind, outbox.c.state, func.count()).group_by(outbox.c.kind, outbox.c.state)
    return [Sample(row[2], (("kind", row[0]), ("state", row[1]))) for row in await tx.execute(query)]


async def _verdicts(tx: AsyncConnection) -> list[Sample]:
    query = select(decisions.c.verdict, func.count()).group_by(decisions.c.verdict)
    return [Sample(row[1], (("verdict", row[0]),)) for row in await tx.execute(query)]


async def _asks(tx: AsyncConnection, now: datetime) -> list[Sample]:
    return [Sample(len(await approvals.listing(tx, now)))]


async def _queue(tx: AsyncConnection, now: datetime) -> list[Sample]:
    waiting = (due.c.state == DueState.WAITING) & (due.c.due_at <= now)
    query = select(due.c.kind, func.count()).where(waiting).group_by(due.c.kind)
    rows = [Sample(row[1], (("kind", row[0]),)) for row in await tx.execute(query)]
    ready = (outbox.c.state == "queued") & (outbox.c.due_at <= now)
    mails = (await tx.execute(select(func.count()).select_from(outbox).where(ready))).scalar_one()
    return [*rows, Sample(mails, (("kind", "mails"),))]


async def _replies(tx: AsyncConnection) -> list[Sample]:
    said = came.c.reading[("findings", 0, "kind")].as_string()
    query = select(said, func.count()).where(came.c.kind == "human").group_by(said)
    found: Counter[str] = Counter()
    for row in await tx.execute(query):
        found[row[0] or "not_read"] += row[1]
    return [Sample(count, (("said", said_as),)) for said_as, count in sorted(found.items())]


async def _lags(tx: AsyncConnection, now: datetime) -> list[Sample]:
    """Mailboxes are numbered: an address is somebody's name."""
    boxes = sorted(await inbound.mailbox_states(tx), key=lambda box: (box["address"], box["folder"]))
    return [
        Sample(max(0.0, (now - box["read_at"]).total_seconds()), (("mailbox", str(number)),))
        for number, box in enumerate(boxes, 1)
        if box["read_at"] is not None
    ]


async def _budgets(tx: AsyncConnection) -> list[Sample]:
    query = select(counters.c.name, func.sum(counters.c.used)).where(counters.c.name.startswith("workspace:"))
    rows = await tx.execute(query.group_by(counters.c.name))
    return [Sample(row[1], (("kind", row[0].partition(":")[2]),)) for row in rows]


async def _tokens(tx: AsyncConnection) -> list[Sample]:
    turn: Any = spent_turns.c
    sums = (func.sum(turn.prompt_tokens), func.sum(turn.answer_tokens))
    samples = []
    for row in await tx.execute(select(turn.signal, *sums).group_by(turn.signal)):
        signal = ("signal", row[0])
        samples += [
            Sample(row[1], (signal, ("part", "prompt"))),
            Sample(row[2], (signal, ("part", "answer"))),
        ]
    return samples


async def _dead(tx: AsyncConnection) -> list[Sample]:
    failed = (due.c.kind == DELIVERY) & (due.c.state == DueState.FAILED)
    return [Sample((await tx.execute(select(func.count()).select_from(due).where(failed))).scalar_one())]
