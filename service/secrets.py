"""The workspace's secret key: from the settings, or made once and kept in the home, readable by us only."""

import os
import secrets
from pathlib import Path

from domain.errors import Correctable
from runtime.settings import Settings


def secret_key(settings: Settings) -> bytes:
    """The key of sessions, tokens and suppression hashes.

    Raises:
        Correctable: home_not_writable, short_secret_key.
    """
    given = settings.secret_key.get_secret_value()
    if given:
        if len(given) < 16:
            raise Correctable(
                "RAINMAKER_SECRET_KEY is shorter than 16 characters.",
                code="short_secret_key",
                where="RAINMAKER_SECRET_KEY",
            )
        return given.encode()
    return _kept(settings.home / "secret.key")


def _make(path: Path) -> None:
    """Write beside and link: whoever is quicker wins, and nobody ever reads a half-written key."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(32))
    try:
        os.link(fresh, path)
    except FileExistsError:
        pass
    finally:
        fresh.unlink(missing_ok=True)


def _kept(path: Path) -> bytes:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            _make(path)
        return path.read_text().strip().encode()
    except OSError as error:
        raise Correctable(
            f"The data folder cannot be written: {error.strerror}.",
            code="home_not_writable",
            where=str(path.parent),
            hint="Set RAINMAKER_HOME to a folder you may write.",
        ) from error
