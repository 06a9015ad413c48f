"""The audit chain: append-only records, each holding the hash of the one before."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from json.encoder import encode_basestring
from typing import Any

from sqlalchemy import Text, bindparam, cast, desc, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import digest
from runtime.store.audit_words import impersonal
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
    """Add a record in the caller's transaction; returns its sequence number. Personal data is struck out first."""
    body = impersonal(body)
    last = await head(tx)
    seq, prev = last.records + 1, last.hash
    own = record_hash(seq, at, kind, subject, by, body, prev)
    said = {"at": at, "kind": kind, "subject": subject, "by": by, "body": in_hashed_order(body)}
    await tx.execute(_ADD, {"seq": seq, **said, "prev_hash": prev, "hash": own})
    announce_head(tx, seq, own)
    return seq


_ADD = insert(audit)
_LAST = select(audit.c.seq, audit.c.hash).order_by(desc(audit.c.seq)).limit(1)
_ABOUT = select(audit).where(audit.c.subject == bindparam("of")).order_by(audit.c.seq)


async def verify(tx: AsyncConnection) -> Verified:
    """Walk the chain from its first record."""
    expected, prev, count = 1, GENESIS, 0
    result = await tx.stream(_WALK)
    async for rows in result.partitions(_AT_ONCE):
        for row in rows:
            count += 1
            if row.seq != expected or row.prev_hash != prev or not _hash_fits(row):
                return Verified(False, count, row.seq, f"record {row.seq} does not fit")
            expected, prev = row.seq + 1, row.hash
    return Verified(True, count)


# the body as it is stored: reading and writing it anew for every record is most of the walk's time
_WALK = select(
    audit.c.seq,
    audit.c.at,
    audit.c.kind,
    audit.c.subject,
    audit.c.by,
    cast(audit.c.body, Text).label("body"),
    audit.c.prev_hash,
    audit.c.hash,
).order_by(audit.c.seq)
_AT_ONCE = 500


def _hash_fits(row: Any) -> bool:
    """True when the record has the hash it claims; a body stored in the order it was hashed in is not parsed."""
    body = row.body
    if isinstance(body, str):
        words = ",".join(map(encode_basestring, (row.kind, row.subject, row.by)))
        text = f'[{row.seq},"{row.at.isoformat()}",{words},{body},"{row.prev_hash}"]'
        if hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() == row.hash:
            return True
        try:
            body = json.loads(body)
        except ValueError:
            return False
    own = record_hash(row.seq, row.at, row.kind, row.subject, row.by, body, row.prev_hash)
    return bool(own == row.hash)


def in_hashed_order(value: Any) -> Any:
    """The same JSON value with its keys in the order they are hashed in; stored so, a record verifies fastest."""
    if isinstance(value, dict):
        return {key: in_hashed_order(value[key]) for key in sorted(value)}
    return [in_hashed_order(one) for one in value] if isinstance(value, list | tuple) else value


async def about(tx: AsyncConnection, subject: str) -> list[dict[str, Any]]:
    """Records about one id, oldest first."""
    return [dict(row) for row in (await tx.execute(_ABOUT, {"of": subject})).mappings()]


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
    last = (await tx.execute(_LAST)).one_or_none()
    return Head(last.seq, last.hash) if last else Head(0, GENESIS)


async def hash_at(tx: AsyncConnection, seq: int) -> str | None:
    """Hash of one record; of the empty chain at 0; None when the chain is shorter."""
    if seq == 0:
        return GENESIS
    return (await tx.execute(select(audit.c.hash).where(audit.c.seq == seq))).scalar_one_or_none()


@dataclass(frozen=True)
class Said:
    """What the chain says about exactly one action: the records whose own hash fits, oldest first.

    Rows of other tables can be forged one by one; a record here counts only if it is sound.
    """

    records: tuple[dict[str, Any], ...]

    @property
    def verdict(self) -> str:
        """The verdict on it; empty when there is none."""
        decided = [one for one in self.records if one["kind"] == "decision"]
        return str(decided[-1]["body"].get("verdict", "")) if decided else ""

    @property
    def approvers(self) -> int:
        """How many people must agree to it; what cannot be read counts as two."""
        told = [one["body"].get("approvers", 1) for one in self.records if one["kind"] == "decision"]
        return max((one if isinstance(one, int) and one >= 1 else 2 for one in told), default=1)

    @property
    def entitled(self) -> bool:
        """True when it may be done: decided allow or notify, or asked and approved."""
        return self.verdict in ("allow", "notify") or (self.verdict == "ask" and self.approved())

    def approved(self, needs: int = 1) -> bool:
        """True when as many people approved as it needs; `needs` may only raise that. Rows of votes do not count."""
        people = {one["by"] for one in self.records if one["kind"] in ("approved", "agreed")}
        complete = any(one["kind"] == "approved" for one in self.records)
        return complete and len(people) >= max(needs, self.approvers)


async def said(tx: AsyncConnection, decision_id: str, action_hash: str) -> Said:
    """What the chain says about exactly this action."""
    return Said(
        tuple(
            record
            for record in await about(tx, decision_id)
            if record["body"].get("action_hash") == action_hash and record["hash"] == _hash_of(record)
        )
    )


async def entitled(tx: AsyncConnection, decision_id: str, action_hash: str) -> bool:
    """True when the chain itself allows this exact action."""
    return (await said(tx, decision_id, action_hash)).entitled


async def verdict_of(tx: AsyncConnection, decision_id: str, action_hash: str) -> str:
    """The verdict the chain holds on exactly this action; empty when there is none."""
    return (await said(tx, decision_id, action_hash)).verdict


async def approvers_of(tx: AsyncConnection, decision_id: str, action_hash: str) -> int:
    """How many people the chain says must agree to exactly this action."""
    return (await said(tx, decision_id, action_hash)).approvers


def _hash_of(row: Any) -> str:
    return record_hash(
        row["seq"], row["at"], row["kind"], row["subject"], row["by"], row["body"], row["prev_hash"]
    )
