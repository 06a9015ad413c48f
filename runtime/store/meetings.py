"""Meetings we made and the times we offered."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import derived
from domain.meetings import Meeting
from runtime.store.experience_tables import meeting_moves
from runtime.store.rows import insert_new
from runtime.store.talk_tables import meetings, offers

TAKES_TIME = (
    "offered",
    "booked",
    "accepted",
    "tentative",
    "moved",
    "countered",
)  # offered: decided, not yet written
LIVE = ("booked", "accepted", "tentative", "moved", "countered")


def of(row: Mapping[str, Any]) -> Meeting:
    """The meeting of a row."""
    return Meeting.model_validate(row["body"])


async def make(
    tx: AsyncConnection, meeting: Meeting, *, thread_id: str, decision_id: str, made_at: datetime
) -> None:
    """Store a meeting."""
    values = {"id": meeting.id, "uid": meeting.uid, "contact_id": meeting.contact_id}
    values |= {"account_id": meeting.account_id, "thread_id": thread_id, "decision_id": decision_id}
    await tx.execute(insert(meetings).values(**values, made_at=made_at, **_state(meeting)))
    await _moved(tx, meeting, "", made_at)


async def keep(tx: AsyncConnection, meeting: Meeting, detail: str, at: datetime) -> None:
    """Store what became of a meeting, and when we knew."""
    where = meetings.c.id == meeting.id
    await tx.execute(update(meetings).where(where).values(detail=detail, **_state(meeting)))
    await _moved(tx, meeting, detail, at)


async def _moved(tx: AsyncConnection, meeting: Meeting, detail: str, at: datetime) -> None:
    row = {"meeting_id": meeting.id, "state": str(meeting.state), "starts_at": meeting.slot.start}
    move_id = derived("mmv", *row.values(), at.isoformat())
    await insert_new(tx, meeting_moves, {"id": move_id, **row, "detail": detail, "at": at}, unique=["id"])


def _state(meeting: Meeting) -> dict[str, Any]:
    return {
        "state": str(meeting.state),
        "starts_at": meeting.slot.start,
        "ends_at": meeting.slot.end,
        "body": meeting.model_dump(mode="json"),
    }


async def one(tx: AsyncConnection, meeting_id: str) -> dict[str, Any] | None:
    """One meeting by its id or its calendar UID."""
    where = (meetings.c.id == meeting_id) | (meetings.c.uid == meeting_id)
    row = (await tx.execute(select(meetings).where(where))).mappings().one_or_none()
    return dict(row) if row else None


async def change(tx: AsyncConnection, meeting_id: str, seen: Sequence[str], **values: object) -> bool:
    """Compare-and-set: change a meeting only in a state the caller saw."""
    where = (meetings.c.id == meeting_id) & meetings.c.state.in_(list(seen))
    return (await tx.execute(update(meetings).where(where).values(**values))).rowcount == 1


async def live(tx: AsyncConnection, *, contact_id: str = "", account_id: str = "") -> list[dict[str, Any]]:
    """Meetings that stand, soonest first."""
    query = select(meetings).where(meetings.c.state.in_(TAKES_TIME))
    if contact_id:
        query = query.where(meetings.c.contact_id == contact_id)
    if account_id:
        query = query.where(meetings.c.account_id == account_id)
    return [dict(row) for row in (await tx.execute(query.order_by(meetings.c.starts_at))).mappings()]


async def count(tx: AsyncConnection, contact_id: str, state: str) -> int:
    """How many meetings with a contact are in a state."""
    query = select(func.count()).where(meetings.c.contact_id == contact_id, meetings.c.state == str(state))
    return int((await tx.execute(query)).scalar_one())


async def turned_down(tx: AsyncConnection, contact_id: str) -> set[datetime]:
    """When the meetings were to begin that a person declined."""
    query = select(meetings.c.starts_at).where(
        meetings.c.contact_id == contact_id, meetings.c.state == "declined"
    )
    return set((await tx.execute(query)).scalars())


async def settled(tx: AsyncConnection, states: Sequence[str], since: datetime) -> list[dict[str, Any]]:
    """Meetings whose end was told, as one of these states, and that began since a moment."""
    query = select(meetings).where(meetings.c.state.in_(list(states)), meetings.c.starts_at >= since)
    return [dict(row) for row in (await tx.execute(query.order_by(meetings.c.starts_at))).mappings()]


async def past(tx: AsyncConnection, now: datetime) -> list[dict[str, Any]]:
    """Meetings whose time is over and of which nobody said yet whether they were held."""
    query = select(meetings).where(meetings.c.state.in_(LIVE), meetings.c.ends_at <= now)
    return [dict(row) for row in (await tx.execute(query.order_by(meetings.c.ends_at))).mappings()]


async def between(tx: AsyncConnection, start: datetime, end: datetime) -> list[dict[str, Any]]:
    """Meetings that stand and begin in a span."""
    query = select(meetings).where(
        meetings.c.state.in_(TAKES_TIME), meetings.c.starts_at >= start, meetings.c.starts_at < end
    )
    return [dict(row) for row in (await tx.execute(query.order_by(meetings.c.starts_at))).mappings()]


async def offer(tx: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Note times that a text offers; they count once it was sent."""
    for row in rows:
        await tx.execute(insert(offers).values(**row))


async def offers_sent(tx: AsyncConnection, thread_id: str) -> None:
    """The text left: its times are offered now."""
    await tx.execute(update(offers).where(offers.c.thread_id == thread_id).values(sent=True))


async def offered(tx: AsyncConnection, contact_id: str) -> list[dict[str, Any]]:
    """Times offered to a contact that are not taken back."""
    query = (
        select(offers).where(offers.c.contact_id == contact_id, offers.c.sent).order_by(offers.c.starts_at)
    )
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def held_open(tx: AsyncConnection, now: datetime, life: timedelta) -> list[dict[str, Any]]:
    """Times offered to anybody that may still be accepted: not to be offered to somebody else."""
    query = select(offers).where(offers.c.starts_at > now, offers.c.made_at > now - life)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def forget_offers(tx: AsyncConnection, thread_id: str) -> None:
    """Take back what was offered in a thread."""
    await tx.execute(delete(offers).where(offers.c.thread_id == thread_id))
