"""Statements without a thread of their own: the same results, and the connection is as before afterwards."""

import threading

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from runtime.store.inline import inline
from runtime.store.tables import counters


async def test_a_transaction_keeps_what_it_wrote(database):
    async with database.write() as tx, inline(tx):
        await tx.execute(counters.insert().values(name="a", period="", used=1))
    async with database.read() as tx:
        assert (await tx.execute(select(counters.c.used))).scalars().all() == [1.0]


async def test_a_transaction_that_fails_keeps_nothing(database):
    with pytest.raises(ZeroDivisionError):
        async with database.write() as tx, inline(tx):
            await tx.execute(counters.insert().values(name="a", period="", used=1))
            raise ZeroDivisionError
    async with database.write() as tx:
        assert (await tx.execute(select(counters))).all() == []


async def test_statements_run_in_the_loops_thread_and_later_ones_do_not(database):
    if not database.is_sqlite:
        pytest.skip("threads are SQLite's matter")
    seen = []
    async with database.write() as tx:
        raw = (await tx.get_raw_connection()).driver_connection
        await raw.create_function("whoami", 0, lambda: seen.append(threading.current_thread()) or 1)
        async with inline(tx):
            await tx.execute(text("SELECT whoami()"))
        await tx.execute(text("SELECT whoami()"))
    assert [one is threading.main_thread() for one in seen] == [True, False]


async def test_rows_are_as_they_were_when_asked_for_and_each_is_handed_out_once(database):
    async with database.write() as tx, inline(tx):
        rows = [{"name": name, "period": "", "used": 1} for name in "abcd"]
        await tx.execute(counters.insert(), rows)
        asked = await tx.execute(select(counters.c.name).order_by(counters.c.name))
        first = asked.fetchone()
        await tx.execute(counters.delete())
        assert [first[0], *asked.scalars().fetchmany(2), *asked.scalars()] == ["a", "b", "c", "d"]
        assert (await tx.execute(select(counters))).one_or_none() is None


async def test_errors_and_counts_of_changed_rows_are_the_librarys_own(database):
    async with database.write() as tx, inline(tx):
        await tx.execute(counters.insert().values(name="a", period="", used=1))
        assert (await tx.execute(counters.update().values(used=2))).rowcount == 1
    with pytest.raises(IntegrityError):
        async with database.write() as tx, inline(tx):
            await tx.execute(counters.insert().values(name="a", period="", used=1))


async def test_a_stream_inside_reads_as_it_goes(database):
    async with database.write() as tx, inline(tx):
        await tx.execute(counters.insert().values(name="a", period="", used=1))
        assert [row.name async for row in await tx.stream(select(counters))] == ["a"]
