"""Touches and what followed them, as it was known at a moment: the only way numbers get at outcomes.

Nothing later than that moment is read, so no figure can know the future. What was known at a touch was written
when it was decided and is never changed.
"""

import asyncio
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.experience import After, Consequence, Experience, MadeTouch
from runtime.store.deal_tables import deal_moves, deals
from runtime.store.experience_tables import made_touches, meeting_moves
from runtime.store.harms import BOUNCED, COMPLAINED, OPTED_OUT
from runtime.store.rows import insert_new
from runtime.store.tables import events, outbox
from runtime.store.talk_tables import inbound, meetings

_CAME_BACK = {BOUNCED: After.BOUNCE, COMPLAINED: After.COMPLAINT, OPTED_OUT: After.OPT_OUT}
Told = tuple[str, Consequence]  # whom or what it is about, and what happened


async def note(tx: AsyncConnection, touch: MadeTouch) -> bool:
    """Keep a touch with what is known now; False when it is kept already, and then it stays as it was."""
    return await insert_new(tx, made_touches, touch.model_dump(), unique=["key"])


async def as_of(tx: AsyncConnection, moment: datetime) -> list[Experience]:
    """Every touch decided by a moment, oldest first, with what had followed it by then.

    A reply, meeting or opt-out belongs to the last mail that had left to that person before it, a deal's stage to
    the last one that had left to anybody at the company.
    """
    query = (
        select(made_touches)
        .where(made_touches.c.at <= moment)
        .order_by(made_touches.c.at, made_touches.c.key)
    )
    rows = (await tx.execute(query)).mappings().all()
    sent = await _sent(tx, moment)
    of_people = [*await _replies(tx, moment), *await _meetings(tx, moment), *await _came_back(tx, moment)]
    # Many thousand touches take seconds to put together; whoever shares the process need not wait for it.
    return await asyncio.to_thread(_joined, rows, sent, of_people, await _stages(tx, moment))


def _joined(
    rows: Sequence[RowMapping],
    sent: dict[str, Consequence],
    of_people: Sequence[Told],
    of_companies: Sequence[Told],
) -> list[Experience]:
    """Touches with what followed each."""
    tried = [MadeTouch.model_validate(dict(row)) for row in rows]
    followed: dict[str, list[Consequence]] = defaultdict(list)
    for key, left in sent.items():
        followed[key].append(left)
    people = _Trail((one.contact_id, one.key) for one in tried)
    companies = _Trail((one.account_id, one.key) for one in tried)
    for about, told in ((people, of_people), (companies, of_companies)):
        about.order(sent)
        for who, one in told:
            key = about.last_before(who, one.at)
            if key:
                followed[key].append(one)
    return [
        Experience(touch=one, followed=tuple(sorted(followed[one.key], key=lambda it: it.at)))
        for one in tried
    ]


class _Trail:
    """The touches of each person or company that left, in order of time."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._keys: dict[str, list[str]] = defaultdict(list)
        for who, key in pairs:
            self._keys[who].append(key)
        self._left: dict[str, tuple[list[datetime], list[str]]] = {}

    def order(self, sent: dict[str, Consequence]) -> None:
        """Take in when each left."""
        for who, keys in self._keys.items():
            left = sorted((sent[key].at, key) for key in keys if key in sent)
            self._left[who] = ([at for at, _ in left], [key for _, key in left])

    def last_before(self, who: str, at: datetime) -> str:
        """The key of the last touch that had left by then; "" when none had."""
        times, keys = self._left.get(who, ([], []))
        place = bisect_right(times, at)
        return keys[place - 1] if place else ""


async def _sent(tx: AsyncConnection, moment: datetime) -> dict[str, Consequence]:
    query = select(outbox.c.key, outbox.c.sent_at, outbox.c.id).where(
        outbox.c.kind == "send_email", outbox.c.state == "sent", outbox.c.sent_at <= moment
    )
    return {
        row.key: Consequence(kind=After.SENT, at=row.sent_at, source=row.id)
        for row in await tx.execute(query)
    }


async def _replies(tx: AsyncConnection, moment: datetime) -> Sequence[Told]:
    query = select(inbound.c.id, inbound.c.contact_id, inbound.c.came_at, inbound.c.reading).where(
        inbound.c.kind == "human", inbound.c.contact_id != "", inbound.c.came_at <= moment
    )
    return [
        (
            row.contact_id,
            Consequence(kind=After.REPLY, at=row.came_at, value=_kind(row.reading), source=row.id),
        )
        for row in await tx.execute(query)
    ]


def _kind(reading: dict[str, Any] | None) -> str:
    findings = (reading or {}).get("findings") or ()
    return str(findings[0]["kind"]) if findings else ""


async def _meetings(tx: AsyncConnection, moment: datetime) -> Sequence[Told]:
    query = (
        select(meeting_moves, meetings.c.contact_id)
        .join(meetings, meetings.c.id == meeting_moves.c.meeting_id)
        .where(meeting_moves.c.at <= moment)
    )
    return [
        (row.contact_id, Consequence(kind=After.MEETING, at=row.at, value=row.state, source=row.meeting_id))
        for row in await tx.execute(query)
    ]


async def _came_back(tx: AsyncConnection, moment: datetime) -> Sequence[Told]:
    query = (
        select(events.c.id, events.c.kind, events.c.at, outbox.c.contact_id)
        .join(outbox, outbox.c.id == events.c.subject)
        .where(events.c.kind.in_(list(_CAME_BACK)), events.c.at <= moment)
    )
    return [
        (row.contact_id, Consequence(kind=_CAME_BACK[row.kind], at=row.at, source=row.id))
        for row in await tx.execute(query)
    ]


async def _stages(tx: AsyncConnection, moment: datetime) -> Sequence[Told]:
    query = (
        select(
            deal_moves.c.deal_id, deal_moves.c.after, deal_moves.c.reason, deal_moves.c.at, deals.c.account_id
        )
        .join(deals, deals.c.id == deal_moves.c.deal_id)
        .where(deal_moves.c.at <= moment)
    )
    return [
        (
            row.account_id,
            Consequence(kind=After.STAGE, at=row.at, value=row.after, reason=row.reason, source=row.deal_id),
        )
        for row in await tx.execute(query)
    ]
