"""Versions of the risk calibration as rows. A version is never changed; the newest holds."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store.tables import risk_calibrations


async def add(
    tx: AsyncConnection, *, version_id: str, body: dict[str, Any], report: dict[str, Any], at: datetime
) -> int:
    """Store a version with the report of its fit; returns its number."""
    number = 1 + int(
        (await tx.execute(select(func.coalesce(func.max(risk_calibrations.c.number), 0)))).scalar_one()
    )
    await tx.execute(
        insert(risk_calibrations).values(id=version_id, number=number, body=body, report=report, made_at=at)
    )
    return number


async def newest(tx: AsyncConnection) -> dict[str, Any] | None:
    """The version that holds."""
    row = (await tx.execute(_NEWEST)).mappings().one_or_none()
    return dict(row) if row else None


_NEWEST = select(risk_calibrations).order_by(risk_calibrations.c.number.desc()).limit(1)


async def listed(tx: AsyncConnection) -> list[dict[str, Any]]:
    """Every version, newest first."""
    query = select(risk_calibrations).order_by(risk_calibrations.c.number.desc())
    return [dict(row) for row in (await tx.execute(query)).mappings()]
