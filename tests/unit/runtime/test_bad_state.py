"""State that is not as we left it: a migration that died halfway, an unreadable checkpoint, another workspace's key."""

import asyncio
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import inspect, text
from sqlalchemy.engine import Connection

from domain.errors import Correctable
from runtime.durable import engine_home
from runtime.durable.engine import Engine, Run, Workflow
from runtime.durable.lease import Lease
from runtime.settings import Settings
from runtime.store.engine import Database
from runtime.store.migrate import ensure_key, ensure_schema
from runtime.store.tables import metadata
from tests.fixtures import builders
from tests.fixtures.plugin import url_of

ROOT = Path(__file__).resolve().parents[3]
# Counts the statements of a migration and kills its own process before the n-th.
DYING = """
import asyncio, os, signal, sys
from sqlalchemy import event
from runtime.store.engine import Database
from runtime.store.migrate import ensure_schema
database, left = Database(sys.argv[1]), [int(sys.argv[2])]
@event.listens_for(database._engine.sync_engine, "before_cursor_execute")
def count(connection, cursor, statement, *_):
    left[0] -= statement.lstrip().upper().startswith("CREATE")
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)
asyncio.run(ensure_schema(database))
"""


@pytest.fixture
def empty_address(database_engine: str, home: Path, request: pytest.FixtureRequest) -> str:
    """A database without any table."""
    if database_engine == "postgres":
        return str(request.getfixturevalue("empty_postgres_url"))
    return url_of(home / "rainmaker.db")


@pytest_asyncio.fixture
async def opened(empty_address: str) -> AsyncIterator[Database]:
    database = Database(empty_address)
    yield database
    await database.close()


async def _is_whole(database: Database) -> bool:
    """Every declared table is there with every column."""

    def columns(connection: Connection) -> dict[str, set[str]]:
        seen = inspect(connection)
        return {name: {one["name"] for one in seen.get_columns(name)} for name in metadata.tables}

    async with database.read() as tx:
        found = await tx.run_sync(columns)
    return found == {name: set(table.columns.keys()) for name, table in metadata.tables.items()}


@pytest.mark.both_engines
@pytest.mark.parametrize("at", [3, 60])
async def test_a_migration_killed_halfway_is_made_whole_by_the_next_start(
    opened: Database, empty_address: str, at: int
) -> None:
    command = [sys.executable, "-c", DYING, empty_address, str(at)]
    done = await asyncio.to_thread(subprocess.run, command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()
    await ensure_schema(opened)
    assert await _is_whole(opened)


@pytest.mark.both_engines
async def test_a_migration_that_cannot_go_on_leaves_the_database_as_it_was(opened: Database) -> None:
    async with opened.write() as tx:  # what somebody began by hand
        await tx.execute(text("CREATE TABLE outbox (id VARCHAR(40))"))
    with pytest.raises(Correctable) as caught:
        await ensure_schema(opened)
    assert caught.value.code == "database_foreign"
    assert caught.value.message.endswith(".") and caught.value.hint
    async with opened.write() as tx:
        await tx.execute(text("DROP TABLE outbox"))
    await ensure_schema(opened)
    assert await _is_whole(opened)


@pytest.mark.both_engines
async def test_a_workspace_is_not_opened_with_another_key(database: Database) -> None:
    await ensure_key(database, b"the key it was made with", builders.MONDAY)
    with pytest.raises(Correctable) as caught:
        await ensure_key(database, b"the key of another workspace", builders.MONDAY)
    assert (caught.value.code, caught.value.where) == ("wrong_secret_key", "RAINMAKER_SECRET_KEY")
    await ensure_key(database, b"the key it was made with", builders.MONDAY)


@pytest.mark.sqlite_only
@pytest.mark.parametrize("found", ["{", "not json", "", '{"positionalArgs": 7}'])
async def test_a_checkpoint_that_cannot_be_read_stops_no_other_work(
    home: Path, database: Database, found: str
) -> None:
    settings, done, finished = Settings(home=home), [], asyncio.Event()

    async def work(run: Run, word: str) -> None:
        done.append(word)
        finished.set()

    first = await _engine(settings, database, work, works=False)
    await first.enqueue("work", "broken")
    await _end(first)
    with sqlite3.connect(home / engine_home.FILE) as file:
        changed = file.execute("UPDATE workflow_input SET inputs = ?", (found,))
        assert changed.rowcount == 1
    second = await _engine(settings, database, work)
    await second.enqueue("work", "sound")
    await asyncio.wait_for(finished.wait(), 20)
    await _end(second)
    assert done == ["sound"]


async def _engine(settings: Settings, database: Database, body: object, *, works: bool = True) -> Engine:
    lease = Lease(database, role="worker")
    await lease.start()
    made = Engine(settings, lease, works=works)
    await made.start([Workflow("work", body)])  # type: ignore[arg-type]
    return made


async def _end(engine: Engine) -> None:
    await engine.close()
    await engine._lease.close()
