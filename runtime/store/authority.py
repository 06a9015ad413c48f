"""Versions of the authority matrix and earned autonomy levels as rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, bindparam, cast, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store.rows import insert_or_change
from runtime.store.tables import active_versions, autonomy_levels, policy_versions


async def add_policy_version(
    tx: AsyncConnection, *, version_id: str, body: dict[str, Any], note: str, by: str, at: datetime
) -> int:
    """Store a version; returns its number. Versions are never changed."""
    number = (await tx.execute(select(func.coalesce(func.max(policy_versions.c.number), 0)))).scalar_one() + 1
    await tx.execute(
        insert(policy_versions).values(
            id=version_id, number=number, body=body, note=note, made_by=by, made_at=at
        )
    )
    return int(number)


async def policy_version(tx: AsyncConnection, version_id: str) -> dict[str, Any] | None:
    """One version by id."""
    query = select(policy_versions).where(policy_versions.c.id == version_id)
    row = (await tx.execute(query)).mappings().one_or_none()
    return dict(row) if row else None


@dataclass(frozen=True)
class ActivePolicy:
    """The version in force; `body` is its JSON, None when its row is gone."""

    id: str
    body: str | None


async def active_policy(tx: AsyncConnection) -> ActivePolicy | None:
    """The version in force; None while none was ever activated."""
    row = (await tx.execute(_IN_FORCE)).one_or_none()
    return ActivePolicy(row.version_id, row.body) if row else None


_IN_FORCE = (
    select(active_versions.c.version_id, cast(policy_versions.c.body, Text).label("body"))
    .outerjoin(policy_versions, policy_versions.c.id == active_versions.c.version_id)
    .where(active_versions.c.kind == "policy")
)


async def policy_versions_listed(tx: AsyncConnection) -> list[dict[str, Any]]:
    """Every version, newest first."""
    rows = (await tx.execute(select(policy_versions).order_by(policy_versions.c.number.desc()))).mappings()
    return [dict(row) for row in rows]


async def keep_simulation(tx: AsyncConnection, version_id: str, result: dict[str, Any]) -> None:
    """Note what a version would have changed in past decisions."""
    where = policy_versions.c.id == version_id
    await tx.execute(update(policy_versions).where(where).values(simulation=result))


async def earned_level(tx: AsyncConnection, agent: str, action: str) -> int:
    """What an agent earned for a kind of action: 0 asks, 1 notifies, 2 acts alone."""
    values = {"agent": agent, "action": action}
    return int((await tx.execute(_EARNED, values)).scalar_one_or_none() or 0)


_EARNED = select(autonomy_levels.c.level).where(
    autonomy_levels.c.agent == bindparam("agent"), autonomy_levels.c.action == bindparam("action")
)


async def earned_levels(tx: AsyncConnection) -> list[dict[str, Any]]:
    """Every level that was ever moved."""
    query = select(autonomy_levels).order_by(autonomy_levels.c.agent, autonomy_levels.c.action)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


async def set_earned_level(
    tx: AsyncConnection, agent: str, action: str, level: int, *, reason: str, at: datetime
) -> None:
    """Store a level."""
    values = {"agent": agent, "action": action, "level": level, "reason": reason, "since": at}
    await insert_or_change(tx, autonomy_levels, values, unique=["agent", "action"])
