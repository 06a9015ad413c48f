"""Which version of a kind of thing is in force. `activate_version` is the one way to change it."""

from datetime import datetime

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store.tables import active_versions


async def active_version(tx: AsyncConnection, kind: str) -> str | None:
    """Id of the version in force, or None."""
    query = select(active_versions.c.version_id).where(active_versions.c.kind == kind)
    return (await tx.execute(query)).scalar_one_or_none()


async def activate_version(tx: AsyncConnection, kind: str, version_id: str, at: datetime) -> str | None:
    """Put a version in force; returns the one before."""
    before = await active_version(tx, kind)
    if before is None:
        await tx.execute(insert(active_versions).values(kind=kind, version_id=version_id, since=at))
    else:
        where = active_versions.c.kind == kind
        await tx.execute(update(active_versions).where(where).values(version_id=version_id, since=at))
    return before
