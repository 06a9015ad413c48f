"""Acts on deals and tasks: open, move, remind a person. Inside our own records, each with its trace."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.actions import AddTask, MoveDeal, OpenDeal
from domain.deals import CLOSED, DealStage, Proof
from domain.errors import Correctable, Refused
from domain.ids import Ids
from domain.labels import Label
from runtime.store import deals


async def open_deal(tx: AsyncConnection, action: OpenDeal, label: Label, ids: Ids, now: datetime) -> None:
    """Store the deal with what shows it."""
    row = {
        "id": action.deal_id,
        "account_id": action.account_id,
        "contact_id": action.contact_id,
        "name": action.name,
        "stage": str(DealStage.DISCOVERY),
        "next_step": action.next_step,
        "next_step_at": action.next_step_at,
        "signals": [],
        "opened_at": now,
        "stage_since": now,
    }
    await deals.make(tx, row, label)
    await _keep(tx, action.deal_id, action.proof, label, ids)


async def move_deal(
    tx: AsyncConnection,
    action: MoveDeal,
    *,
    label: Label,
    decision_id: str,
    by: str,
    ids: Ids,
    now: datetime,
) -> None:
    """Move the deal; a deal that somebody moved meanwhile stays.

    Raises:
        Correctable: deal_moved.
    """
    row = await deals.one(tx, action.deal_id)
    if row is None or row["stage"] != action.before:
        raise Correctable(
            f"The deal is no longer in {action.before}.", code="deal_moved", where=action.deal_id
        )
    await _keep(tx, action.deal_id, action.proof, label, ids)
    values: dict[str, object] = {"stage": str(action.after), "stage_since": now}
    if action.after in CLOSED:
        values["closed_at"] = now
    else:
        values |= {"next_step": action.next_step, "next_step_at": action.next_step_at}
    await deals.change(tx, action.deal_id, **values)
    move = {
        "id": ids.new("mov"),
        "deal_id": action.deal_id,
        "before": str(action.before),
        "after": str(action.after),
        "reason": action.reason,
        "decision_id": decision_id,
        "by": by,
        "at": now,
    }
    await deals.add_move(tx, move)


async def move_back(tx: AsyncConnection, action: MoveDeal, by: str, now: datetime) -> None:
    """Undo a move while nothing moved since.

    Raises:
        Correctable: deal_moved.
    """
    row = await deals.one(tx, action.deal_id)
    if row is None or row["stage"] != action.after:
        raise Correctable("The deal was moved again since.", code="deal_moved", where=action.deal_id)
    values = {"stage": str(action.before), "stage_since": now, "closed_at": None}
    await deals.change(tx, action.deal_id, **values)


async def add_task(tx: AsyncConnection, action: AddTask, by: str, now: datetime) -> None:
    """Put a task before people.

    Raises:
        Refused: unknown_subject.
    """
    if not await deals.is_subject(tx, action.about):
        raise Refused("What this task is about does not exist.", code="unknown_subject", where=action.about)
    row = {
        "id": action.task_id,
        "about": action.about,
        "title": action.title,
        "why": action.why,
        "due_at": action.due_at,
        "state": "open",
        "made_at": now,
        "made_by": by,
    }
    await deals.add_task(tx, row)


async def _keep(tx: AsyncConnection, deal_id: str, proofs: tuple[Proof, ...], label: Label, ids: Ids) -> None:
    for proof in proofs:
        await deals.add_proof(tx, ids.new("prf"), deal_id, proof, label)
