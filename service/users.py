"""People who may sign in: the first owner, passwords, and who a caller is."""

import asyncio
import secrets
from functools import cache
from typing import TYPE_CHECKING

from domain.decisions import Actor
from domain.errors import Correctable, Refused
from runtime.store import people
from service.bootstrap import House

if TYPE_CHECKING:
    from argon2 import PasswordHasher

ROLES = ("owner", "manager", "rep", "viewer")
SHORTEST = 10
FIRST_OWNER = "owner"
_HARMLESS = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$RdescudvJCsgt3ub+b5dWRWJTmaaJObG"


@cache
def _hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher()


async def add_user(house: House, name: str, password: str, role: str) -> Actor:
    """Make a user.

    Raises:
        Correctable: unknown_role, short_password, user_exists.
    """
    if role not in ROLES:
        raise Correctable(
            f"There is no role {role!r}.", code="unknown_role", hint=f"One of {', '.join(ROLES)}."
        )
    if len(password) < SHORTEST:
        raise Correctable(f"A password needs at least {SHORTEST} characters.", code="short_password")
    hashed = await asyncio.to_thread(_hasher().hash, password)
    now = await house.clock.now()
    user_id = house.ids.new("usr")
    async with house.database.write() as tx:
        if await people.user_by_name(tx, name):
            raise Correctable(f"There is already a user {name!r}.", code="user_exists", where=name)
        await people.add_user(tx, user_id=user_id, name=name, password_hash=hashed, role=role, at=now)
    return Actor(kind="user", name=name, role=role)


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


async def set_password(house: House, name: str, password: str) -> None:
    """Change a password; sessions of that user end."""
    if len(password) < SHORTEST:
        raise Correctable(f"A password needs at least {SHORTEST} characters.", code="short_password")
    hashed = await asyncio.to_thread(_hasher().hash, password)
    async with house.database.write() as tx:
        row = await people.user_by_name(tx, name)
        if row is None:
            raise Correctable(f"There is no user {name!r}.", code="unknown_user", where=name)
        await people.set_password(tx, row["id"], hashed)
