"""A mark that changes whenever something happened that a screen may show. A few reads of the ends of indexes."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store.experience_tables import meeting_moves
from runtime.store.tables import audit, outbox, switches
from runtime.store.talk_tables import inbound

_MARK = select(
    select(func.max(audit.c.seq)).scalar_subquery(),
    select(func.max(inbound.c.came_at)).scalar_subquery(),
    select(func.max(meeting_moves.c.at)).scalar_subquery(),
    select(func.max(switches.c.at)).scalar_subquery(),
    select(func.count()).select_from(switches).where(switches.c.level != "none").scalar_subquery(),
    select(func.count()).select_from(outbox).where(outbox.c.state == "held").scalar_subquery(),
)


async def mark(tx: AsyncConnection) -> str:
    """The mark now: every judged act, delivery and decision of a person is a record of the chain and moves it."""
    return "|".join(str(value) for value in (await tx.execute(_MARK)).one())
