"""Who agreed to an item so far. Some acts need two people; one vote alone is no approval.

Each vote is a row and a record in the chain; the effector counts the chain's records, never these rows.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.decisions import ApprovalState
from runtime.store import audit
from runtime.store.tables import approval_items, approval_votes


async def voters(tx: AsyncConnection, item_ids: Sequence[str]) -> dict[str, list[str]]:
    """Who agreed, by item, in the order they did."""
    found: dict[str, list[str]] = {}
    for start in range(0, len(item_ids), 400):
        some = approval_votes.c.item_id.in_(item_ids[start : start + 400])
        query = select(approval_votes).where(some).order_by(approval_votes.c.at, approval_votes.c.user_id)
        for row in await tx.execute(query):
            found.setdefault(row.item_id, []).append(row.user_id)
    return found


async def agree(tx: AsyncConnection, item: dict[str, Any], by: str, now: datetime) -> None:
    """Keep one person's yes to an item that needs more of them."""
    await tx.execute(insert(approval_votes).values(item_id=item["id"], user_id=by, at=now))
    await audit.append(
        tx,
        at=now,
        kind="agreed",
        subject=item["decision_id"],
        by=by,
        body={"approval": item["approval_id"], "item": item["id"], "action_hash": item["action_hash"]},
    )


async def clear(tx: AsyncConnection, item_id: str) -> None:
    """Forget the votes of an item whose text was replaced: nobody agreed to the new one."""
    await tx.execute(delete(approval_votes).where(approval_votes.c.item_id == item_id))


async def withdraw(tx: AsyncConnection, user: str, *, by: str, now: datetime) -> int:
    """Take back a person's votes on what still waits, because they may not decide any more."""
    pending = approval_votes.join(approval_items, approval_items.c.id == approval_votes.c.item_id)
    query = (
        select(approval_items.c.id, approval_items.c.decision_id)
        .select_from(pending)
        .where(approval_votes.c.user_id == user, approval_items.c.state == ApprovalState.PENDING)
    )
    rows = (await tx.execute(query)).all()
    for row in rows:
        one = (approval_votes.c.item_id == row.id) & (approval_votes.c.user_id == user)
        await tx.execute(delete(approval_votes).where(one))
        await audit.append(
            tx, at=now, kind="vote_withdrawn", subject=row.decision_id, by=by, body={"item": row.id}
        )
    return len(rows)
