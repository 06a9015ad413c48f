"""Campaigns as screens show them: the list, and of one its funnel, its days, its steps and its arms. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, case, cast, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.decisions import OutboxState
from runtime.store import paging
from runtime.store.deal_tables import deals
from runtime.store.experience_tables import made_touches
from runtime.store.outbox import LEFT_AT
from runtime.store.paging import Page
from runtime.store.screen_lists import SAID
from runtime.store.tables import accounts, campaigns, contacts, drafts, outbox
from runtime.store.tables import touches as touches_table
from runtime.store.talk_tables import inbound, meetings, threads

_TOUCH = "send_email"
YES = ("positive", "meeting_accept", "meeting_counter")
AGREED = ("booked", "accepted", "tentative", "moved", "held")


@dataclass(frozen=True)
class Funnel:
    """How far a campaign came: drafts, mails, people written to, talks in which they answered, meetings, deals."""

    drafts: int
    dropped: int
    blocked: int
    mails: dict[str, int]
    written_to: int
    bounced: int
    replied: int
    positive: int
    meetings: int
    deals: int

    @property
    def sent(self) -> int:
        """Mails that left."""
        return self.mails.get("sent", 0)


async def page(tx: AsyncConnection, *, after: str = "", size: int = 12) -> Page:
    """Campaigns, the newest first."""
    query = select(campaigns.c.id, campaigns.c.name, campaigns.c.state, campaigns.c.body, campaigns.c.made_at)
    return await paging.page(tx, query, campaigns.c.made_at, campaigns.c.id, after=after, size=size)


async def funnel(tx: AsyncConnection, campaign_id: str) -> Funnel:
    """From drafts to deals."""
    made = (
        await tx.execute(
            select(
                func.count().label("drafts"),
                func.coalesce(func.sum(case((drafts.c.dropped, 1), else_=0)), 0).label("dropped"),
                func.coalesce(func.sum(case((_is_blocked(), 1), else_=0)), 0).label("blocked"),
            ).where(drafts.c.campaign_id == campaign_id)
        )
    ).one()
    by_state = select(outbox.c.state, func.count()).where(outbox.c.campaign_id == campaign_id)
    mails = {state: number for state, number in (await tx.execute(by_state.group_by(outbox.c.state))).all()}
    return Funnel(
        drafts=made.drafts,
        dropped=int(made.dropped),
        blocked=int(made.blocked),
        mails=mails,
        written_to=await _distinct(tx, outbox.c.contact_id, _sent(campaign_id)),
        **await _came_back(tx, campaign_id),
    )


async def _came_back(tx: AsyncConnection, campaign_id: str) -> dict[str, int]:
    """What followed: talks in which they wrote, meetings, deals of companies that were written to."""
    talks = select(threads.c.id).where(threads.c.campaign_id == campaign_id)
    heard = inbound.c.thread_id.in_(talks)
    human = heard & (inbound.c.kind == "human")
    with_them = meetings.c.thread_id.in_(talks) & meetings.c.state.in_(AGREED)
    written = select(outbox.c.account_id).where(*_sent(campaign_id))
    talk = inbound.c.thread_id
    return {
        "bounced": await _distinct(tx, talk, [heard, inbound.c.kind == "bounce"]),
        "replied": await _distinct(tx, talk, [human]),
        "positive": await _distinct(tx, talk, [human, SAID.in_(YES)]),
        "meetings": await _distinct(tx, meetings.c.id, [with_them]),
        "deals": await _distinct(tx, deals.c.id, [deals.c.account_id.in_(written)]),
    }


def _sent(campaign_id: str) -> list[ColumnElement[bool]]:
    return [
        outbox.c.campaign_id == campaign_id,
        outbox.c.kind == _TOUCH,
        outbox.c.state == OutboxState.SENT,
    ]


def _is_blocked() -> ColumnElement[bool]:
    """True where a draft names a reason against itself; an empty list is written as []."""
    return cast(drafts.c.blocked, Text) != "[]"


async def _distinct(tx: AsyncConnection, column: Any, where: Sequence[ColumnElement[bool]]) -> int:
    return int((await tx.execute(select(func.count(distinct(column))).where(*where))).scalar_one())


@dataclass(frozen=True)
class Left:
    """A mail of a campaign that left or is to leave."""

    at: datetime
    is_sent: bool


async def touches(tx: AsyncConnection, campaign_id: str, most: int = 20_000) -> list[Left]:
    """When each mail of a campaign left, or is to leave."""
    query = select(LEFT_AT, outbox.c.state == OutboxState.SENT).where(
        outbox.c.campaign_id == campaign_id,
        outbox.c.kind == _TOUCH,
        outbox.c.state.in_([OutboxState.SENT, OutboxState.QUEUED, OutboxState.CLAIMED]),
    )
    return [
        Left(at, bool(sent)) for at, sent in (await tx.execute(query.order_by(LEFT_AT).limit(most))).all()
    ]


async def replies_at(tx: AsyncConnection, campaign_id: str, most: int = 20_000) -> list[datetime]:
    """When people of a campaign wrote."""
    talks = select(threads.c.id).where(threads.c.campaign_id == campaign_id)
    query = select(inbound.c.came_at).where(inbound.c.thread_id.in_(talks), inbound.c.kind == "human")
    return list((await tx.execute(query.order_by(inbound.c.came_at).limit(most))).scalars())


@dataclass(frozen=True)
class Arm:
    """One way of writing, or one step: mails that left, people written to, and of those who wrote back."""

    name: str
    sent: int
    people: int
    replied: int


async def arms(tx: AsyncConnection, campaign_id: str, column: str = "arm") -> list[Arm]:
    """Mails and answers by arm (or by `step`); an answer counts for each arm or step its person was sent."""
    named = made_touches.c[column]
    talk = and_(threads.c.contact_id == made_touches.c.contact_id, threads.c.campaign_id == campaign_id)
    heard = and_(inbound.c.thread_id == threads.c.id, inbound.c.kind == "human")
    query = (
        select(
            named,
            func.count(distinct(made_touches.c.key)),
            func.count(distinct(made_touches.c.contact_id)),
            func.count(distinct(inbound.c.thread_id)),
        )
        .join(outbox, outbox.c.key == made_touches.c.key)
        .outerjoin(threads, talk)
        .outerjoin(inbound, heard)
        .where(*_sent(campaign_id), made_touches.c.campaign_id == campaign_id)
        .group_by(named)
        .order_by(named)
    )
    return [Arm(str(name), *numbers) for name, *numbers in (await tx.execute(query)).all()]


async def drafts_page(tx: AsyncConnection, campaign_id: str, *, after: str = "", size: int = 12) -> Page:
    """Drafts with the person each is for, in order."""
    columns = (
        drafts.c.id, drafts.c.subject, drafts.c.body, drafts.c.claims, drafts.c.variant, drafts.c.blocked,
        drafts.c.dropped, drafts.c.edited_by, drafts.c.contact_id, touches_table.c.step,
    )  # fmt: skip
    query = (
        select(*columns, contacts.c.name.label("contact"), contacts.c.email, accounts.c.name.label("account"))
        .join(touches_table, touches_table.c.id == drafts.c.touch_id)
        .outerjoin(contacts, contacts.c.id == drafts.c.contact_id)
        .outerjoin(accounts, accounts.c.id == contacts.c.account_id)
        .where(drafts.c.campaign_id == campaign_id)
    )
    place = touches_table.c.step * 100_000 + drafts.c.position
    return await paging.page(tx, query, place, drafts.c.id, after=after, size=size, down=False)
