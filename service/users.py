"""People who may sign in: the first owner, their roles and passwords, and who a caller is."""

import asyncio
import re
import secrets
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import votes
from autonomy.approvals import DECIDERS
from domain.decisions import Actor
from domain.errors import Correctable, Refused
from runtime.store import audit, people
from service.bootstrap import House

if TYPE_CHECKING:
    from argon2 import PasswordHasher

ROLES = ("owner", "manager", "rep", "viewer")
SHORTEST = 10
LONGEST = 1000  # hashing more would be work for an attacker's sake
_NAME = re.compile(r"[\w.@+-]{1,80}")
FIRST_OWNER = "owner"
_HARMLESS = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b5dWRWJTmaaJObG"


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher()


async def add_user(house: House, name: str, password: str, role: str, *, by: str = "") -> Actor:
    """Make a user.

    Raises:
        Correctable: unknown_role, bad_user_name, short_password, long_password, user_exists.
    """
    _check_role(role)
    _check_name(name)
    hashed = await _hashed(password)
    now = await house.clock.now()
    user_id = house.ids.new("usr")
    async with house.database.write() as tx:
        if await people.user_by_name(tx, name):
            raise Correctable(f"There is already a user {name!r}.", code="user_exists", where=name)
        await people.add_user(tx, user_id=user_id, name=name, password_hash=hashed, role=role, at=now)
        body = {"role": role}
        await audit.append(tx, at=now, kind="user_added", subject=user_id, by=by or "system", body=body)
    return Actor(kind="user", name=name, role=role)


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise Correctable(
            f"There is no role {role[:40]!r}.", code="unknown_role", hint=f"One of {', '.join(ROLES)}."
        )


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise Correctable(
            "A user name has 1 to 80 letters, digits, dots, dashes, underscores or @.",
            code="bad_user_name",
            where=name[:80],
        )


async def _hashed(password: str) -> str:
    if len(password) < SHORTEST:
        raise Correctable(f"A password needs at least {SHORTEST} characters.", code="short_password")
    if len(password) > LONGEST:
        raise Correctable(f"A password has at most {LONGEST} characters.", code="long_password")
    return await asyncio.to_thread(_hasher().hash, password)


async def ensure_owner(house: House) -> str | None:
    """Make the first owner when there is nobody; returns the new password, shown once."""
    async with house.database.read() as tx:
        if await people.user_by_name(tx, FIRST_OWNER):
            return None
    password = secrets.token_urlsafe(12)
    await add_user(house, FIRST_OWNER, password, "owner")
    return password


async def check_password(house: House, name: str, password: str) -> Actor | None:
    """Who signs in, or None. Takes the same time for unknown names."""
    from argon2.exceptions import InvalidHashError, VerificationError

    async with house.database.read() as tx:
        row = await people.user_by_name(tx, name)
    if len(password) > LONGEST:
        return None
    hashed = row["password_hash"] if row else _HARMLESS
    try:
        await asyncio.to_thread(_hasher().verify, hashed, password)
    except (VerificationError, InvalidHashError):
        return None
    if row is None or row["disabled"]:
        return None
    return Actor(kind="user", name=row["name"], role=row["role"])


async def actor_named(house: House, name: str) -> Actor:
    """The person behind a signed session, with the role they have now.

    Raises:
        Refused: unknown_user.
    """
    async with house.database.read() as tx:
        row = await people.user_by_name(tx, name)
    if row is None or row["disabled"]:
        raise Refused(f"The user {name!r} may not act here.", code="unknown_user", where=name)
    return Actor(kind="user", name=row["name"], role=row["role"])


async def local_owner(house: House) -> Actor:
    """Whom commands of this machine act as: the first owner, or another one who may still act.

    Raises:
        Refused: unknown_user – there is no active owner.
    """
    async with house.database.read() as tx:
        active = [row for row in await people.all_users(tx) if row["role"] == "owner" and not row["disabled"]]
    names = [row["name"] for row in active]
    if not names:
        raise Refused("There is no active owner.", code="unknown_user", where=FIRST_OWNER)
    name = FIRST_OWNER if FIRST_OWNER in names else names[0]
    return Actor(kind="user", name=name, role="owner")


async def set_password(house: House, name: str, password: str, *, by: str = "") -> None:
    """Change a password; sessions of that user end.

    Raises:
        Correctable: short_password, long_password, unknown_user.
    """
    hashed = await _hashed(password)
    now = await house.clock.now()
    async with house.database.write() as tx:
        row = await _known(tx, name)
        await people.set_password(tx, row["id"], hashed)
        await _note(tx, "password_changed", row, by or name, now)


async def set_role(house: House, name: str, role: str, *, by: str) -> None:
    """Give a user another role; their sessions end.

    Raises:
        Correctable: unknown_role, unknown_user. Refused: last_owner.
    """
    _check_role(role)
    now = await house.clock.now()
    async with house.database.write() as tx:
        row = await _known(tx, name)
        if role != "owner":
            await _check_not_last(tx, row)
        await people.change_user(tx, row["id"], role=role)
        if role not in DECIDERS:
            await votes.withdraw(tx, name, by=by, now=now)
        await _note(tx, "role_changed", row, by, now, role=role)


async def set_disabled(house: House, name: str, disabled: bool, *, by: str) -> None:
    """Lock a user out, or let them in again; their sessions end either way.

    Raises:
        Correctable: unknown_user. Refused: last_owner.
    """
    now = await house.clock.now()
    async with house.database.write() as tx:
        row = await _known(tx, name)
        if disabled:
            await _check_not_last(tx, row)
            await votes.withdraw(tx, name, by=by, now=now)
        await people.change_user(tx, row["id"], disabled=disabled)
        await _note(tx, "user_disabled" if disabled else "user_enabled", row, by, now)


async def listed(house: House) -> list[dict[str, Any]]:
    """Every user with role and state; no hashes."""
    async with house.database.read() as tx:
        rows = await people.all_users(tx)
    return [
        {
            "name": row["name"],
            "role": row["role"],
            "disabled": row["disabled"],
            "since": row["made_at"].isoformat(),
        }
        for row in rows
    ]


async def _known(tx: AsyncConnection, name: str) -> dict[str, Any]:
    row = await people.user_by_name(tx, name)
    if row is None:
        raise Correctable(f"There is no user {name[:80]!r}.", code="unknown_user", where=name[:80])
    return row


async def _check_not_last(tx: AsyncConnection, row: dict[str, Any]) -> None:
    if row["role"] != "owner" or row["disabled"]:
        return
    others = [one for one in await people.all_users(tx) if one["role"] == "owner" and not one["disabled"]]
    if len(others) < 2:
        raise Refused(
            f"{row['name']} is the last active owner; make another owner first.",
            code="last_owner",
            where=row["name"],
        )


async def _note(
    tx: AsyncConnection, kind: str, row: dict[str, Any], by: str, now: datetime, **body: str
) -> None:
    await audit.append(tx, at=now, kind=kind, subject=row["id"], by=by, body=body)
