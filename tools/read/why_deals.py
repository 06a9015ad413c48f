"""Why a deal is where it is: from the deal back over its moves, what shows them, and the mails behind. Reads only."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.deals import DealFact, Proof
from runtime.store import deal_history, deals, decisions, inbound, meetings, talks


class Step(NamedTuple):
    """One link of the chain, in the order `tools.read.why.Link` takes it."""

    kind: str
    id: str
    text: str
    at: datetime | None = None
    by: str = ""


async def deal_steps(tx: AsyncConnection, wanted: str) -> list[Step]:
    """The chain behind a deal or a task, empty when the id names neither."""
    deal = await deals.one(tx, wanted)
    if deal is not None:
        return await _deal(tx, deal)
    task = await deals.task(tx, wanted)
    return await _task(tx, task) if task is not None else []


async def _deal(tx: AsyncConnection, deal: dict[str, Any]) -> list[Step]:
    ended = f", closed on {deal['closed_at']:%d %B %Y}" if deal["closed_at"] else ""
    steps = [Step("deal", deal["id"], f"{deal['name']} is in {deal['stage']}{ended}.", deal["stage_since"])]
    proofs = await deals.proofs(tx, deal["id"])
    for move in reversed(await deals.moves(tx, deal["id"])):
        text = f"{move['before']} → {move['after']}: {move['reason']}"
        steps.append(Step("move", move["id"], text, move["at"], move["by"]))
        steps += await _decided(tx, move["decision_id"])
    for one in await deal_history.judged(tx, "open_deal", "deal_id", deal["id"]):
        steps.append(
            Step(
                "opened",
                one.id,
                f"Opened for {_cause(one.action)}; the gate said {one.verdict}.",
                one.made_at,
            )
        )
    return [*steps, *await _proofs(tx, proofs)]


def _cause(action: dict[str, Any]) -> str:
    return {"intent": "clear intent", "meeting_held": "a meeting that was held"}.get(
        action["cause"], "a person"
    )


async def _decided(tx: AsyncConnection, decision_id: str) -> list[Step]:
    made = await decisions.decision(tx, decision_id)
    if made is None:
        return []
    text = f"The gate said {made.judgement.verdict}. {made.judgement.why}".strip()
    return [Step("decision", made.id, text, made.made_at, "gate")]


async def _proofs(tx: AsyncConnection, proofs: list[Proof]) -> list[Step]:
    """Each fact with its words, and once the mail or meeting it stands in."""
    steps: list[Step] = []
    told: set[str] = set()
    for proof in proofs:
        words = f"“{proof.quote}”" if proof.quote else "an event of ours"
        steps.append(Step("proof", proof.source, f"{DealFact(proof.fact)}: {words}", proof.at))
        if proof.source not in told:
            told.add(proof.source)
            steps += await _source(tx, proof.source)
    return steps


async def _source(tx: AsyncConnection, source: str) -> list[Step]:
    mail = await inbound.one(tx, source)
    if mail is not None:
        return [Step("mail in", source, f"“{mail['subject']}” from {mail['from_address']}", mail["came_at"])]
    meeting = await meetings.one(tx, source)
    if meeting is not None:
        return [Step("meeting", source, f"Meeting, {meeting['state']}", meeting["starts_at"])]
    message = await talks.message(tx, source)
    if message is not None:
        return [Step("message", source, f"“{message['text'][:200]}”", message["at"], message["role"])]
    return []


async def _task(tx: AsyncConnection, task: dict[str, Any]) -> list[Step]:
    steps = [Step("task", task["id"], f"{task['title']} ({task['state']}). {task['why']}", task["made_at"])]
    for one in await deal_history.judged(tx, "add_task", "task_id", task["id"]):
        steps.append(Step("decision", one.id, f"The gate said {one.verdict}.", one.made_at, "gate"))
    if task["done_by"]:
        text = f"{task['state']} by {task['done_by']}: {task['result']}"
        steps.append(Step("result", task["id"], text, task["done_at"], task["done_by"]))
    deal = await deals.one(tx, task["about"])
    return [*steps, *(await _deal(tx, deal) if deal else await _source(tx, task["about"]))]
