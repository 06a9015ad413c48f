"""What a database says becomes one of our errors: one clear sentence, a code, never a password or a value."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from domain.errors import Correctable, RainmakerError, Retryable

UNREACHABLE = "database_unreachable"


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
        raise _busy(where) from error


def meaning(error: DBAPIError, where: str) -> RainmakerError | None:
    """Our error for what a driver said; None when it is no story about the database itself."""
    state = getattr(error.orig, "sqlstate", None)
    text = str(error.orig).lower()
    if state is not None or type(error.orig).__module__.startswith("psycopg"):
        return _of_postgres(error, state or "", text, where)
    return _of_sqlite(text, where)


def _of_sqlite(text: str, where: str) -> RainmakerError | None:
    if "locked" in text or "busy" in text:
        return _locked(where)
    if "disk is full" in text or "disk full" in text:
        return _disk_full(where)
    if "readonly" in text or "read-only" in text or "unable to open" in text:
        return _read_only(where, "Check the folder's permissions or set RAINMAKER_HOME.")
    if "not a database" in text or "malformed" in text:
        return _damaged(where, "Restore it from a copy, or set RAINMAKER_HOME to another folder.")
    if "disk i/o error" in text:
        return _disk_error(where)
    if text.startswith("table ") and "already exists" in text:
        return _foreign(where)
    return None


def _of_postgres(error: DBAPIError, state: str, text: str, where: str) -> RainmakerError | None:
    if not state:
        return _of_connecting(error, text, where)
    by_state = {
        "25006": lambda: _read_only(where, "Use the primary server, or give the role the right to write."),
        "25P03": lambda: _unreachable(where),  # we stood still for too long inside a transaction
        "28000": lambda: _login_refused(where),
        "28P01": lambda: _login_refused(where),
        "3D000": lambda: _missing(where),
        "40001": lambda: _conflict(where),
        "40P01": lambda: _conflict(where),
        "42501": lambda: _forbidden(where),
        "42P07": lambda: _foreign(where),
        "53100": lambda: _disk_full(where),
        "53200": lambda: _busy(where),
        "53300": lambda: _busy(where),
        "55P03": lambda: _locked(where),
        "57014": lambda: _busy(where),
        "58030": lambda: _disk_error(where),
        "XX001": lambda: _damaged(where, "Restore it from a backup."),
        "XX002": lambda: _damaged(where, "Rebuild the index the server's log names (REINDEX)."),
    }
    made = by_state.get(state)
    if made is not None:
        return made()
    if state in ("22001", "22003", "54000"):
        return _too_large(where)
    return _unreachable(where) if state.startswith(("08", "57P")) else None


def _of_connecting(error: DBAPIError, text: str, where: str) -> RainmakerError | None:
    """Before a session exists the server tells its reason in words only."""
    if "authentication" in text or "no password supplied" in text or "pg_hba.conf" in text:
        return _login_refused(where)
    if "role" in text and ("does not exist" in text or "not permitted to log in" in text):
        return _login_refused(where)
    if "database" in text and "does not exist" in text:
        return _missing(where)
    if "too many" in text or "remaining connection slots" in text:
        return _busy(where)
    lost = error.connection_invalidated or type(error.orig).__name__ == "OperationalError"
    return _unreachable(where) if lost else None


def _locked(where: str) -> RainmakerError:
    return Retryable("The database is locked by another process.", code="database_locked", where=where)


def _disk_full(where: str) -> RainmakerError:
    return Retryable("The disk is full; nothing was written.", code="disk_full", where=where)


def _disk_error(where: str) -> RainmakerError:
    return Retryable("The disk could not be read or written.", code="disk_error", where=where)


def _busy(where: str) -> RainmakerError:
    return Retryable("The database has too much to do now.", code="database_busy", where=where)


def _conflict(where: str) -> RainmakerError:
    return Retryable(
        "Somebody else changed the same rows at that moment; nothing was written.",
        code="database_conflict",
        where=where,
    )


def _unreachable(where: str) -> RainmakerError:
    return Retryable(
        "The database server does not answer.",
        code=UNREACHABLE,
        where=where,
        hint="It may be restarting; else check RAINMAKER_DATABASE_URL and that the server runs.",
    )


def _read_only(where: str, hint: str) -> RainmakerError:
    return Correctable("The database cannot be written.", code="database_read_only", where=where, hint=hint)


def _damaged(where: str, hint: str) -> RainmakerError:
    return Correctable(
        "The database file is damaged or is no database.", code="database_damaged", where=where, hint=hint
    )


def _login_refused(where: str) -> RainmakerError:
    return Correctable(
        "The database server refused the login.",
        code="database_login_refused",
        where=where,
        hint="Check user and password in RAINMAKER_DATABASE_URL.",
    )


def _missing(where: str) -> RainmakerError:
    return Correctable(
        "There is no such database on the server.",
        code="database_missing",
        where=where,
        hint="Create it (createdb NAME), or correct the name in RAINMAKER_DATABASE_URL.",
    )


def _forbidden(where: str) -> RainmakerError:
    return Correctable(
        "The database user lacks a right it needs.",
        code="database_forbidden",
        where=where,
        hint="Make it the owner of the database, or grant it CREATE on the schema.",
    )


def _foreign(where: str) -> RainmakerError:
    return Correctable(
        "The database already holds tables of something else.",
        code="database_foreign",
        where=where,
        hint="Give Rainmaker an empty database of its own.",
    )


def _too_large(where: str) -> RainmakerError:
    return Correctable("A value is too large to be stored.", code="value_too_large", where=where)
