"""Opening the database: migrations reach the tables we declare, and every bad state is one clear sentence."""

import os
import sqlite3
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from domain.errors import Correctable, RainmakerError, Retryable
from runtime.store import engine, migrate
from runtime.store.engine import Database, journal_mode
from runtime.store.migrate import ensure_schema
from runtime.store.tables import metadata
from tests.fixtures.plugin import url_of

pytestmark = pytest.mark.sqlite_only


async def opened(path: Path, **options: int) -> Database:
    return Database(url_of(path), **options)


async def test_migrations_make_exactly_the_declared_tables(database: Database) -> None:
    def differences(connection: object) -> list[object]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})  # type: ignore[arg-type]
        return list(compare_metadata(context, metadata))

    async with database.read() as tx:
        assert await tx.run_sync(differences) == []


async def test_the_newest_migration_is_the_head_we_name(home: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [migrate.HEAD]


async def test_bringing_the_schema_up_twice_changes_nothing(home: Path) -> None:
    path = home / "deep" / "home" / "rainmaker.db"
    for _ in range(2):
        database = await opened(path)
        await ensure_schema(database)
        await database.close()
    before = path.read_bytes()
    database = await opened(path)
    await ensure_schema(database)
    await database.close()
    assert path.read_bytes() == before


async def test_a_database_of_a_newer_release_is_refused_untouched(database: Database, home: Path) -> None:
    async with database.write() as tx:
        await tx.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    before = (home / "rainmaker.db").read_bytes()
    with pytest.raises(Correctable) as caught:
        await ensure_schema(database)
    assert caught.value.code == "database_newer"
    assert "9999" in caught.value.message
    assert (home / "rainmaker.db").read_bytes() == before


async def test_a_locked_database_says_so_and_loses_nothing(database: Database, home: Path) -> None:
    impatient = await opened(home / "rainmaker.db", busy_ms=50)
    other = sqlite3.connect(home / "rainmaker.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Retryable) as caught:
        async with impatient.write():
            pass
    assert caught.value.code == "database_locked"
    other.rollback()
    other.close()
    async with impatient.write() as tx:
        await tx.execute(text("DELETE FROM events"))
    await impatient.close()


@pytest.mark.parametrize(
    "content", [b"hello, this is no database at all, but a letter" * 40, b"\x00" * 4096 + b"x"]
)
async def test_a_damaged_file_is_one_clear_sentence(home: Path, content: bytes) -> None:
    path = home / "rainmaker.db"
    path.write_bytes(content)
    database = await opened(path)
    with pytest.raises(Correctable) as caught:
        await ensure_schema(database)
    await database.close()
    assert caught.value.code == "database_damaged"
    assert path.read_bytes() == content


async def test_a_home_below_a_file_is_one_clear_sentence(home: Path) -> None:
    (home / "file").write_text("x")
    database = await opened(home / "file" / "home" / "rainmaker.db")
    with pytest.raises(Correctable) as caught:
        await ensure_schema(database)
    assert caught.value.code == "home_not_writable"


async def test_a_folder_in_the_place_of_the_file_is_one_clear_sentence(home: Path) -> None:
    (home / "rainmaker.db").mkdir()
    database = await opened(home / "rainmaker.db")
    with pytest.raises(Correctable) as caught:
        await ensure_schema(database)
    assert caught.value.code == "database_read_only"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_a_read_only_file_is_one_clear_sentence(database: Database, home: Path) -> None:
    (home / "rainmaker.db").chmod(stat.S_IRUSR)
    with pytest.raises(Correctable) as caught:
        async with database.write() as tx:
            await tx.execute(text("DELETE FROM events"))
    assert caught.value.code == "database_read_only"


@pytest.mark.parametrize(
    ("words", "family", "code"),
    [
        ("database is locked", Retryable, "database_locked"),
        ("database table is locked: events", Retryable, "database_locked"),
        ("database or disk is full", Retryable, "disk_full"),
        ("attempt to write a readonly database", Correctable, "database_read_only"),
        ("unable to open database file", Correctable, "database_read_only"),
        ("file is not a database", Correctable, "database_damaged"),
        ("database disk image is malformed", Correctable, "database_damaged"),
        ("disk I/O error", Retryable, "disk_error"),
    ],
)
async def test_what_sqlite_says_becomes_our_errors(
    database: Database, words: str, family: type[RainmakerError], code: str
) -> None:
    with pytest.raises(family) as caught:
        async with database.write():
            raise OperationalError("UPDATE x", {}, sqlite3.OperationalError(words))
    assert caught.value.code == code  # type: ignore[attr-defined]


async def test_a_really_full_database_says_so_and_keeps_what_it_had(database: Database) -> None:
    async with database.write() as tx:
        pages = (await tx.execute(text("PRAGMA page_count"))).scalar_one()
        await tx.execute(text(f"PRAGMA max_page_count={pages}"))
    with pytest.raises(Retryable) as caught:
        async with database.write() as tx:
            await tx.execute(
                text("INSERT INTO users VALUES ('u', 'n', :big, 'r', 0, '2026-01-01', 1)"),
                {"big": "x" * 999_999},
            )
    assert caught.value.code == "disk_full"
    async with database.read() as tx:
        assert (await tx.execute(text("SELECT count(*) FROM users"))).scalar_one() == 0


async def test_a_broken_rule_of_the_tables_is_no_story_about_the_disk(database: Database) -> None:
    with pytest.raises(IntegrityError) as caught:
        async with database.write() as tx:
            await tx.execute(text("INSERT INTO users (id) VALUES ('u')"))
    assert caught.value.__cause__ is not caught.value


async def test_an_exception_rolls_the_whole_transaction_back(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.write() as tx:
            await tx.execute(text("INSERT INTO suppressions VALUES ('h', 'r', '2026-01-01')"))
            raise RuntimeError("no")
    async with database.read() as tx:
        assert (await tx.execute(text("SELECT count(*) FROM suppressions"))).scalar_one() == 0


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://x", "sqlite+nodriver:///x", "postgresql+nodriver://x/y", ""]
)
def test_an_address_that_is_none_is_one_clear_sentence(url: str) -> None:
    with pytest.raises(Correctable) as caught:
        Database(url)
    assert (caught.value.code, caught.value.where) == ("bad_database_url", "RAINMAKER_DATABASE_URL")


@pytest.mark.parametrize(
    ("version", "mode"),
    [((3, 40, 1), "TRUNCATE"), ((3, 51, 2), "TRUNCATE"), ((3, 51, 3), "WAL"), ((4, 0, 0), "WAL")],
)
def test_wal_is_used_only_where_sqlite_is_safe_with_it(
    monkeypatch: pytest.MonkeyPatch, version: tuple[int, ...], mode: str
) -> None:
    monkeypatch.setattr(engine.sqlite3, "sqlite_version_info", version)
    chosen, why = journal_mode()
    assert chosen == mode
    assert "3.51.3" in why


async def test_every_connection_uses_the_chosen_journal_and_writes_through(database: Database) -> None:
    async with database.read() as tx:
        read: Callable[[str], object] = lambda name: text(f"PRAGMA {name}")  # noqa: E731
        assert str((await tx.execute(read("journal_mode"))).scalar_one()).upper() == journal_mode()[0]
        assert (await tx.execute(read("synchronous"))).scalar_one() == 2  # FULL
        assert (await tx.execute(read("foreign_keys"))).scalar_one() == 1
