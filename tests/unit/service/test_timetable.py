"""The timetable: each kind once at a time, one catch-up after downtime, and trouble of one delays no other."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from domain.errors import Bug, Correctable, Refused, Retryable
from runtime.store import due
from runtime.store.engine_tables import due as table
from service import timetable
from service.due_kinds import EVERY_TURN, KINDS, SINGLE, Kind
from service.timetable import Worked, handler_of
from service.timetable import timetable as load

RAN: list[str] = []


async def note(house, due_row):
    RAN.append(due_row.key)
    return Worked(counts={"sent": 0}, detail="noted")


async def later(house, due_row):
    RAN.append(due_row.key)
    return Worked(again_at=await house.clock.now() + timedelta(hours=1))


async def stumble(house, due_row):
    RAN.append(due_row.key)
    raise Retryable("Not now.", code="try_again")


async def refuse(house, due_row):
    raise Refused("Never.", code="refused")


async def crash(house, due_row):
    raise ValueError("a mistake")


def kinds(*given: tuple[str, str, str]) -> tuple[Kind, ...]:
    return tuple(Kind(name, when, f"{__name__}:{function}") for name, when, function in given)


@pytest.fixture(autouse=True)
def nothing_ran(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, __name__, sys.modules.get(__name__) or sys.modules[note.__module__])
    RAN.clear()


async def run(lived_in, *given: tuple[str, str, str]):
    return await timetable.run_due(lived_in.house, load("", "Europe/London", kinds(*given)))


async def rows(lived_in) -> dict[str, tuple[str, int]]:
    async with lived_in.house.database.read() as tx:
        return {row.key: (row.state, row.attempts) for row in await tx.execute(select(table))}


async def plan(lived_in, key: str, kind: str, after: timedelta = timedelta()) -> None:
    async with lived_in.house.database.write() as tx:
        await due.add(tx, due.DueRow(f"due_{key}", kind, key, lived_in.clock.at + after))


def test_every_kind_has_a_handler_a_cadence_and_a_name_of_its_own():
    assert len({one.name for one in KINDS}) == len(KINDS)
    for one in KINDS:
        assert callable(handler_of(one)), one.name
    assert set(load().cadences) == {one.name for one in KINDS if one.when not in (EVERY_TURN, SINGLE)}


def test_a_kind_without_a_handler_is_a_mistake_of_ours():
    with pytest.raises(Bug):
        handler_of(Kind("ghost", EVERY_TURN, "service.turn_work:nobody"))


def test_an_owner_may_want_other_times_and_mistakes_are_told():
    assert load("housekeeping=mondays at 04:00").cadences["housekeeping"].text == "mondays at 04:00"
    for wrong, code in (
        ("dance=daily at 04:00", "unknown_kind"),
        ("housekeeping=sometimes", "bad_cadence"),
        ("housekeeping", "bad_cadence"),
    ):
        with pytest.raises(Correctable) as refused:
            load(wrong)
        assert refused.value.code == code


async def test_what_comes_again_runs_once_when_due_however_long_nobody_was_here(lived_in):
    kind = ("poll", "every 5 minutes", "note")
    await run(lived_in, kind)
    await run(lived_in, kind)
    assert RAN == ["poll"]
    lived_in.clock.at += timedelta(days=3)
    for _ in range(3):
        await run(lived_in, kind)
    assert RAN == ["poll", "poll"], "three days of missed times are one catch-up"


async def test_a_wall_time_is_waited_for(lived_in):
    kind = ("digest", "daily at 11:00", "note")
    await run(lived_in, kind)
    assert RAN == []
    lived_in.clock.at += timedelta(hours=1, minutes=2)
    await run(lived_in, kind)
    assert RAN == ["digest"]


async def test_a_single_row_is_done_once_and_planning_it_twice_changes_nothing(lived_in):
    kind = ("follow_up", SINGLE, "note")
    for _ in range(2):
        await plan(lived_in, "follow_up:con_1:1", "follow_up")
        await run(lived_in, kind)
    assert RAN == ["follow_up:con_1:1"]
    assert await rows(lived_in) == {"follow_up:con_1:1": ("done", 1)}


async def test_a_single_row_may_come_once_more(lived_in):
    await plan(lived_in, "look:1", "look")
    await run(lived_in, ("look", SINGLE, "later"))
    lived_in.clock.at += timedelta(minutes=61)
    await run(lived_in, ("look", SINGLE, "later"))
    assert RAN == ["look:1", "look:1"]


async def test_passing_trouble_is_tried_again_later_and_ends_as_failed(lived_in):
    await plan(lived_in, "call:1", "call")
    for _ in range(12):
        await run(lived_in, ("call", SINGLE, "stumble"))
        lived_in.clock.at += timedelta(hours=2)
    assert len(RAN) == timetable.RETRIES + 1
    assert (await rows(lived_in))["call:1"][0] == "failed"


async def test_trouble_of_one_kind_delays_no_other(lived_in):
    results = await run(
        lived_in,
        ("a", EVERY_TURN, "refuse"),
        ("b", EVERY_TURN, "crash"),
        ("c", EVERY_TURN, "note"),
    )
    assert [getattr(one, "code", "worked") for _, one in results] == ["refused", "handler_failed", "worked"]
    assert RAN == ["c"]


async def test_a_kind_that_runs_elsewhere_is_not_run_twice_at_once(lived_in):
    await plan(lived_in, "one:1", "one")
    await plan(lived_in, "one:2", "one", timedelta(seconds=-1))
    standing = lived_in.house.standing
    async with lived_in.house.database.write() as tx:
        await tx.execute(
            update(table).where(table.c.key == "one:1").values(state="running", owner=standing.executor)
        )
    await run(lived_in, ("one", SINGLE, "note"))
    assert RAN == []


async def test_a_row_of_a_dead_process_runs_again(lived_in):
    await plan(lived_in, "one:1", "one")
    async with lived_in.house.database.write() as tx:
        await tx.execute(update(table).values(state="running", owner="gone"))
    await run(lived_in, ("one", SINGLE, "note"))
    assert RAN == ["one:1"]


async def test_a_cadence_that_was_shortened_holds_at_once(lived_in):
    await run(lived_in, ("poll", "daily at 09:00", "note"))
    assert RAN == []
    await run(lived_in, ("poll", "every 5 minutes", "note"))
    assert RAN == ["poll"]


async def test_the_turn_tells_when_work_waits_that_nothing_handles(lived_in):
    await plan(lived_in, "ghost:1", "ghost")
    turn = await lived_in.do("tick")
    assert any("ghost" in one for one in turn["problems"])


async def test_planning_a_kind_that_is_not_there_is_a_mistake_of_ours(lived_in):
    async with lived_in.house.database.write() as tx:
        with pytest.raises(Bug):
            await timetable.plan(tx, "ghost", "ghost:1", lived_in.clock.at)
