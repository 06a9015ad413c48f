"""Rows waiting to be written into the CRM: found on the web or read from a file, not yet judged."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store.rows import insert_many
from runtime.store.tables import staged_rows


async def stage(tx: AsyncConnection, batch_id: str, start: int, rows: Sequence[dict[str, Any]]) -> None:
    """Add rows to a batch at positions from `start`."""
    values = [
        {"id": f"{batch_id}.{start + offset}", "batch_id": batch_id, "position": start + offset, "body": row}
        for offset, row in enumerate(rows)
    ]
    await insert_many(tx, staged_rows, values)


async def staged(tx: AsyncConnection, batch_id: str, chunk: int = 500) -> AsyncIterator[list[dict[str, Any]]]:
    """The batch's rows in order, a chunk at a time."""
    after = -1
    while True:
        query = (
            select(staged_rows.c.position, staged_rows.c.body)
            .where(staged_rows.c.batch_id == batch_id, staged_rows.c.position > after)
            .order_by(staged_rows.c.position)
            .limit(chunk)
        )
        rows = (await tx.execute(query)).all()
        if not rows:
            return
        yield [row.body for row in rows]
        after = rows[-1].position


async def count(tx: AsyncConnection, batch_id: str) -> int:
    """How many rows a batch holds."""
    query = select(func.count()).select_from(staged_rows).where(staged_rows.c.batch_id == batch_id)
    return int((await tx.execute(query)).scalar_one())


async def clear(tx: AsyncConnection, batch_id: str) -> None:
    """Forget a batch."""
    await tx.execute(delete(staged_rows).where(staged_rows.c.batch_id == batch_id))
