"""A process that books or moves one meeting and may be told where to die. Imports the product only."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from domain.meetings import Meeting, Slot
from runtime import faults
from runtime.clock import FixedClock
from tools.act.booking import Booking
from tools.providers.caldav import CalDav


@dataclass(frozen=True)
class BookingJob:
    """What to do, and the fault point to die at."""

    url: str
    meeting: Meeting
    now: datetime
    die_at: str
    move_to: Slot | None = None


def run_booking(job: BookingJob) -> None:
    """Do it, or be killed."""
    faults.arm(job.die_at)
    asyncio.run(_work(job))


async def _work(job: BookingJob) -> None:
    client = CalDav(job.url)
    booking = Booking(client, FixedClock(job.now), "Europe/Berlin")
    if job.move_to is None:
        await booking.book(job.meeting)
    else:
        await booking.move(job.meeting, job.move_to)
    await client.close()
