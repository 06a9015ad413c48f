"""Deals as screens show them: sums by stage and pages of one stage. Reads only."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store import paging
from runtime.store.deal_tables import deal_moves, deals
from runtime.store.paging import Page
from runtime.store.screen_lists import text_matches
from runtime.store.tables import outbox


@dataclass(frozen=True)
class DealFilter:
    """Which deals; `moved_since` and `opened_since` speak of when."""

    stage: str = ""
    text: str = ""
    opened_since: datetime | None = None
    moved_since: datetime | None = None
    is_open: bool | None = None
    campaign_id: str = ""

    def where(self) -> list[ColumnElement[bool]]:
        """As conditions on deals."""
        found = [deals.c.stage == self.stage] if self.stage else []
        found += [text_matches(self.text, deals.c.name, deals.c.next_step)] if self.text else []
        found += [deals.c.opened_at >= self.opened_since] if self.opened_since else []
        if self.moved_since:
            moved = select(deal_moves.c.deal_id).where(deal_moves.c.at >= self.moved_since)
            found.append(deals.c.id.in_(moved))
        if self.campaign_id:
            sent = (outbox.c.campaign_id == self.campaign_id) & (outbox.c.state == "sent")
            found.append(deals.c.account_id.in_(select(outbox.c.account_id).where(sent)))
        if self.is_open is not None:
            found.append(deals.c.closed_at.is_(None) if self.is_open else deals.c.closed_at.is_not(None))
        return found


@dataclass(frozen=True)
class StageSum:
    """Deals of one stage in one currency ("" when the amount is not known)."""

    stage: str
    currency: str
    count: int
    amount: Decimal


async def sums(tx: AsyncConnection) -> list[StageSum]:
    """How many deals each stage holds and what they are worth."""
    worth = func.coalesce(func.sum(deals.c.amount), 0)
    query = select(deals.c.stage, deals.c.currency, func.count(), worth)
    rows = (await tx.execute(query.group_by(deals.c.stage, deals.c.currency))).all()
    return [StageSum(stage, currency, count, Decimal(amount)) for stage, currency, count, amount in rows]


async def page(tx: AsyncConnection, wanted: DealFilter, *, after: str = "", size: int = 40) -> Page:
    """Deals, the next step that is due first; closed ones the last closed first."""
    query = select(deals).where(*wanted.where())
    if wanted.is_open is False or wanted.stage in ("won", "lost"):
        at = func.coalesce(deals.c.closed_at, deals.c.stage_since)
        return await paging.page(tx, query, at, deals.c.id, after=after, size=size)
    return await paging.page(tx, query, deals.c.next_step_at, deals.c.id, after=after, size=size, down=False)


async def count(tx: AsyncConnection, wanted: DealFilter) -> int:
    """How many deals these are."""
    query = select(func.count()).select_from(deals).where(*wanted.where())
    return int((await tx.execute(query)).scalar_one())


async def overdue(tx: AsyncConnection, now: datetime) -> int:
    """Open deals whose next step should have been done by now."""
    late = (deals.c.closed_at.is_(None)) & (deals.c.next_step_at < now)
    return int((await tx.execute(select(func.count()).select_from(deals).where(late))).scalar_one())
