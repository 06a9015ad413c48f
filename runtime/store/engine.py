"""Opening the database: one engine, one write transaction at a time on SQLite, quick reads beside it."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from domain.errors import Correctable, RainmakerError, Retryable

SAFE_WAL = (3, 51, 3)  # older SQLite can corrupt a WAL file written over several connections
BUSY_MS = 30_000
_HEAD = "audit_head"


def journal_mode() -> tuple[str, str]:
    """The SQLite journal we use and why, for `doctor`."""
    version = sqlite3.sqlite_version
    if sqlite3.sqlite_version_info >= SAFE_WAL:
        return "WAL", f"SQLite {version} has the WAL fix of 3.51.3"
    return "TRUNCATE", f"SQLite {version} lacks the WAL fix of 3.51.3, so the rollback journal is used"


def _prepare_sqlite(engine: AsyncEngine, busy_ms: int) -> None:
    mode = journal_mode()[0]

    @event.listens_for(engine.sync_engine, "connect")
    def on_connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # we write BEGIN ourselves
        cursor = connection.cursor()
        for pragma in (
            f"journal_mode={mode}",
            "synchronous=FULL",
            f"busy_timeout={busy_ms}",
            "foreign_keys=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def on_begin(connection: Any) -> None:
        reading = connection.get_execution_options().get("reading", False)
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


def _dump(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        text.encode()
    except UnicodeEncodeError:  # a lone surrogate: a judged text must be stored whatever it holds
        return json.dumps(value, separators=(",", ":"))
    return text


class Database:
    """The business database. `read()` and `write()` give a connection inside one transaction."""

    def __init__(self, url: str, *, busy_ms: int = BUSY_MS) -> None:
        try:
            self.url = make_url(url)
            self._engine = create_async_engine(
                self.url, json_serializer=_dump, pool_pre_ping=not self.is_sqlite
            )
        except (ArgumentError, ImportError) as error:
            raise Correctable(
                "The database address cannot be used.",
                code="bad_database_url",
                where="RAINMAKER_DATABASE_URL",
                hint="Use sqlite+aiosqlite:///PATH.",
            ) from error
        if self.is_sqlite:
            _prepare_sqlite(self._engine, busy_ms)
        self._writing = asyncio.Lock()
        self.after_audit: Callable[[int, str], None] | None = None  # told the chain's head after each commit

    @property
    def is_sqlite(self) -> bool:
        """True for the embedded default."""
        return self.url.get_backend_name() == "sqlite"

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A consistent look; nothing is kept."""
        try:
            async with self._engine.connect() as connection:
                await connection.execution_options(reading=True)
                yield connection
        except DBAPIError as error:
            explained = _explained(error, str(self.url.database))
            if explained is None:
                raise
            raise explained from error

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: all of it is kept, or none."""
        async with self._writing if self.is_sqlite else _nothing():
            try:
                async with self._engine.begin() as connection:
                    yield connection
                    head = _announced(connection)
                if head is not None and self.after_audit is not None:
                    await asyncio.to_thread(self.after_audit, *head)
            except DBAPIError as error:
                explained = _explained(error, str(self.url.database))
                if explained is None:
                    raise
                raise explained from error

    async def compact(self) -> None:
        """Rewrite the file, so that what was erased is not left in free pages or the journal (SQLite)."""
        if not self.is_sqlite:
            return
        async with self._writing, self._engine.connect() as connection:
            raw = (await connection.get_raw_connection()).driver_connection
            if raw is None:
                raise RuntimeError("the database is closed")
            for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                await raw.execute(statement)

    async def close(self) -> None:
        """Drop every connection."""
        await self._engine.dispose()


def announce_head(tx: AsyncConnection, records: int, last_hash: str) -> None:
    """Note the audit chain's head in this transaction; it is handed out once the transaction is kept."""
    tx.info[_HEAD] = (tx.get_transaction(), records, last_hash)


def _announced(tx: AsyncConnection) -> tuple[int, str] | None:
    noted = tx.info.pop(_HEAD, None)
    if noted is None or noted[0] is not tx.get_transaction():  # a leftover of one that was rolled back
        return None
    return noted[1], noted[2]


@asynccontextmanager
async def _nothing() -> AsyncIterator[None]:
    yield


def _explained(error: DBAPIError, where: str) -> RainmakerError | None:
    text = str(error.orig).lower()
    if "locked" in text or "busy" in text:
        return Retryable("The database is locked by another process.", code="database_locked", where=where)
    if "disk is full" in text or "disk full" in text:
        return Retryable("The disk is full; nothing was written.", code="disk_full", where=where)
    if "readonly" in text or "read-only" in text or "unable to open" in text:
        return Correctable(
            "The database cannot be written.",
            code="database_read_only",
            where=where,
            hint="Check the folder's permissions or set RAINMAKER_HOME.",
        )
    if "not a database" in text or "malformed" in text:
        return Correctable(
            "The database file is damaged or is no database.",
            code="database_damaged",
            where=where,
            hint="Restore it from a copy, or set RAINMAKER_HOME to another folder.",
        )
    if "disk i/o error" in text:
        return Retryable("The disk could not be read or written.", code="disk_error", where=where)
    return None
