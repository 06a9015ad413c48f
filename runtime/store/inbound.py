"""Mails that came in, and how far each mailbox was read."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import digest
from runtime.store.rows import by, insert_new, label_columns
from runtime.store.talk_tables import inbound, mailboxes, raw_mails

NEW, HANDLED, WAITING, IGNORED, QUARANTINED = "new", "handled", "waiting", "ignored", "quarantined"


async def cursor(tx: AsyncConnection, address: str, folder: str) -> tuple[int, int]:
    """UIDVALIDITY and the last UID that was read; zeros for a mailbox never read."""
    query = select(mailboxes.c.uid_validity, mailboxes.c.last_uid)
    row = (await tx.execute(query.where(_is(address, folder)))).one_or_none()
    return (row.uid_validity, row.last_uid) if row else (0, 0)


async def set_cursor(
    tx: AsyncConnection, address: str, folder: str, *, uid_validity: int, last_uid: int, at: datetime
) -> None:
    """Note how far a mailbox was read."""
    values = {"uid_validity": uid_validity, "last_uid": last_uid, "read_at": at, "trouble": ""}
    await _set_mailbox(tx, address, folder, values)


async def set_trouble(tx: AsyncConnection, address: str, folder: str, why: str) -> None:
    """Note why a mailbox could not be read."""
    await _set_mailbox(tx, address, folder, {"trouble": why})


async def _set_mailbox(tx: AsyncConnection, address: str, folder: str, values: dict[str, Any]) -> None:
    changed = await tx.execute(update(mailboxes).where(_is(address, folder)).values(**values))
    if changed.rowcount == 0:
        await tx.execute(insert(mailboxes).values(address=address, folder=folder, **values))


def _is(address: str, folder: str) -> Any:
    return (mailboxes.c.address == address) & (mailboxes.c.folder == folder)


async def mailbox_states(tx: AsyncConnection) -> list[dict[str, Any]]:
    """Every mailbox that was read or could not be."""
    return [dict(row) for row in (await tx.execute(select(mailboxes))).mappings()]


async def known(tx: AsyncConnection, mailbox: str, sha256: str) -> str | None:
    """Id of the same mail taken in before: the same bytes. A Message-ID alone proves nothing, people reuse them."""
    return (await tx.execute(_KNOWN, {"in": mailbox, "bytes": sha256})).scalar_one_or_none()


_KNOWN = (
    select(inbound.c.id)
    .where(inbound.c.mailbox == bindparam("in"), inbound.c.sha256 == bindparam("bytes"))
    .limit(1)
)


async def keep(tx: AsyncConnection, row: dict[str, Any], raw: bytes | None) -> None:
    """Store a mail; its raw bytes once, however many mailboxes got it."""
    label = row.pop("label")
    await tx.execute(_KEEP, {**row, **label_columns(label)})
    if raw is not None:
        copy = {"sha256": row["sha256"], "bytes": raw, "kept_at": row["came_at"]}
        await insert_new(tx, raw_mails, copy, unique=["sha256"])


_KEEP = insert(inbound)


async def one(tx: AsyncConnection, inbound_id: str) -> dict[str, Any] | None:
    """One mail that came in."""
    row = (await tx.execute(by(inbound.c.id), {"id": inbound_id})).mappings().one_or_none()
    return dict(row) if row else None


async def raw(tx: AsyncConnection, sha256: str) -> bytes | None:
    """The bytes as they came."""
    return (
        await tx.execute(select(raw_mails.c.bytes).where(raw_mails.c.sha256 == sha256))
    ).scalar_one_or_none()


async def in_state(tx: AsyncConnection, state: str, limit: int = 200) -> list[dict[str, Any]]:
    """Mails of a state, oldest first."""
    query = select(inbound).where(inbound.c.state == state).order_by(inbound.c.came_at, inbound.c.id)
    return [dict(row) for row in (await tx.execute(query.limit(limit))).mappings()]


async def settle(
    tx: AsyncConnection, inbound_id: str, seen: Sequence[str], to: str, **values: object
) -> bool:
    """Compare-and-set: move a mail on only from a state the caller saw."""
    where = (inbound.c.id == inbound_id) & inbound.c.state.in_(list(seen))
    return (await tx.execute(update(inbound).where(where).values(state=to, **values))).rowcount == 1


async def of_thread(tx: AsyncConnection, thread_id: str) -> list[dict[str, Any]]:
    """The mails of one thread, oldest first."""
    query = select(inbound).where(inbound.c.thread_id == thread_id).order_by(inbound.c.came_at)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def counts(tx: AsyncConnection, since: datetime) -> dict[str, int]:
    """Mails by kind since a moment."""
    query = select(inbound.c.kind, func.count()).where(inbound.c.came_at >= since).group_by(inbound.c.kind)
    return {kind: number for kind, number in (await tx.execute(query)).all()}


async def forget_raw(tx: AsyncConnection, before: datetime) -> int:
    """Drop raw copies that are older; quarantined ones stay for a person to look at."""
    held = select(inbound.c.sha256).where(inbound.c.state == QUARANTINED)
    old = (raw_mails.c.kept_at < before) & raw_mails.c.sha256.not_in(held)
    return (await tx.execute(delete(raw_mails).where(old))).rowcount


def answer_key(row: dict[str, Any]) -> str:
    """What identifies a mail for the one answer to it: its Message-ID, or its bytes when it has none."""
    return row["message_id"] or digest(["mail", row["sha256"]])
