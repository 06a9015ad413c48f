"""Asks: rows that wait for a person. One ask holds one or many items, each bound to an exact action.

A decision comes from a button, the CLI or an API call by a signed-in person; text never decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy.ask_budget import MAIL_LIFE, life_of, state_for
from autonomy.asked import items, listing, one, open_items
from autonomy.votes import agree, clear, voters
from domain.decisions import ApprovalState, Decision, Verdict
from domain.errors import Refused
from domain.ids import Ids
from runtime.store import audit, decisions
from runtime.store.tables import approval_items, approvals

LIFE = MAIL_LIFE
DECIDERS = ("owner", "manager", "rep")


__all__ = ["DECIDERS", "LIFE", "Granted", "approve", "ask", "expire", "items", "listing", "one", "open_items"]
__all__ += ["reject", "replace"]


@dataclass(frozen=True)
class Granted:
    """An item a person approved: the decision it rests on and the permit it got."""

    decision: Decision
    permit_id: str
    expires_at: datetime


async def ask(
    tx: AsyncConnection,
    made: Sequence[Decision],
    *,
    summary: str,
    cause: str,
    ids: Ids,
    now: datetime,
    per_day: int | None = None,
) -> str:
    """Put decisions before a person as one ask; returns its id. `per_day` is the budget of asks, None: no budget."""
    risk = max(decision.judgement.score for decision in made)
    why = " ".join(dict.fromkeys(decision.judgement.why for decision in made))
    needs = max(decision.judgement.approvers for decision in made)
    approval_id = ids.new("app")
    state = ApprovalState.PENDING if per_day is None else await state_for(tx, risk, now, per_day)
    await tx.execute(
        insert(approvals).values(
            id=approval_id,
            action=_kind(made),
            summary=summary,
            why=why[:600],
            risk=risk,
            needs=needs,
            state=str(state),
            cause=cause,
            made_at=now,
            expires_at=now + life_of(_kind(made)),
        )
    )
    for position, decision in enumerate(made, 1):
        await _add_item(tx, approval_id, position, decision, ids)
    await audit.append(
        tx,
        at=now,
        kind="asked",
        subject=approval_id,
        by="gate",
        body={"decisions": [decision.id for decision in made], "needs": needs, "state": str(state)},
    )
    return approval_id


def _kind(made: Sequence[Decision]) -> str:
    """The kind of act an ask is about; of a mixed one, the first that is no mail."""
    kinds = [decision.proposal.action.kind for decision in made]
    return next((kind for kind in kinds if kind != "send_email"), kinds[0])


async def _add_item(
    tx: AsyncConnection, approval_id: str, position: int, decision: Decision, ids: Ids
) -> str:
    item_id = ids.new("itm")
    await tx.execute(
        insert(approval_items).values(
            id=item_id,
            approval_id=approval_id,
            position=position,
            proposal_id=decision.proposal.id,
            decision_id=decision.id,
            action_hash=decision.proposal.action.hash,
            state=str(ApprovalState.PENDING),
        )
    )
    return item_id


async def expire(tx: AsyncConnection, now: datetime) -> int:
    """Close asks whose time is over; returns how many."""
    late = list(
        (
            await tx.execute(
                select(approvals.c.id).where(
                    approvals.c.state == ApprovalState.PENDING, approvals.c.expires_at <= now
                )
            )
        ).scalars()
    )
    for approval_id in late:
        pending = (approval_items.c.approval_id == approval_id) & (
            approval_items.c.state == ApprovalState.PENDING
        )
        await tx.execute(update(approval_items).where(pending).values(state=str(ApprovalState.EXPIRED)))
        await tx.execute(
            update(approvals).where(approvals.c.id == approval_id).values(state=str(ApprovalState.EXPIRED))
        )
        await audit.append(tx, at=now, kind="expired", subject=approval_id, by="clock", body={})
    return len(late)


def _may_decide(role: str) -> None:
    if role not in DECIDERS:
        raise Refused(f"The role {role or 'none'} may not decide on approvals.", code="role_may_not_approve")


async def approve(
    tx: AsyncConnection,
    approval_id: str,
    *,
    wanted: Sequence[str],
    by: str,
    role: str,
    ids: Ids,
    now: datetime,
) -> list[Granted]:
    """Say yes to items. One that enough people agreed to gets one permit; the others keep waiting.

    Raises:
        Refused: role_may_not_approve, already_agreed – this person's yes is there, another person is needed.
    """
    _may_decide(role)
    chosen = await open_items(tx, approval_id, wanted, now)
    expires_at = _until(await one(tx, approval_id), now)
    votes = await voters(tx, [item["id"] for item in chosen])
    fresh = [item for item in chosen if by not in votes.get(item["id"], [])]
    if chosen and not fresh:
        raise Refused("You already agreed; a second person must.", code="already_agreed", where=approval_id)
    granted = []
    for item in fresh:
        decision = await _bound_decision(tx, item)
        if len(votes.get(item["id"], [])) + 1 < await _needed(tx, item, decision):
            await agree(tx, item, by, now)
            continue
        granted.append(await _grant(tx, item, decision, by, ids.new("per"), expires_at, now))
    await _close(tx, approval_id, by, now)
    return granted


def _until(ask_row: dict[str, Any], now: datetime) -> datetime:
    """A deferred ask that somebody decides early lives from now on."""
    until: datetime = ask_row["expires_at"]
    return now + life_of(ask_row["action"]) if ask_row["state"] == ApprovalState.DEFERRED else until


async def _needed(tx: AsyncConnection, item: dict[str, Any], decision: Decision) -> int:
    """The most that the decision, and its record in the chain, ask for."""
    told = await audit.approvers_of(tx, item["decision_id"], item["action_hash"])
    return max(told, decision.judgement.approvers)


async def _grant(
    tx: AsyncConnection,
    item: dict[str, Any],
    decision: Decision,
    by: str,
    permit_id: str,
    expires_at: datetime,
    now: datetime,
) -> Granted:
    await decisions.grant(
        tx,
        permit_id=permit_id,
        decision_id=decision.id,
        action_hash=item["action_hash"],
        by=by,
        at=now,
        expires_at=expires_at,
    )
    await _settle(tx, item, ApprovalState.APPROVED, by, now)
    return Granted(decision, permit_id, expires_at)


async def _bound_decision(tx: AsyncConnection, item: dict[str, Any]) -> Decision:
    decision = await decisions.decision(tx, item["decision_id"])
    if decision is None or decision.proposal.action.hash != item["action_hash"]:
        raise Refused(
            "The text changed after it was asked; ask again.", code="approval_mismatch", where=item["id"]
        )
    verdict = await audit.verdict_of(tx, decision.id, item["action_hash"])
    if decision.judgement.verdict is not Verdict.ASK or verdict != Verdict.ASK:
        raise Refused(
            "This decision was not waiting for a person.", code="approval_mismatch", where=item["id"]
        )
    return decision


async def reject(
    tx: AsyncConnection, approval_id: str, *, wanted: Sequence[str], by: str, role: str, now: datetime
) -> list[dict[str, Any]]:
    """Reject items; nothing of them will happen."""
    _may_decide(role)
    chosen = await open_items(tx, approval_id, wanted, now)
    for item in chosen:
        await _settle(tx, item, ApprovalState.REJECTED, by, now)
    await _close(tx, approval_id, by, now)
    return chosen


async def replace(
    tx: AsyncConnection, item: dict[str, Any], decision: Decision, *, by: str, ids: Ids, now: datetime
) -> str:
    """Put an edited, newly judged action in the place of an item; returns the new item's id."""
    new_item = await _add_item(tx, item["approval_id"], item["position"], decision, ids)
    await tx.execute(
        update(approval_items).where(approval_items.c.id == item["id"]).values(replaced_by=new_item)
    )
    await clear(tx, item["id"])
    await _settle(tx, item, ApprovalState.EDITED, by, now)
    return new_item


async def _settle(
    tx: AsyncConnection, item: dict[str, Any], state: ApprovalState, by: str, now: datetime
) -> None:
    result = await tx.execute(
        update(approval_items)
        .where(approval_items.c.id == item["id"], approval_items.c.state == ApprovalState.PENDING)
        .values(state=str(state), decided_by=by, decided_at=now)
    )
    if result.rowcount != 1:
        raise Refused("Somebody else decided first.", code="already_decided", where=item["id"])
    await audit.append(
        tx,
        at=now,
        kind=str(state),
        subject=item["decision_id"],
        by=by,
        body={"approval": item["approval_id"], "item": item["id"], "action_hash": item["action_hash"]},
    )


async def _close(tx: AsyncConnection, approval_id: str, by: str, now: datetime) -> None:
    states = {item["state"] for item in await items(tx, approval_id)}
    if ApprovalState.PENDING in states:
        return
    final = ApprovalState.APPROVED if ApprovalState.APPROVED in states else ApprovalState.REJECTED
    await tx.execute(
        update(approvals)
        .where(approvals.c.id == approval_id)
        .values(state=str(final), decided_by=by, decided_at=now)
    )
