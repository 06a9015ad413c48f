"""What came back on mails, as events, and the sends a live auditor looks at. Reads only.

Whoever takes in mail stores the events with `talks.add_event`: kind as below, subject = id of the intent.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.decisions import OutboxState
from runtime.store.tables import audit, events, outbox, suppressions

COMPLAINED = "mail_complained"
BOUNCED = "mail_bounced"  # body: {"hard": true | false}
OPTED_OUT = "mail_opted_out"
TRIPPED = "guard_tripped"  # subject: the trigger; body: {"keys": [...], "reason": ...}; cause: the decision


async def came_back(tx: AsyncConnection, kind: str, since: datetime) -> list[str]:
    """Ids of events of a kind since a moment; of bounces only hard ones, and one a mail."""
    query = select(events.c.id, events.c.subject, events.c.body).where(
        events.c.kind == kind, events.c.at >= since
    )
    found: dict[str, str] = {}
    for row in await tx.execute(query.order_by(events.c.at, events.c.id)):
        if kind != BOUNCED or (row.body or {}).get("hard") is not False:
            found.setdefault(row.subject or row.id, row.id)
    return list(found.values())


async def sent_since(tx: AsyncConnection, since: datetime) -> int:
    """Mails sent since a moment."""
    query = select(func.count()).where(
        outbox.c.kind == "send_email", outbox.c.state == OutboxState.SENT, outbox.c.sent_at >= since
    )
    return int((await tx.execute(query)).scalar_one())


async def trip_keys(tx: AsyncConnection, code: str) -> set[str]:
    """What every earlier trip of a trigger rested on."""
    query = select(events.c.body).where(events.c.kind == TRIPPED, events.c.subject == code)
    return {str(key) for body in (await tx.execute(query)).scalars() for key in body.get("keys", ())}


async def sends_recorded(tx: AsyncConnection, after_seq: int) -> list[dict[str, Any]]:
    """Records of sends after one: sequence number, decision and intent."""
    query = select(audit.c.seq, audit.c.subject, audit.c.body).where(
        audit.c.kind == "sent", audit.c.seq > after_seq
    )
    return [
        {"seq": row.seq, "decision_id": row.subject, "outbox": str((row.body or {}).get("outbox", ""))}
        for row in await tx.execute(query.order_by(audit.c.seq))
    ]


async def times_recorded(tx: AsyncConnection, decision_ids: Sequence[str]) -> dict[str, int]:
    """How often each decision's mail was recorded as sent."""
    query = select(audit.c.subject, func.count()).where(
        audit.c.kind == "sent", audit.c.subject.in_(decision_ids)
    )
    return {subject: number for subject, number in (await tx.execute(query.group_by(audit.c.subject))).all()}


async def sent_unrecorded(tx: AsyncConnection, limit: int = 100) -> list[str]:
    """Intents marked as sent of which the chain holds no send."""
    recorded = select(audit.c.seq).where(audit.c.kind == "sent", audit.c.subject == outbox.c.decision_id)
    query = select(outbox.c.id).where(outbox.c.state == OutboxState.SENT, ~recorded.exists()).limit(limit)
    return list((await tx.execute(query)).scalars())


async def decided_at(tx: AsyncConnection, decision_id: str) -> int | None:
    """Sequence number of the record of a decision."""
    query = select(func.min(audit.c.seq)).where(audit.c.kind == "decision", audit.c.subject == decision_id)
    return (await tx.execute(query)).scalar_one_or_none()


async def suppressed_before(tx: AsyncConnection, hashes: Sequence[str], moment: datetime) -> bool:
    """True when any of these hashes was suppressed before a moment."""
    query = select(suppressions.c.hash).where(suppressions.c.hash.in_(hashes), suppressions.c.at < moment)
    return (await tx.execute(query.limit(1))).scalar_one_or_none() is not None
