"""Users, kill switches and suppressions."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store.rows import insert_new, insert_or_change
from runtime.store.tables import suppressions, switches, users


async def user_by_name(tx: AsyncConnection, name: str) -> dict[str, Any] | None:
    """A user row by login name."""
    row = (await tx.execute(select(users).where(users.c.name == name))).mappings().one_or_none()
    return dict(row) if row else None


async def user_by_id(tx: AsyncConnection, user_id: str) -> dict[str, Any] | None:
    """A user row by id."""
    row = (await tx.execute(select(users).where(users.c.id == user_id))).mappings().one_or_none()
    return dict(row) if row else None


async def add_user(
    tx: AsyncConnection, *, user_id: str, name: str, password_hash: str, role: str, at: datetime
) -> None:
    """Store a new user."""
    await tx.execute(
        insert(users).values(id=user_id, name=name, password_hash=password_hash, role=role, made_at=at)
    )


async def set_password(tx: AsyncConnection, user_id: str, password_hash: str) -> None:
    """Change a password; every session of the user ends."""
    await tx.execute(
        update(users)
        .where(users.c.id == user_id)
        .values(password_hash=password_hash, session_epoch=users.c.session_epoch + 1)
    )


async def all_users(tx: AsyncConnection) -> list[dict[str, Any]]:
    """Every user, by name."""
    return [dict(row) for row in (await tx.execute(_USERS)).mappings()]


_USERS = select(users).order_by(users.c.name)


async def change_user(tx: AsyncConnection, user_id: str, **values: Any) -> None:
    """Change the role or the lock of a user; every session of theirs ends."""
    more = {**values, "session_epoch": users.c.session_epoch + 1}
    await tx.execute(update(users).where(users.c.id == user_id).values(**more))


async def end_sessions(tx: AsyncConnection, user_id: str) -> None:
    """End every session of a user."""
    await change_user(tx, user_id)


async def throw_switch(
    tx: AsyncConnection, *, scope: str, level: str, reason: str, by: str, at: datetime
) -> None:
    """Set the kill switch of a scope; level `none` clears it."""
    values = {"scope": scope, "level": level, "reason": reason, "by": by, "at": at}
    await insert_or_change(tx, switches, values, unique=["scope"])


async def thrown_switches(tx: AsyncConnection) -> list[dict[str, Any]]:
    """Switches that stop something now."""
    return [dict(row) for row in (await tx.execute(_THROWN)).mappings()]


_THROWN = select(switches).where(switches.c.level != "none")


async def suppress(tx: AsyncConnection, hashes: list[str], reason: str, at: datetime) -> None:
    """Add salted hashes that must never be contacted again."""
    for value in hashes:
        await insert_new(tx, suppressions, {"hash": value, "reason": reason, "at": at}, unique=["hash"])


async def suppressed(tx: AsyncConnection, hashes: list[str]) -> str | None:
    """Reason when any of these hashes is suppressed."""
    given = {f"hash_{number}": value for number, value in enumerate(hashes)}
    return (await tx.execute(_suppressed(len(hashes)), given)).scalar_one_or_none()


@cache
def _suppressed(hashes: int) -> Select[Any]:
    """One of a few; the library writes a statement with `in_` anew for every run."""
    among = or_(*(suppressions.c.hash == bindparam(f"hash_{number}") for number in range(hashes)))
    return select(suppressions.c.reason).where(among).limit(1)
