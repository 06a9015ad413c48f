"""How deals ended, and how the pipeline stood on days before. A day is kept once and then stays."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.deals import CLOSED, DealStage
from runtime.store.deal_tables import deal_moves, deals
from runtime.store.model_tables import pipeline_days
from runtime.store.rows import insert_new

_CLOSED = tuple(str(stage) for stage in CLOSED)


@dataclass(frozen=True)
class Ended:
    """A deal that was won or lost by a move, and the stages it had been in."""

    id: str
    stages: frozenset[DealStage]
    won: bool
    closed_at: datetime
    amount: Decimal | None
    currency: str


async def ended(tx: AsyncConnection, until: datetime) -> list[Ended]:
    """Deals that had ended by a moment, oldest first; one opened by mistake has no last move and is left out."""
    query = (
        select(
            deal_moves.c.deal_id,
            deal_moves.c.before,
            deal_moves.c.after,
            deal_moves.c.at,
            deals.c.amount,
            deals.c.currency,
        )
        .join(deals, deals.c.id == deal_moves.c.deal_id)
        .where(deal_moves.c.at <= until)
        .order_by(deal_moves.c.at, deal_moves.c.id)
    )
    moves: dict[str, list[Any]] = defaultdict(list)
    for row in await tx.execute(query):
        moves[row.deal_id].append(row)
    found = [_ended(deal_id, rows) for deal_id, rows in moves.items() if rows[-1].after in _CLOSED]
    return sorted(found, key=lambda one: (one.closed_at, one.id))


def _ended(deal_id: str, rows: list[Any]) -> Ended:
    last = rows[-1]
    stages = frozenset(DealStage(row.before) for row in rows if row.before not in _CLOSED)
    return Ended(deal_id, stages, last.after == DealStage.WON, last.at, last.amount, last.currency)


async def keep_day(tx: AsyncConnection, day: date, at: datetime, body: dict[str, Any]) -> bool:
    """Keep how the pipeline stood on a day; False when that was done before."""
    return await insert_new(tx, pipeline_days, {"day": day, "at": at, "body": body}, unique=["day"])


async def days(tx: AsyncConnection) -> list[date]:
    """The days that were kept, oldest first."""
    return list((await tx.execute(select(pipeline_days.c.day).order_by(pipeline_days.c.day))).scalars())


async def of_days(tx: AsyncConnection, wanted: Sequence[date]) -> dict[date, dict[str, Any]]:
    """How the pipeline stood on these days."""
    query = select(pipeline_days.c.day, pipeline_days.c.body).where(pipeline_days.c.day.in_(list(wanted)))
    return {row.day: row.body for row in await tx.execute(query.order_by(pipeline_days.c.day))}
