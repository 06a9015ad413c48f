"""Asks: rows that wait for a person. One ask holds one or many items, each bound to an exact action.

A decision comes from a button, the CLI or an API call by a signed-in person; text never decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.actions import SendEmail
from domain.decisions import ApprovalState, Decision, Verdict
from domain.errors import Correctable, Refused
from domain.ids import Ids
from runtime.store import audit, decisions
from runtime.store.tables import approval_items, approvals

LIFE = timedelta(days=7)  # of mails: until the touch's window has passed, at most this (G19)
OTHER_LIFE = timedelta(hours=24)
DECIDERS = ("owner", "manager", "rep")


@dataclass(frozen=True)
class Granted:
    """An item a person approved: the decision it rests on and the permit it got."""

    decision: Decision
    permit_id: str
    expires_at: datetime


async def ask(
    tx: AsyncConnection, made: Sequence[Decision], *, summary: str, cause: str, ids: Ids, now: datetime
) -> str:
    """Put decisions before a person as one ask; returns its id."""
    risk = max(decision.judgement.score for decision in made)
    why = " ".join(dict.fromkeys(decision.judgement.why for decision in made))
    approval_id = ids.new("app")
    await tx.execute(
        insert(approvals).values(
            id=approval_id,
            action=made[0].proposal.action.kind,
            summary=summary,
            why=why[:600],
            risk=risk,
            state=str(ApprovalState.PENDING),
            cause=cause,
            made_at=now,
            expires_at=now + (LIFE if all(_is_mail(one) for one in made) else OTHER_LIFE),
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
        body={"decisions": [decision.id for decision in made], "summary": summary},
    )
    return approval_id


def _is_mail(decision: Decision) -> bool:
    return isinstance(decision.proposal.action, SendEmail)


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


async def listing(tx: AsyncConnection, now: datetime, *, pending_only: bool = True) -> list[dict[str, Any]]:
    """Asks in risk order, newest first within the same risk."""
    query = select(approvals).order_by(approvals.c.risk.desc(), approvals.c.made_at.desc())
    if pending_only:
        query = query.where(approvals.c.state == ApprovalState.PENDING, approvals.c.expires_at > now)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def one(tx: AsyncConnection, approval_id: str) -> dict[str, Any]:
    """One ask.

    Raises:
        Correctable: unknown_approval.
    """
    row = (await tx.execute(select(approvals).where(approvals.c.id == approval_id))).mappings().one_or_none()
    if row is None:
        raise Correctable(
            f"There is no approval {approval_id}.",
            code="unknown_approval",
            where=approval_id,
            hint="See `rainmaker approvals list`.",
        )
    return dict(row)


async def items(tx: AsyncConnection, approval_id: str) -> list[dict[str, Any]]:
    """The items of an ask in order, replaced ones left out."""
    query = (
        select(approval_items)
        .where(approval_items.c.approval_id == approval_id, approval_items.c.state != ApprovalState.EDITED)
        .order_by(approval_items.c.position, approval_items.c.id)
    )
    return [dict(row) for row in (await tx.execute(query)).mappings()]


def _may_decide(role: str) -> None:
    if role not in DECIDERS:
        raise Refused(f"The role {role or 'none'} may not decide on approvals.", code="role_may_not_approve")


async def open_items(
    tx: AsyncConnection, approval_id: str, wanted: Sequence[str], now: datetime
) -> list[dict[str, Any]]:
    """The pending items a person means: by item, proposal or draft id; all when `wanted` is empty.

    Raises:
        Correctable: unknown_approval, unknown_item.
        Refused: approval_expired, already_decided.
    """
    row = await one(tx, approval_id)
    if row["expires_at"] <= now or row["state"] == ApprovalState.EXPIRED:
        raise Refused(
            "This approval has expired; nothing was done.", code="approval_expired", where=approval_id
        )
    if row["state"] != ApprovalState.PENDING:
        raise Refused(
            f"This was already {row['state']} by {row['decided_by']}.",
            code="already_decided",
            where=approval_id,
        )
    live = await items(tx, approval_id)
    chosen = live
    if wanted:
        named = {item["id"]: item for item in live} | {item["proposal_id"]: item for item in live}
        named |= await _successors(tx, approval_id, named)
        for item in live:
            proposal = await decisions.proposal(tx, item["proposal_id"])
            draft_id = getattr(proposal.action, "draft_id", "") if proposal else ""
            if draft_id:
                named[draft_id] = item
        missing = [name for name in wanted if name not in named]
        if missing:
            raise Correctable(
                f"{missing[0]} is not part of this approval.", code="unknown_item", where=approval_id
            )
        chosen = list({named[name]["id"]: named[name] for name in wanted}.values())
        decided = [item for item in chosen if item["state"] != ApprovalState.PENDING]
        if decided:
            raise Refused(
                f"This was already {decided[0]['state']} by {decided[0]['decided_by']}.",
                code="already_decided",
                where=decided[0]["id"],
            )
    return [item for item in chosen if item["state"] == ApprovalState.PENDING]


async def _successors(
    tx: AsyncConnection, approval_id: str, named: dict[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Edited items under their old ids, so that a reference made before an edit still works."""
    query = select(approval_items.c.id, approval_items.c.replaced_by).where(
        approval_items.c.approval_id == approval_id, approval_items.c.replaced_by != ""
    )
    after = {row.id: row.replaced_by for row in await tx.execute(query)}
    found = {}
    for old in after:
        last = old
        while last in after:
            last = after[last]
        if last in named:
            found[old] = named[last]
    return found


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
    """Approve items: each gets one permit for its exact action."""
    _may_decide(role)
    ask_row = await one(tx, approval_id)
    granted = []
    for item in await open_items(tx, approval_id, wanted, now):
        decision = await _bound_decision(tx, item)
        permit_id = ids.new("per")
        await decisions.grant(
            tx,
            permit_id=permit_id,
            decision_id=decision.id,
            action_hash=item["action_hash"],
            by=by,
            at=now,
            expires_at=ask_row["expires_at"],
        )
        await _settle(tx, item, ApprovalState.APPROVED, by, now)
        granted.append(Granted(decision, permit_id, ask_row["expires_at"]))
    await _close(tx, approval_id, by, now)
    return granted


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
