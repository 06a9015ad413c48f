"""Signed sessions of people: made by a password, ended by time, logout, and every change of the account."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.decisions import Actor
from domain.errors import Refused
from runtime.store import people
from service.bootstrap import House
from service.users import actor_named, check_password
from service.wrong_tries import WrongTries, key_of, key_of_address

LIFE = timedelta(hours=12)


async def sign_in(
    house: House, tries: WrongTries, name: str, password: str, address: str = ""
) -> Actor | None:
    """Who signs in, or None; a locked name or address is refused without looking at the password."""
    keys = [key_of(name), *([key_of_address(address)] if address else [])]
    if any(tries.locked(key) for key in keys):
        return None
    actor = await check_password(house, name.strip(), password)
    if actor is None:
        for key in keys:
            tries.add(key)
    else:
        tries.forget(keys[0])
    return actor


def locked(tries: WrongTries, name: str, address: str) -> bool:
    """True while this name, or this address, must wait."""
    return tries.locked(key_of(name)) or (bool(address) and tries.locked(key_of_address(address)))


async def epoch_of(house: House, name: str) -> int:
    """Number of the sessions a user may have now; it grows with every change of the account.

    Raises:
        Refused: unknown_user.
    """
    async with house.database.read() as tx:
        row = await people.user_by_name(tx, name)
    if row is None or row["disabled"]:
        raise Refused("This user may not act here.", code="unknown_user", where=name[:80])
    return int(row["session_epoch"])


async def begin(house: House, actor: Actor, now: datetime | None = None) -> dict[str, Any]:
    """A session's token for a person who just signed in."""
    until = (now or datetime.now(UTC)) + LIFE  # machine time: a stepped sandbox clock ends no session
    epoch = await epoch_of(house, actor.name)
    told = json.dumps([actor.name, epoch, int(until.timestamp())]).encode()
    payload = base64.urlsafe_b64encode(told).decode().rstrip("=")
    return {
        "token": f"{payload}.{_mark(house, payload)}",
        "user": actor.name,
        "role": actor.role,
        "expires_at": until.isoformat(),
    }


async def person_of(house: House, token: str, now: datetime | None = None) -> Actor:
    """The person behind a session's token, with the role they have now.

    Raises:
        Refused: session_ended, unknown_user.
    """
    payload, _, mark = token.partition(".")
    if not hmac.compare_digest(mark.encode(), _mark(house, payload).encode()):
        raise Refused("This needs a valid token.", code="not_signed_in")
    try:
        name, epoch, until = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (ValueError, TypeError) as error:
        raise Refused("This needs a valid token.", code="not_signed_in") from error
    if (now or datetime.now(UTC)).timestamp() >= until or epoch != await epoch_of(house, str(name)):
        raise Refused("This session has ended; please sign in again.", code="session_ended")
    return await actor_named(house, str(name))


async def end_all(house: House, name: str) -> None:
    """Log out: every session of this person ends, in the chat and elsewhere."""
    async with house.database.write() as tx:
        row = await people.user_by_name(tx, name)
        if row is not None:
            await people.end_sessions(tx, row["id"])


def _mark(house: House, payload: str) -> str:
    key = hashlib.sha256(b"rest sessions:" + house.terms.salt).digest()
    return hmac.new(key, payload.encode(), hashlib.sha256).hexdigest()
