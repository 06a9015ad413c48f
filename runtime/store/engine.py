"""Opening the database: one engine, one write transaction at a time, quick reads beside it."""

import asyncio
import json
import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import PoolResetState

from domain.errors import Correctable
from runtime.store import postgres
from runtime.store.database_errors import UNREACHABLE, explained, meaning
from runtime.store.inline import cursors_inline

log = logging.getLogger(__name__)

SAFE_WAL = (3, 51, 3)  # older SQLite can corrupt a WAL file written over several connections
BUSY_MS = 30_000
Start = Callable[[AsyncConnection], Awaitable[None]]  # begins the transaction of a fresh connection
_HEAD = "audit_head"
_PAUSES = (0.1, 0.3, 1.0, 2.0, 4.0)  # seconds; a server restarts within them


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
        cursors_inline(connection.driver_connection)
        cursor = connection.cursor()
        for pragma in (
            f"journal_mode={mode}",
            "synchronous=FULL",
            f"busy_timeout={busy_ms}",
            "foreign_keys=ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "reset")
    def on_return(connection: Any, _record: Any, state: PoolResetState) -> None:
        # the library would roll back what was committed a moment ago, in a thread
        if (
            state.asyncio_safe
            and not state.transaction_was_reset
            and connection.driver_connection.in_transaction
        ):
            connection.rollback()

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
    """The business database. `read()` and `write()` give a connection inside one transaction.

    On both engines business transactions that write run one after another, over all processes: whatever a body
    reads before it writes still holds when it writes. Reads stand beside them and see one moment.
    """

    def __init__(self, url: str, *, busy_ms: int = BUSY_MS) -> None:
        try:
            self.url = address(url)
            self._engine = create_async_engine(self.url, **_options(self.url))
        except (ArgumentError, ImportError) as error:
            raise Correctable(
                "The database address cannot be used.",
                code="bad_database_url",
                where="RAINMAKER_DATABASE_URL",
                hint="Use sqlite+aiosqlite:///PATH or postgresql+psycopg://USER:PASSWORD@HOST/NAME.",
            ) from error
        if self.is_sqlite:
            _prepare_sqlite(self._engine, busy_ms)
        else:
            postgres.prepare(self._engine)
        self._busy_ms = busy_ms
        self._writing = asyncio.Lock()  # also keeps waiting writers from taking every connection of the pool
        self._met = False  # a server that answered before is given time to come back
        self.after_audit: Callable[[int, str], None] | None = None  # told the chain's head after each commit

    @property
    def is_sqlite(self) -> bool:
        """True for the embedded default."""
        return self.url.get_backend_name() == "sqlite"

    @property
    def where(self) -> str:
        """Which database, for messages: a file, or host and name. Never a login."""
        if self.is_sqlite:
            return str(self.url.database)
        host = self.url.host or self.url.query.get("host") or "local"
        return f"{host}/{self.url.database}"

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A consistent look; nothing is kept."""
        with explained(self.where):
            async with self._connection(self._start_reading) as connection:
                yield connection

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncConnection]:
        """One transaction: all of it is kept, or none."""
        async with self._writing:
            with explained(self.where):
                async with self._connection(self._start_writing) as connection:
                    yield connection
                    head = _announced(connection)
                    await connection.commit()
                if head is not None and self.after_audit is not None:
                    self.after_audit(*head)  # a few bytes into a file: a thread of its own would cost more

    @asynccontextmanager
    async def beside(self) -> AsyncIterator[AsyncConnection]:
        """A short write that reads nothing first (a beat, an index): on Postgres it does not wait for `write()`."""
        if self.is_sqlite:
            async with self.write() as connection:
                yield connection
            return
        with explained(self.where):
            async with self._connection(self._start_beside) as connection:
                yield connection
                await connection.commit()

    async def compact(self) -> None:
        """Rewrite the database, so that what was erased is not left in free pages (or SQLite's journal)."""
        async with self._writing, self._engine.connect() as connection:
            if not self.is_sqlite:
                await connection.execution_options(isolation_level="AUTOCOMMIT")
                await connection.exec_driver_sql("VACUUM")
                return
            raw = (await connection.get_raw_connection()).driver_connection
            if raw is None:
                raise RuntimeError("the database is closed")
            for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                await raw.execute(statement)

    async def close(self) -> None:
        """Drop every connection."""
        await self._engine.dispose()

    @asynccontextmanager
    async def _connection(self, start: Start) -> AsyncIterator[AsyncConnection]:
        connection = await self._opened(start)
        try:
            yield connection
        finally:  # what was not committed is rolled back
            await asyncio.shield(connection.close())

    async def _opened(self, start: Start) -> AsyncConnection:
        """A connection whose transaction has begun. Nothing of the caller ran yet, so it may be tried again."""
        for pause in _PAUSES if self._met else ():
            try:
                return await self._begun(start)
            except DBAPIError as error:
                ours = meaning(error, self.where)
                if ours is None or ours.code != UNREACHABLE:
                    raise
                log.warning("database_unreachable", extra={"where": self.where, "again_in": pause})
                await asyncio.sleep(pause)
        return await self._begun(start)

    async def _begun(self, start: Start) -> AsyncConnection:
        connection = await self._engine.connect()
        try:
            await start(connection)
        except BaseException:
            await connection.close()
            raise
        self._met = True
        return connection

    async def _start_reading(self, connection: AsyncConnection) -> None:
        if self.is_sqlite:
            await connection.execution_options(reading=True)
            return
        await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    async def _start_beside(self, connection: AsyncConnection) -> None:
        await connection.begin()

    async def _start_writing(self, connection: AsyncConnection) -> None:
        await connection.begin()
        if not self.is_sqlite:
            await postgres.become_writer(connection, self._busy_ms)


def address(url: str) -> URL:
    """The address with the driver we use; a server's usual spelling (postgres://…) is understood."""
    made = make_url(url)
    if made.drivername in ("postgres", "postgresql"):
        return made.set(drivername="postgresql+psycopg")
    if made.drivername == "sqlite":
        return made.set(drivername="sqlite+aiosqlite")
    if made.drivername not in ("postgresql+psycopg", "sqlite+aiosqlite"):
        raise ArgumentError(f"no driver for {made.drivername}")
    return made


def _options(url: URL) -> dict[str, Any]:
    """Values never enter messages: they are what people wrote to each other."""
    shared: dict[str, Any] = {"json_serializer": _dump, "hide_parameters": True}
    if url.get_backend_name() == "sqlite":
        # see runtime/store/inline.py and on_return above
        return {**shared, "connect_args": {"check_same_thread": False}, "pool_reset_on_return": None}
    connect = {key: value for key, value in postgres.CONNECT.items() if key not in url.query}
    return {**shared, **postgres.POOL, "isolation_level": "READ COMMITTED", "connect_args": connect}


def announce_head(tx: AsyncConnection, records: int, last_hash: str) -> None:
    """Note the audit chain's head in this transaction; it is handed out once the transaction is kept."""
    tx.info[_HEAD] = (tx.get_transaction(), records, last_hash)


def _announced(tx: AsyncConnection) -> tuple[int, str] | None:
    noted = tx.info.pop(_HEAD, None)
    if noted is None or noted[0] is not tx.get_transaction():  # a leftover of one that was rolled back
        return None
    return noted[1], noted[2]
