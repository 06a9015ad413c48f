"""Reading asks: one, many, their items, and which of them a person means. Nothing is decided here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.decisions import ApprovalState
from domain.errors import Correctable, Refused
from runtime.store import decisions
from runtime.store.tables import approval_items, approvals

OPEN_STATES = (ApprovalState.PENDING, ApprovalState.DEFERRED)  # a person may decide before the next day


async def listing(
    tx: AsyncConnection, now: datetime, *, pending_only: bool = True, deferred: bool = False
) -> list[dict[str, Any]]:
    """Asks in risk order, newest first within the same risk; `deferred` adds those that wait for another day."""
    query = select(approvals).order_by(approvals.c.risk.desc(), approvals.c.made_at.desc())
    if pending_only:
        live = (approvals.c.state == ApprovalState.PENDING) & (approvals.c.expires_at > now)
        query = query.where(or_(live, approvals.c.state == ApprovalState.DEFERRED) if deferred else live)
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


async def open_items(
    tx: AsyncConnection, approval_id: str, wanted: Sequence[str], now: datetime
) -> list[dict[str, Any]]:
    """The pending items a person means: by item, proposal or draft id; all when `wanted` is empty.

    Raises:
        Correctable: unknown_approval, unknown_item.
        Refused: approval_expired, already_decided.
    """
    _check_open(await one(tx, approval_id), now)
    live = await items(tx, approval_id)
    chosen = await _named(tx, approval_id, live, wanted) if wanted else live
    return [item for item in chosen if item["state"] == ApprovalState.PENDING]


def _check_open(row: dict[str, Any], now: datetime) -> None:
    if row["state"] not in (*OPEN_STATES, ApprovalState.EXPIRED):
        raise _decided(row)
    late = row["state"] == ApprovalState.PENDING and row["expires_at"] <= now
    if late or row["state"] == ApprovalState.EXPIRED:
        raise Refused(
            "This approval has expired; nothing was done.", code="approval_expired", where=row["id"]
        )


def _decided(row: dict[str, Any]) -> Refused:
    return Refused(
        f"This was already {row['state']} by {row['decided_by']}.", code="already_decided", where=row["id"]
    )


async def _named(
    tx: AsyncConnection, approval_id: str, live: Sequence[dict[str, Any]], wanted: Sequence[str]
) -> list[dict[str, Any]]:
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
            f"{missing[0][:60]} is not part of this approval.", code="unknown_item", where=approval_id
        )
    chosen = list({named[name]["id"]: named[name] for name in wanted}.values())
    decided = [item for item in chosen if item["state"] != ApprovalState.PENDING]
    if decided:
        raise _decided(decided[0])
    return chosen


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
