"""Postgres: every way it can fail us is one clear sentence without a password, and it may be restarted under us."""

import asyncio
import socket
import traceback
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest
import pytest_asyncio
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import errors as said
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import IntegrityError, OperationalError

from domain.errors import Correctable, RainmakerError, Retryable
from runtime.store import engine, people
from runtime.store.engine import Database
from runtime.store.migrate import ensure_schema
from runtime.store.postgres import WRITER
from runtime.store.tables import metadata
from tests.fixtures import builders
from tests.fixtures.postgres import GUARDED, PostgresServer

SECRET = "a-wrong-password"
COUNT = text("SELECT count(*) FROM suppressions")


@pytest_asyncio.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    opened = Database(postgres_url)
    yield opened
    await opened.close()


async def error_of(url: str) -> RainmakerError:
    """What reading from an address fails with; nothing of it names the password."""
    database = Database(url)
    try:
        async with database.read() as tx:
            await tx.execute(text("SELECT 1"))
    except RainmakerError as error:
        told = "".join(traceback.format_exception(error)) + repr((error.where, error.hint))
        assert SECRET not in told
        return error
    finally:
        await database.close()
    raise AssertionError("it could be read")


async def suppress(database: Database, name: str) -> None:
    async with database.write() as tx:
        await people.suppress(tx, [name], "opted out", builders.MONDAY)


async def test_migrations_make_exactly_the_declared_tables(database: Database) -> None:
    def differences(connection: object) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": False})  # type: ignore[arg-type]
        return list(compare_metadata(context, metadata))

    async with database.read() as tx:
        assert await tx.run_sync(differences) == []


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
async def test_a_servers_usual_address_is_understood(postgres_url: str, scheme: str) -> None:
    database = Database(postgres_url.replace("postgresql+psycopg", scheme))
    async with database.read() as tx:
        assert (await tx.execute(COUNT)).scalar_one() == 0
    await database.close()


async def test_a_port_where_nobody_listens_is_told_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    error = await error_of(f"postgresql://olga:{SECRET}@127.0.0.1:{port}/x")
    assert isinstance(error, Retryable)
    assert (error.code, error.where) == ("database_unreachable", "127.0.0.1/x")


async def test_a_wrong_password_is_not_the_servers_fault(postgres_server: PostgresServer) -> None:
    error = await error_of(postgres_server.url(user=GUARDED, password=SECRET))
    assert isinstance(error, Correctable)
    assert error.code == "database_login_refused"
    assert (await error_of(postgres_server.url(user=GUARDED))).code == "database_login_refused"


async def test_an_unknown_user_and_an_unknown_database_are_told_apart(
    postgres_server: PostgresServer,
) -> None:
    assert (await error_of(postgres_server.url(user="nobody"))).code == "database_login_refused"
    assert (await error_of(postgres_server.url("no_such"))).code == "database_missing"


async def test_a_database_of_something_else_is_refused_untouched(
    postgres_server: PostgresServer, empty_postgres_url: str
) -> None:
    name = str(make_url(empty_postgres_url).database)
    postgres_server.sql("CREATE TABLE users (their_own text)", name)
    database = Database(empty_postgres_url)
    with pytest.raises(Correctable) as caught:
        await ensure_schema(database)
    await database.close()
    assert caught.value.code == "database_foreign"
    assert postgres_server.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", name) == [(1,)]


async def test_a_user_who_may_not_make_tables_is_told_so(
    postgres_server: PostgresServer, empty_postgres_url: str
) -> None:
    database = Database(make_url(empty_postgres_url).set(username="reader").render_as_string(False))
    postgres_server.sql("DO $$ BEGIN CREATE ROLE reader LOGIN; EXCEPTION WHEN duplicate_object THEN END $$")
    with pytest.raises(Correctable) as caught:
        await ensure_schema(database)
    await database.close()
    assert caught.value.code == "database_forbidden"


async def test_a_newer_releases_database_is_refused(database: Database) -> None:
    async with database.write() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Correctable) as caught:
        await ensure_schema(database)
    assert caught.value.code == "database_newer"


async def test_a_standby_is_told_to_be_read_only(
    postgres_server: PostgresServer, database: Database, postgres_url: str
) -> None:
    name = make_url(postgres_url).database
    postgres_server.sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with pytest.raises(Correctable) as caught:
        await suppress(database, "a")
    assert caught.value.code == "database_read_only"


@pytest.mark.parametrize(
    ("words", "family", "code"),
    [
        (said.DiskFull, Retryable, "disk_full"),
        (said.IoError, Retryable, "disk_error"),
        (said.DeadlockDetected, Retryable, "database_conflict"),
        (said.SerializationFailure, Retryable, "database_conflict"),
        (said.LockNotAvailable, Retryable, "database_locked"),
        (said.TooManyConnections, Retryable, "database_busy"),
        (said.QueryCanceled, Retryable, "database_busy"),
        (said.AdminShutdown, Retryable, "database_unreachable"),
        (said.CannotConnectNow, Retryable, "database_unreachable"),
        (said.ConnectionFailure, Retryable, "database_unreachable"),
        (psycopg.OperationalError, Retryable, "database_unreachable"),
        (said.DataCorrupted, Correctable, "database_damaged"),
        (said.InvalidPassword, Correctable, "database_login_refused"),
        (said.ProgramLimitExceeded, Correctable, "value_too_large"),
    ],
)
async def test_what_postgres_says_becomes_our_errors(
    database: Database, words: type[psycopg.Error], family: type[RainmakerError], code: str
) -> None:
    with pytest.raises(family) as caught:
        async with database.write():
            raise OperationalError("UPDATE x", {}, words("it said"))
    assert caught.value.code == code  # type: ignore[attr-defined]


async def test_a_broken_rule_of_the_tables_stays_what_it_is_and_shows_no_values(database: Database) -> None:
    with pytest.raises(IntegrityError) as caught:
        async with database.write() as tx:
            await tx.execute(text("INSERT INTO users (id, name) VALUES (:id, 'x')"), {"id": SECRET})
    assert "parameters hidden" in str(caught.value)


async def test_a_read_cannot_write(database: Database) -> None:
    with pytest.raises(Correctable):
        async with database.read() as tx:
            await people.suppress(tx, ["a"], "opted out", builders.MONDAY)


async def test_a_writer_waits_only_so_long(postgres_server: PostgresServer, postgres_url: str) -> None:
    impatient = Database(postgres_url, busy_ms=60)
    with psycopg.connect(postgres_url.replace("+psycopg", "")) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [WRITER])
        with pytest.raises(Retryable) as caught:
            await suppress(impatient, "a")
        assert caught.value.code == "database_locked"
        async with impatient.beside() as tx:  # a beat goes through
            await people.suppress(tx, ["beat"], "opted out", builders.MONDAY)
    await suppress(impatient, "a")
    await impatient.close()


async def test_a_frozen_writer_cannot_stop_the_others(postgres_url: str, database: Database) -> None:
    frozen = Database(postgres_url, busy_ms=300)
    with pytest.raises(Retryable) as caught:
        async with frozen.write() as tx:
            await people.suppress(tx, ["frozen"], "opted out", builders.MONDAY)
            await suppress(database, "other")  # waits until the server cut the frozen one off
            await tx.execute(COUNT)
    await frozen.close()
    assert caught.value.code == "database_unreachable"
    async with database.read() as tx:
        assert (await tx.execute(COUNT)).scalar_one() == 1


@pytest.mark.parametrize("mode", ["fast", "immediate"])
async def test_a_restart_between_two_acts_is_not_noticed(
    postgres_server: PostgresServer, database: Database, mode: str
) -> None:
    await suppress(database, "before")
    await asyncio.to_thread(postgres_server.restart, mode)
    await suppress(database, "after")
    async with database.read() as tx:
        assert (await tx.execute(COUNT)).scalar_one() == 2


async def test_a_restart_within_an_act_undoes_it_whole(
    postgres_server: PostgresServer, database: Database
) -> None:
    with pytest.raises(Retryable) as caught:
        async with database.write() as tx:
            await people.suppress(tx, ["a"], "opted out", builders.MONDAY)
            await asyncio.to_thread(postgres_server.restart, "immediate")
            await tx.execute(COUNT)
    assert caught.value.code == "database_unreachable"
    async with database.read() as tx:
        assert (await tx.execute(COUNT)).scalar_one() == 0


async def test_work_waits_for_a_server_that_comes_back(
    postgres_server: PostgresServer, database: Database
) -> None:
    await suppress(database, "before")
    await asyncio.to_thread(postgres_server.halt)
    waiting = asyncio.create_task(suppress(database, "during"))
    await asyncio.to_thread(postgres_server.resume)
    await waiting


async def test_a_server_that_stays_away_is_told(
    postgres_server: PostgresServer, database: Database, monkeypatch: Any
) -> None:
    monkeypatch.setattr(engine, "_PAUSES", (0.01, 0.01))
    await suppress(database, "before")
    await asyncio.to_thread(postgres_server.halt)
    try:
        with pytest.raises(Retryable) as caught:
            await suppress(database, "during")
    finally:
        await asyncio.to_thread(postgres_server.resume)
    assert caught.value.code == "database_unreachable"
