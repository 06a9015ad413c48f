"""Which version of a kind of thing is in force. `activate_version` is the one way to change it."""

from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store.rows import insert_or_change
from runtime.store.tables import active_versions


async def active_version(tx: AsyncConnection, kind: str) -> str | None:
    """Id of the version in force, or None."""
    return (await tx.execute(_ACTIVE, {"of": kind})).scalar_one_or_none()


_ACTIVE = select(active_versions.c.version_id).where(active_versions.c.kind == bindparam("of"))


async def activate_version(tx: AsyncConnection, kind: str, version_id: str, at: datetime) -> str | None:
    """Put a version in force; returns the one before."""
    before = await active_version(tx, kind)
    values = {"kind": kind, "version_id": version_id, "since": at}
    await insert_or_change(tx, active_versions, values, unique=["kind"])
    return before
