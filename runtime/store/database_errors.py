"""What a database says becomes one of our errors: one clear sentence, a code, never a password or a value."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from domain.errors import Correctable, RainmakerError, Retryable

UNREACHABLE = "database_unreachable"


@dataclass(frozen=True, slots=True)
class _Meaning:
    kind: type[Retryable] | type[Correctable]
    sentence: str
    code: str
    hint: str | None = None

    def hinted(self, hint: str) -> "_Meaning":
        return replace(self, hint=hint)

    def error(self, where: str) -> RainmakerError:
        return self.kind(self.sentence, code=self.code, where=where, hint=self.hint)


_LOCKED = _Meaning(Retryable, "The database is locked by another process.", "database_locked")
_DISK_FULL = _Meaning(Retryable, "The disk is full; nothing was written.", "disk_full")
_DISK_ERROR = _Meaning(Retryable, "The disk could not be read or written.", "disk_error")
_BUSY = _Meaning(Retryable, "The database has too much to do now.", "database_busy")
_CONFLICT = _Meaning(
    Retryable,
    "Somebody else changed the same rows at that moment; nothing was written.",
    "database_conflict",
)
_UNREACHABLE = _Meaning(
    Retryable,
    "The database server does not answer.",
    UNREACHABLE,
    "It may be restarting; else check RAINMAKER_DATABASE_URL and that the server runs.",
)
_READ_ONLY = _Meaning(Correctable, "The database cannot be written.", "database_read_only")
_DAMAGED = _Meaning(Correctable, "The database file is damaged or is no database.", "database_damaged")
_LOGIN_REFUSED = _Meaning(
    Correctable,
    "The database server refused the login.",
    "database_login_refused",
    "Check user and password in RAINMAKER_DATABASE_URL.",
)
_MISSING = _Meaning(
    Correctable,
    "There is no such database on the server.",
    "database_missing",
    "Create it (createdb NAME), or correct the name in RAINMAKER_DATABASE_URL.",
)
_FORBIDDEN = _Meaning(
    Correctable,
    "The database user lacks a right it needs.",
    "database_forbidden",
    "Make it the owner of the database, or grant it CREATE on the schema.",
)
_FOREIGN = _Meaning(
    Correctable,
    "The database already holds tables of something else.",
    "database_foreign",
    "Give Rainmaker an empty database of its own.",
)
_TOO_LARGE = _Meaning(Correctable, "A value is too large to be stored.", "value_too_large")

_BY_STATE = {
    "22001": _TOO_LARGE,
    "22003": _TOO_LARGE,
    "25006": _READ_ONLY.hinted("Use the primary server, or give the role the right to write."),
    "25P03": _UNREACHABLE,  # we stood still for too long inside a transaction
    "28000": _LOGIN_REFUSED,
    "28P01": _LOGIN_REFUSED,
    "3D000": _MISSING,
    "40001": _CONFLICT,
    "40P01": _CONFLICT,
    "42501": _FORBIDDEN,
    "42P07": _FOREIGN,
    "53100": _DISK_FULL,
    "53200": _BUSY,
    "53300": _BUSY,
    "54000": _TOO_LARGE,
    "55P03": _LOCKED,
    "57014": _BUSY,
    "58030": _DISK_ERROR,
    "XX001": _DAMAGED.hinted("Restore it from a backup."),
    "XX002": _DAMAGED.hinted("Rebuild the index the server's log names (REINDEX)."),
}


@contextmanager
def explained(where: str) -> Iterator[None]:
    """Raise ours instead of the driver's where we know what it means; everything else passes unchanged."""
    try:
        yield
    except DBAPIError as error:
        ours = meaning(error, where)
        if ours is None:
            raise
        raise ours from error
    except PoolTimeoutError as error:
        raise _BUSY.error(where) from error


def meaning(error: DBAPIError, where: str) -> RainmakerError | None:
    """Our error for what a driver said; None when it is no story about the database itself."""
    state = getattr(error.orig, "sqlstate", None)
    text = str(error.orig).lower()
    if state:
        found = _of_state(state)
    elif type(error.orig).__module__.startswith("psycopg"):
        found = _of_connecting(error, text)
    else:
        found = _of_sqlite(text)
    return found.error(where) if found else None


def _of_sqlite(text: str) -> _Meaning | None:
    if "locked" in text or "busy" in text:
        return _LOCKED
    if "disk is full" in text or "disk full" in text:
        return _DISK_FULL
    if "readonly" in text or "read-only" in text or "unable to open" in text:
        return _READ_ONLY.hinted("Check the folder's permissions or set RAINMAKER_HOME.")
    if "not a database" in text or "malformed" in text:
        return _DAMAGED.hinted("Restore it from a copy, or set RAINMAKER_HOME to another folder.")
    if "disk i/o error" in text:
        return _DISK_ERROR
    return _FOREIGN if text.startswith("table ") and "already exists" in text else None


def _of_state(state: str) -> _Meaning | None:
    lost = _UNREACHABLE if state.startswith(("08", "57P")) else None
    return _BY_STATE.get(state, lost)


def _of_connecting(error: DBAPIError, text: str) -> _Meaning | None:
    """Before a session exists the server tells its reason in words only."""
    if "authentication" in text or "no password supplied" in text or "pg_hba.conf" in text:
        return _LOGIN_REFUSED
    if "role" in text and ("does not exist" in text or "not permitted to log in" in text):
        return _LOGIN_REFUSED
    if "database" in text and "does not exist" in text:
        return _MISSING
    if "too many" in text or "remaining connection slots" in text:
        return _BUSY
    lost = error.connection_invalidated or type(error.orig).__name__ == "OperationalError"
    return _UNREACHABLE if lost else None
