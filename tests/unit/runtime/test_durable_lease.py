"""The lease: who may act, when it is lost, and what a file of hand-overs proves."""

import asyncio

import pytest
from sqlalchemy import select, update

from runtime.durable import handovers as module
from runtime.durable import lease as leases
from runtime.durable.handovers import Handovers
from runtime.durable.lease import Alone, Lease
from runtime.store import executors
from runtime.store.engine_tables import executors as table

pytestmark = pytest.mark.both_engines


@pytest.fixture
def machine(monkeypatch):
    """The machine's own time, under the test's hand."""
    hand = {"now": 1000.0}
    monkeypatch.setattr(leases, "_machine_seconds", lambda: hand["now"])
    return hand


async def test_a_fresh_lease_allows_until_half_its_time_passed_without_a_beat(database, machine):
    lease = Lease(database, role="worker", ttl=30.0)
    assert lease.term() is None, "not taken yet"
    await lease.start()
    assert lease.term() == 1
    machine["now"] += 14.9
    assert lease.term() == 1
    machine["now"] += 0.2
    assert lease.term() is None
    await lease.close()


async def test_who_slept_past_the_lease_gets_a_new_term(database, machine):
    lease = Lease(database, role="worker", ttl=30.0)
    await lease.start()
    machine["now"] += 5
    await lease._renew()
    assert lease.term() == 1
    machine["now"] += 60
    await lease._renew()
    assert lease.term() == 2
    await lease.close()


async def test_who_was_declared_dead_gets_a_new_term(database, machine):
    lease = Lease(database, role="worker", ttl=30.0)
    await lease.start()
    async with database.write() as tx:
        await executors.forget(tx, lease.executor)
    await lease._renew()
    assert lease.term() == 2
    await lease.close()


async def test_a_lease_that_was_given_back_allows_nothing_and_leaves_no_row(database):
    lease = Lease(database, role="worker")
    await lease.start()
    await lease.close()
    assert lease.term() is None
    async with database.read() as tx:
        assert (await tx.execute(select(table))).all() == []


async def test_beats_go_on_by_themselves(database):
    lease = Lease(database, role="worker", ttl=0.6)
    await lease.start()
    await asyncio.sleep(1.0)
    assert lease.term() == 1
    await lease.close()


async def test_no_two_processes_share_an_id(database):
    assert (
        len({Lease(database, role="web").executor, Lease(database, role="web").executor, Alone().executor})
        == 3
    )


async def test_the_databases_clock_says_who_lives(database):
    async with database.write() as tx:
        for name in ("old", "young"):
            assert not await executors.beat(tx, name, "worker", "1")
        await tx.execute(update(table).where(table.c.id == "old").values(beat_at=table.c.beat_at - 31))
        assert await executors.live(tx, 30.0) == {"young"}
        assert await executors.beat(tx, "old", "worker", "1"), "its row is still there"
        assert await executors.live(tx, 30.0) == {"old", "young"}


def test_a_claim_that_is_in_no_file_of_its_process_was_certainly_not_handed_over(tmp_path):
    dead = Handovers(tmp_path, "dead")
    dead.open()
    dead.note("out_1", 1)
    reader = Handovers(tmp_path, "reader")
    assert not reader.never_begun("dead", "out_1", 1)
    assert reader.never_begun("dead", "out_1", 2)
    assert reader.never_begun("dead", "out_2", 1)
    dead.close()


def test_without_a_file_or_after_the_machine_restarted_nothing_is_certain(tmp_path, monkeypatch):
    reader = Handovers(tmp_path, "reader")
    assert not reader.never_begun("unknown", "out_1", 1)
    dead = Handovers(tmp_path, "dead")
    dead.open()
    dead.close()
    monkeypatch.setattr(module, "_boot", lambda: "another start")
    assert not reader.never_begun("dead", "out_1", 1)
