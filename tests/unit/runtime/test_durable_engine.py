"""The engine: work of a dead process goes on, versions that do not fit are told, and what we rely on in DBOS holds."""

import asyncio
import inspect
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from domain.errors import Bug
from runtime.durable import engine as engines
from runtime.durable import engine_home
from runtime.durable.engine import Engine, Workflow
from runtime.durable.lease import VERSION, Lease
from runtime.settings import Settings
from runtime.store.engine import Database
from service.doctor import _engine

ROOT = Path(__file__).resolve().parents[3]


class World:
    """A home, and engines that come and go in it."""

    def __init__(self, home: Path, database: Database) -> None:
        self.settings = Settings(home=home)
        self.database = database
        self.done: list[str] = []
        self.finished = asyncio.Event()

    async def engine(self, body, *, works: bool = True) -> Engine:
        lease = Lease(self.database, role="worker")
        await lease.start()
        made = Engine(self.settings, lease, works=works)
        await made.start([Workflow("work", body)])
        return made

    async def end(self, engine: Engine) -> None:
        await engine.close()
        await engine._lease.close()

    async def note(self, word: str) -> str:
        self.done.append(word)
        return word

    async def whole(self, run, word: str) -> str:
        await run.step("one", self.note, f"{word} 1")
        await run.step("two", self.note, f"{word} 2")
        self.finished.set()
        return word


@pytest.fixture
def world(home: Path, database: Database) -> World:
    return World(home, database)


async def test_parked_work_is_resumed_by_changed_code_of_the_same_version(world: World):
    entered = asyncio.Event()

    async def stuck(run, word: str) -> None:
        await run.step("one", world.note, f"{word} 1")
        entered.set()
        await asyncio.sleep(60)

    first = await world.engine(stuck)
    assert await first.enqueue("work", "a", once="a")
    assert not await first.enqueue("work", "a", once="a"), "it is there already"
    await asyncio.wait_for(entered.wait(), 20)
    await world.end(first)
    assert engine_home.parked(world.settings) == {VERSION: 1}
    second = await world.engine(world.whole)
    await asyncio.wait_for(world.finished.wait(), 20)
    await world.end(second)
    assert world.done == ["a 1", "a 2"], "the finished step was passed over"


async def test_work_of_another_version_is_told_by_the_doctor_and_not_lost(world: World, monkeypatch):
    asleep = await world.engine(world.whole, works=False)
    await asleep.enqueue("work", "b")
    await world.end(asleep)
    monkeypatch.setattr(engines, "VERSION", "2")
    other = await world.engine(world.whole)
    await asyncio.sleep(1.0)
    await world.end(other)
    assert world.done == []
    monkeypatch.setattr("runtime.durable.lease.VERSION", "2")
    name, state, text = await _engine(world.settings)
    assert (name, state) == ("engine", "fail")
    assert "1 of version 1" in text
    monkeypatch.setattr(engines, "VERSION", "1")
    fitting = await world.engine(world.whole)
    await asyncio.wait_for(world.finished.wait(), 20)
    await world.end(fitting)
    assert world.done == ["b 1", "b 2"]


async def test_old_records_are_forgotten_and_young_ones_kept(world: World):
    engine = await world.engine(world.whole)
    await engine.enqueue("work", "c")
    await asyncio.wait_for(world.finished.wait(), 20)
    await asyncio.sleep(0.2)
    assert await engine.forget() == 0
    with sqlite3.connect(world.settings.home / engine_home.FILE) as file:
        file.execute("UPDATE workflow_status SET created_at = created_at - 400000000")
    assert await engine.forget() == 1
    await world.end(engine)


async def test_a_damaged_engine_file_is_set_aside(world: World):
    (world.settings.home / engine_home.FILE).write_bytes(b"this is no database" * 100)
    engine = await world.engine(world.whole)
    await world.end(engine)
    assert len(list(world.settings.home.glob("engine.db.damaged-*"))) == 1


async def test_an_engine_that_was_not_started_says_so(world: World):
    with pytest.raises(Bug):
        await Engine(world.settings, Lease(world.database, role="worker")).recover()


def test_the_calls_we_rely_on_are_there():
    from dbos import DBOS, DBOSPortableJSONSerializer, SetEnqueueOptions, error
    from dbos._sys_db import SystemDatabase

    assert list(inspect.signature(DBOS._recover_pending_workflows).parameters) == ["executor_ids"]
    moved = inspect.getsource(SystemDatabase.reenqueue_for_recovery)
    assert "executor_id.in_(executor_ids)" in moved and "PENDING" in moved, (
        "a move only while it is the dead one's"
    )
    for call, needed in (
        (DBOS.list_workflows, {"status", "end_time", "limit", "load_input", "load_output"}),
        (DBOS.register_queue, {"worker_concurrency", "polling_interval_sec"}),
        (SetEnqueueOptions, {"deduplication_id", "delay_seconds"}),
        (DBOS.destroy, {"destroy_registry"}),
    ):
        assert needed <= set(inspect.signature(call).parameters), call
    for name in (
        "run_step_async",
        "enqueue_workflow_async",
        "apply_schedules_async",
        "delete_workflows",
        "listen_queues",
    ):
        assert callable(getattr(DBOS, name))
    assert issubclass(error.DBOSQueueDeduplicatedError, Exception)
    assert DBOSPortableJSONSerializer().serialize({"args": ("x", None)}) == '{"args":["x",null]}'


def test_one_module_knows_the_engine_and_nothing_loads_it_before_it_is_started():
    files = [
        path for room in ("runtime", "service", "tools", "channels") for path in (ROOT / room).rglob("*.py")
    ]
    knowing = [
        path.name for path in files if "import dbos" in path.read_text() or "from dbos" in path.read_text()
    ]
    assert knowing == ["engine.py"]
    loaded = "import sys, service.working, service.workflows, channels.serving; print('dbos' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", loaded], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
