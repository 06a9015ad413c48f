"""How many asks a day are put before people. Beyond that, asks of low risk wait for the next day.

People who are asked too often stop reading. A deferred ask is never dropped and never allowed by itself.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.decisions import ApprovalState
from runtime.store import audit, counters, outbox
from runtime.store.tables import approvals

COUNTER = "asks"
LOW_RISK = 5  # below it an ask may wait a day; everything else is put before people at once
MAIL_LIFE = timedelta(days=7)  # of mails: until the touch's window has passed, at most this (G19)
OTHER_LIFE = timedelta(hours=24)


def life_of(action: str) -> timedelta:
    """How long an ask about this kind of act waits for an answer."""
    return MAIL_LIFE if action in outbox.MAILS else OTHER_LIFE


def period_of(at: datetime) -> str:
    """The day an ask counts for."""
    return at.date().isoformat()


async def state_for(tx: AsyncConnection, risk: int, now: datetime, per_day: int) -> ApprovalState:
    """Whether a new ask is put before people now or waits; every ask that is shown counts."""
    within = await counters.spend(tx, COUNTER, period_of(now), 1, per_day)
    return ApprovalState.PENDING if within or risk >= LOW_RISK else ApprovalState.DEFERRED


async def release(tx: AsyncConnection, now: datetime, per_day: int) -> list[str]:
    """Put deferred asks of earlier days before people, riskiest first, as far as today's budget goes."""
    query = (
        select(approvals.c.id, approvals.c.action, approvals.c.made_at)
        .where(approvals.c.state == ApprovalState.DEFERRED)
        .order_by(approvals.c.risk.desc(), approvals.c.made_at)
    )
    waiting = [row for row in await tx.execute(query) if period_of(row.made_at) < period_of(now)]
    released = []
    for row in waiting:
        if not await counters.spend(tx, COUNTER, period_of(now), 1, per_day):
            break
        values = {"state": str(ApprovalState.PENDING), "expires_at": now + life_of(row.action)}
        await tx.execute(update(approvals).where(approvals.c.id == row.id).values(**values))
        await audit.append(tx, at=now, kind="released", subject=row.id, by="clock", body={})
        released.append(row.id)
    return released


async def deferred(tx: AsyncConnection) -> int:
    """How many asks wait for another day."""
    query = select(func.count()).select_from(approvals).where(approvals.c.state == ApprovalState.DEFERRED)
    return int((await tx.execute(query)).scalar_one())


def digest_line(count: int, per_day: int) -> Sequence[str]:
    """What a summary says about asks that wait; nothing when none do."""
    if not count:
        return ()
    what = "1 ask of low risk waits" if count == 1 else f"{count} asks of low risk wait"
    return (f"{what} for tomorrow: {per_day} a day are put before you. `approvals list` shows them.",)
