"""The audit chain: append-only records, each holding the hash of the one before."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import desc, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import digest
from runtime.store.engine import announce_head
from runtime.store.tables import audit

GENESIS = "0" * 64


@dataclass(frozen=True)
class Verified:
    """Result of checking the chain; `first_bad` is the first sequence number that does not fit."""

    ok: bool
    records: int
    first_bad: int | None = None
    problem: str = ""


def record_hash(seq: int, at: datetime, kind: str, subject: str, by: str, body: Any, prev: str) -> str:
    """The hash of one record, over everything it says and the record before."""
    return digest([seq, at.isoformat(), kind, subject, by, body, prev])


async def append(
    tx: AsyncConnection, *, at: datetime, kind: str, subject: str, by: str, body: dict[str, Any]
) -> int:
    """Add a record in the caller's transaction; returns its sequence number."""
    last = (
        await tx.execute(select(audit.c.seq, audit.c.hash).order_by(desc(audit.c.seq)).limit(1))
    ).one_or_none()
    seq, prev = (last.seq + 1, last.hash) if last else (1, GENESIS)
    own = record_hash(seq, at, kind, subject, by, body, prev)
    await tx.execute(
        insert(audit).values(
            seq=seq,
            at=at,
            kind=kind,
            subject=subject,
            by=by,
            body=body,
            prev_hash=prev,
            hash=own,
        )
    )
    announce_head(tx, seq, own)
    return seq


async def verify(tx: AsyncConnection) -> Verified:
    """Walk the chain from its first record."""
    expected, prev, count = 1, GENESIS, 0
    result = await tx.stream(select(audit).order_by(audit.c.seq))
    async for row in result:
        count += 1
        good = (
            row.seq == expected
            and row.prev_hash == prev
            and row.hash
            == record_hash(row.seq, row.at, row.kind, row.subject, row.by, row.body, row.prev_hash)
        )
        if not good:
            return Verified(False, count, row.seq, f"record {row.seq} does not fit")
        expected, prev = row.seq + 1, row.hash
    return Verified(True, count)


async def about(tx: AsyncConnection, subject: str) -> list[dict[str, Any]]:
    """Records about one id, oldest first."""
    rows = await tx.execute(select(audit).where(audit.c.subject == subject).order_by(audit.c.seq))
    return [dict(row) for row in rows.mappings()]


async def everything(tx: AsyncConnection) -> list[dict[str, Any]]:
    """The whole chain, oldest first, JSON-ready."""
    rows = await tx.execute(select(audit).order_by(audit.c.seq))
    return [{**{str(key): row[key] for key in row}, "at": row["at"].isoformat()} for row in rows.mappings()]


@dataclass(frozen=True)
class Head:
    """The last record of the chain: how many there are and its hash."""

    records: int
    hash: str


async def head(tx: AsyncConnection) -> Head:
    """The chain's head now."""
    last = (
        await tx.execute(select(audit.c.seq, audit.c.hash).order_by(desc(audit.c.seq)).limit(1))
    ).one_or_none()
    return Head(last.seq, last.hash) if last else Head(0, GENESIS)


async def hash_at(tx: AsyncConnection, seq: int) -> str | None:
    """Hash of one record; of the empty chain at 0; None when the chain is shorter."""
    if seq == 0:
        return GENESIS
    return (await tx.execute(select(audit.c.hash).where(audit.c.seq == seq))).scalar_one_or_none()


async def entitled(tx: AsyncConnection, decision_id: str, action_hash: str) -> bool:
    """True when the chain itself allows this exact action: decided allow or notify, or asked and approved.

    Rows of other tables can be forged one by one; a record here counts only if its own hash fits.
    """
    verdict = await verdict_of(tx, decision_id, action_hash)
    return verdict in ("allow", "notify") or (
        verdict == "ask" and await was_approved(tx, decision_id, action_hash)
    )


async def verdict_of(tx: AsyncConnection, decision_id: str, action_hash: str) -> str:
    """The verdict the chain holds on exactly this action; empty when there is none."""
    records = await _sound(tx, decision_id, "decision", action_hash)
    return str(records[-1]["body"].get("verdict", "")) if records else ""


async def was_approved(tx: AsyncConnection, decision_id: str, action_hash: str) -> bool:
    """True when the chain holds a person's approval of exactly this action."""
    return bool(await _sound(tx, decision_id, "approved", action_hash))


async def _sound(tx: AsyncConnection, subject: str, kind: str, action_hash: str) -> list[dict[str, Any]]:
    return [
        record
        for record in await about(tx, subject)
        if record["kind"] == kind
        and record["body"].get("action_hash") == action_hash
        and record["hash"] == _hash_of(record)
    ]


def _hash_of(row: Any) -> str:
    return record_hash(
        row["seq"], row["at"], row["kind"], row["subject"], row["by"], row["body"], row["prev_hash"]
    )


async def has_decision(tx: AsyncConnection, decision_id: str, action_hash: str) -> bool:
    """True when the chain holds this decision on exactly this action."""
    rows = await tx.execute(
        select(audit.c.body).where(audit.c.subject == decision_id, audit.c.kind == "decision")
    )
    return any(body.get("action_hash") == action_hash for body in rows.scalars())
