"""Who is signed in: passwords with a limit on wrong tries, and sessions that end with a new password."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

from domain.decisions import Actor
from domain.errors import Refused
from runtime.store import people
from service.bootstrap import House
from service.users import actor_named, check_password

COOKIE = "rainmaker_session"
WRONG_TRIES = 5
WINDOW = 60.0  # seconds of machine time
NAMES_KEPT = 1000


@dataclass
class WrongTries:
    """Wrong passwords by name within the last minute; bounded, and in this process only."""

    now: Callable[[], float] = time.monotonic
    _at: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)

    def locked(self, name: str) -> bool:
        """True when this name has had its tries for now."""
        times = self._at.get(name)
        while times and self.now() - times[0] >= WINDOW:
            times.popleft()
        return times is not None and len(times) >= WRONG_TRIES

    def add(self, name: str) -> None:
        """Count a wrong try."""
        self._at.setdefault(name, deque()).append(self.now())
        self._at.move_to_end(name)
        while len(self._at) > NAMES_KEPT:
            self._at.popitem(last=False)

    def forget(self, name: str) -> None:
        """Start anew after a right password."""
        self._at.pop(name, None)


async def sign_in(house: House, tries: WrongTries, name: str, password: str) -> Actor | None:
    """Who signs in, or None; a locked name is refused without looking at the password."""
    key = name.strip().lower()[:200]
    if tries.locked(key):
        return None
    actor = await check_password(house, name.strip(), password)
    if actor is None:
        tries.add(key)
    else:
        tries.forget(key)
    return actor


async def epoch_of(house: House, name: str) -> int:
    """Number of the sessions a user may have now; it grows with every new password.

    Raises:
        Refused: unknown_user.
    """
    async with house.database.read() as tx:
        row = await people.user_by_name(tx, name)
    if row is None or row["disabled"]:
        raise Refused("This user may not act here.", code="unknown_user", where=name[:80])
    return int(row["session_epoch"])


async def acting(house: House, token: str | None) -> Actor:
    """The person behind a session's token, with the role they have now.

    Raises:
        Refused: unknown_user, session_ended.
    """
    from chainlit.auth import decode_jwt
    from jwt import InvalidTokenError

    try:
        user = decode_jwt(token or "")
    except (InvalidTokenError, TypeError, KeyError) as error:
        raise Refused("Please sign in again.", code="session_ended") from error
    if user.metadata.get("epoch") != await epoch_of(house, user.identifier):
        raise Refused("The password was changed; please sign in again.", code="session_ended")
    return await actor_named(house, user.identifier)
