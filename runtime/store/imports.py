"""Import batches: the file, its report, and whether it was undone."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert, update
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store.tables import import_batches


async def keep(
    tx: AsyncConnection, *, batch_id: str, file_name: str, sha256: str, report: dict[str, Any], at: datetime
) -> None:
    """Store what an import did."""
    await tx.execute(
        insert(import_batches).values(
            id=batch_id, file_name=file_name, sha256=sha256, report=report, made_at=at
        )
    )


async def mark_undone(tx: AsyncConnection, batch_id: str, at: datetime) -> None:
    """Remember that a batch was taken back."""
    await tx.execute(update(import_batches).where(import_batches.c.id == batch_id).values(undone_at=at))
