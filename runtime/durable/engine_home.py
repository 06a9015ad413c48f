"""Where the engine keeps its records, and a look at them without starting it. Holds no business facts."""

import contextlib
import logging
import sqlite3
import time
from pathlib import Path

from sqlalchemy.engine import make_url

from runtime.settings import Settings

log = logging.getLogger(__name__)
FILE = "engine.db"
_OPEN = "'PENDING', 'ENQUEUED', 'DELAYED'"
_PARKED = (
    f"SELECT application_version, count(*) FROM {{}}workflow_status WHERE status IN ({_OPEN}) GROUP BY 1"
)


def is_embedded(settings: Settings) -> bool:
    """True when the engine has a file of its own in the home."""
    return make_url(settings.database).get_backend_name() == "sqlite"


def address(settings: Settings) -> str:
    """The engine's database: a file in the home, or the schema `dbos` in our Postgres."""
    if is_embedded(settings):
        return f"sqlite:///{settings.home / FILE}"
    url = make_url(settings.database).set(drivername="postgresql+psycopg")
    return url.render_as_string(hide_password=False)


def prepare(settings: Settings) -> None:
    """Put the engine's file into WAL mode; a damaged one is set aside, for the outbox holds what is true."""
    if not is_embedded(settings):
        return
    path = settings.home / FILE
    try:
        _use_wal(path)
    except sqlite3.DatabaseError:
        aside = path.with_name(f"{FILE}.damaged-{int(time.time())}")
        log.exception("engine_file_damaged", extra={"kept_as": aside.name})
        path.replace(aside)
        for leftover in (f"{FILE}-wal", f"{FILE}-shm"):
            (settings.home / leftover).unlink(missing_ok=True)
        _use_wal(path)


def _use_wal(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path, timeout=30)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        if connection.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise sqlite3.DatabaseError("quick_check failed")


def parked(settings: Settings) -> dict[str, int]:
    """Unfinished workflows by the version they wait for; empty when the engine never ran."""
    try:
        rows = _parked_in_file(settings.home / FILE) if is_embedded(settings) else _parked_in_server(settings)
    except sqlite3.Error:
        return {}
    return {str(version): int(count) for version, count in rows}


def _parked_in_file(path: Path) -> list[tuple[str, int]]:
    if not path.exists():
        return []
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=5)) as connection:
        return connection.execute(_PARKED.format("")).fetchall()


def _parked_in_server(settings: Settings) -> list[tuple[str, int]]:
    import psycopg

    where = address(settings).replace("+psycopg", "")
    try:
        with psycopg.connect(where, connect_timeout=5) as connection:
            return connection.execute(_PARKED.format("dbos.").encode()).fetchall()
    except psycopg.Error:
        return []
