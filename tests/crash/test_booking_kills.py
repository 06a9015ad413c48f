"""A booking killed at every line that matters: repeated, the calendar holds the meeting exactly once."""

import asyncio
import multiprocessing
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from runtime.clock import FixedClock
from tests.fixtures.caldav import RealCalendar, start_calendar
from tests.fixtures.meetings import NOW, meeting, slot
from tools.act.booking import Booking
from tools.providers.caldav import CalDav

sys.path.append(str(Path(__file__).parent))  # the processes below get this path too
from booking_process import BookingJob, run_booking

pytestmark = pytest.mark.asyncio(loop_scope="module")
KILLED = -9
NEW_TIME = slot("2026-11-13 09:00")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def real() -> AsyncIterator[RealCalendar]:
    one = await start_calendar()
    yield one
    one.server.stop()


async def killed(job: BookingJob) -> int | None:
    """Exit code of a process that does a job."""
    process = multiprocessing.get_context("spawn").Process(target=run_booking, args=(job,))
    process.start()
    await asyncio.to_thread(process.join, 60)
    return process.exitcode


def events(real: RealCalendar) -> list[tuple[str, int]]:
    return [(row["start"][:16], row["sequence"]) for row in real.diary.events()]


@pytest.mark.parametrize(("point", "left"), [("before_put", 0), ("after_put", 1), ("after_look", 1)])
async def test_a_killed_booking_is_booked_once(real: RealCalendar, point: str, left: int):
    real.empty()
    job = BookingJob(real.url, meeting(), NOW, f"calendar.book.{point}")
    assert await killed(job) == KILLED
    assert len(events(real)) == left
    client = CalDav(real.url)
    kept = await Booking(client, FixedClock(NOW), "Europe/Berlin").book(meeting())
    await client.close()
    assert kept.repeated is bool(left)
    assert events(real) == [("2026-11-12T13:00", 0)]


@pytest.mark.parametrize(("point", "moved"), [("before_put", False), ("after_put", True)])
async def test_a_killed_move_moves_once(real: RealCalendar, point: str, moved: bool):
    real.empty()
    client = CalDav(real.url)
    booking = Booking(client, FixedClock(NOW), "Europe/Berlin")
    booked = (await booking.book(meeting())).meeting
    assert await killed(BookingJob(real.url, booked, NOW, f"calendar.move.{point}", NEW_TIME)) == KILLED
    kept = await booking.move(booked, NEW_TIME)
    await client.close()
    assert kept.repeated is moved
    assert events(real) == [("2026-11-13T09:00", 1)]
