"""API tokens: made by a person, shown once, kept as a hash; each acts as its person with a role of at most theirs."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, update

from domain.decisions import Actor
from domain.errors import Correctable, Refused
from runtime.store import audit, people
from runtime.store.rest_tables import api_tokens
from runtime.store.tables import users
from service.bootstrap import House

PREFIX = "rmk_"
RANK = {"viewer": 0, "rep": 1, "manager": 2, "owner": 3}
LONGEST_DAYS = 366
_NOTE_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class Bearer:
    """Who a token speaks for, and which token it was."""

    actor: Actor
    token_id: str


async def create(house: House, actor: Actor, *, name: str, role: str, days: int) -> dict[str, Any]:
    """Make a token for the person who asks; its text is in the answer and nowhere else.

    Raises:
        Refused: role_may_not – a role above one's own.
    """
    if RANK[role] > RANK.get(actor.role, -1):
        raise Refused(
            f"The role {actor.role or 'none'} may not make a token of a {role}.", code="role_may_not"
        )
    now = await house.clock.now()
    token = PREFIX + secrets.token_urlsafe(32)
    row = {
        "id": house.ids.new("tok"),
        "name": name,
        "role": role,
        "hash": _hash(token),
        "made_at": now,
        "expires_at": now + timedelta(days=days),
    }
    async with house.database.write() as tx:
        user = await people.user_by_name(tx, actor.name)
        if user is None:
            raise Refused("Only a signed-in person can have a token.", code="person_needed")
        await tx.execute(insert(api_tokens).values(user_id=user["id"], **row))
        body = {"role": role, "until": row["expires_at"].isoformat()}
        await audit.append(tx, at=now, kind="token_made", subject=row["id"], by=actor.name, body=body)
    return {**_shown({**row, "used_at": None, "revoked_at": None, "user": actor.name}, now), "token": token}


async def listed(house: House, actor: Actor) -> list[dict[str, Any]]:
    """Tokens, newest first: an owner sees everybody's, others their own."""
    now = await house.clock.now()
    query = select(api_tokens, users.c.name.label("user")).join(users, users.c.id == api_tokens.c.user_id)
    if actor.role != "owner":
        query = query.where(users.c.name == actor.name)
    async with house.database.read() as tx:
        rows = await tx.execute(query.order_by(api_tokens.c.made_at.desc(), api_tokens.c.id))
        return [_shown(dict(row), now) for row in rows.mappings()]


async def revoke(house: House, token_id: str, actor: Actor) -> dict[str, Any]:
    """End a token at once; ending it twice changes nothing.

    Raises:
        Correctable: unknown_token.
    """
    now = await house.clock.now()
    async with house.database.write() as tx:
        query = select(api_tokens.c.revoked_at, users.c.name).join(users, users.c.id == api_tokens.c.user_id)
        row = (await tx.execute(query.where(api_tokens.c.id == token_id))).one_or_none()
        if row is None or (actor.role != "owner" and row.name != actor.name):
            raise Correctable("There is no such token.", code="unknown_token", where=token_id[:60])
        if row.revoked_at is None:
            ended = update(api_tokens).where(api_tokens.c.id == token_id).values(revoked_at=now)
            await tx.execute(ended)
            await audit.append(tx, at=now, kind="token_revoked", subject=token_id, by=actor.name, body={})
    return {"id": token_id, "state": "revoked"}


async def bearer_of(house: House, token: str) -> Bearer:
    """Whom a token speaks for now: its person, with the lesser of its role and theirs.

    Raises:
        Refused: not_signed_in, token_ended.
    """
    now = await house.clock.now()
    query = (
        select(api_tokens, users.c.name.label("user"), users.c.role.label("user_role"), users.c.disabled)
        .join(users, users.c.id == api_tokens.c.user_id)
        .where(api_tokens.c.hash == _hash(token))
    )
    async with house.database.read() as tx:
        row = (await tx.execute(query)).mappings().one_or_none()
    if row is None:
        raise Refused("This needs a valid token.", code="not_signed_in")
    if row["revoked_at"] is not None or row["expires_at"] <= now or row["disabled"]:
        raise Refused("This token has ended.", code="token_ended", where=row["id"])
    await _note_use(house, row["id"], row["used_at"], now)
    role = min(row["role"], row["user_role"], key=lambda one: RANK.get(one, -1))
    return Bearer(Actor(kind="user", name=row["user"], role=role), row["id"])


async def _note_use(house: House, token_id: str, used_at: datetime | None, now: datetime) -> None:
    """A write a minute at most: a program may call many times a second."""
    if used_at is None or now - used_at >= _NOTE_EVERY:
        async with house.database.beside() as tx:
            await tx.execute(update(api_tokens).where(api_tokens.c.id == token_id).values(used_at=now))


def _hash(token: str) -> str:
    """Plain SHA-256 is enough: a token holds 256 random bits, so nobody can try them out."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _shown(row: dict[str, Any], now: datetime) -> dict[str, Any]:
    state = "revoked" if row["revoked_at"] else "expired" if row["expires_at"] <= now else "active"
    return {
        "id": row["id"],
        "name": row["name"],
        "role": row["role"],
        "user": row["user"],
        "state": state,
        "made_at": row["made_at"].isoformat(),
        "expires_at": row["expires_at"].isoformat(),
        "used_at": row["used_at"].isoformat() if row["used_at"] else None,
    }
