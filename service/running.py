"""Who runs this home: the lock one process holds, and the address and token of a running service."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from domain.errors import Correctable, Retryable
from runtime.settings import Settings


@dataclass(frozen=True)
class Running:
    """A service that answers on this machine."""

    url: str  # http://host:port
    token: str
    pid: int


def _file(settings: Settings) -> Path:
    return settings.home / "service.json"


@contextmanager
def home_lock(settings: Settings) -> Iterator[None]:
    """Hold the home; a second process is refused.

    Raises:
        Retryable: home_in_use. Correctable: home_not_writable.
    """
    path = settings.home / ".lock"
    try:
        settings.home.mkdir(parents=True, exist_ok=True)
        handle = path.open("w")
    except OSError as error:
        raise Correctable(
            f"The data folder cannot be written: {error.strerror}.",
            code="home_not_writable",
            where=str(settings.home),
            hint="Set RAINMAKER_HOME to a folder you may write.",
        ) from error
    with handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Retryable(
                "Another Rainmaker process is using this home.",
                code="home_in_use",
                where=str(settings.home),
                hint="Wait for it, stop it, or set RAINMAKER_HOME to another folder.",
            ) from error
        yield


def keep_worlds_apart(settings: Settings) -> None:
    """A home that once held a sandbox never serves the real world, and the other way round.

    Raises:
        Correctable: home_is_sandbox, home_is_live.
    """
    marker = settings.home / "world"
    own = "sandbox" if settings.sandbox else "live"
    if not marker.exists():
        marker.write_text(own + "\n")
    if marker.read_text().strip() != own:
        raise Correctable(
            f"This home holds {'sandbox' if own == 'live' else 'real'} data; the two are never mixed.",
            code="home_is_sandbox" if own == "live" else "home_is_live",
            where=str(settings.home),
            hint="Set RAINMAKER_HOME to another folder.",
        )


def announce(settings: Settings, url: str, token: str) -> None:
    """Write down where the service answers; readable by this user only."""
    path = _file(settings)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        json.dump({"url": url, "token": token, "pid": os.getpid()}, file)


def withdraw(settings: Settings) -> None:
    """Forget the address when the service ends."""
    _file(settings).unlink(missing_ok=True)


def running(settings: Settings) -> Running | None:
    """The service of this home, if its process lives and still holds the home."""
    try:
        found = json.loads(_file(settings).read_text())
        service = Running(url=str(found["url"]), token=str(found["token"]), pid=int(found["pid"]))
        os.kill(service.pid, 0)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return service if _held(settings) else None


def _held(settings: Settings) -> bool:
    """False when the lock is free: a service that died left its file, and its pid may be somebody else's now."""
    try:
        with (settings.home / ".lock").open() as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False
