"""Busy times straight from a calendar server: its entries expanded here, its own free-busy where ours fails."""

import asyncio
import logging
from datetime import datetime
from typing import Protocol

from domain.meetings import CalendarProblem
from tools.providers.caldav import CalendarObject
from tools.read.calendar.busy import BusyReading, Window, read_busy

logger = logging.getLogger(__name__)

_UNREADABLE = {"unreadable_event", "bad_calendar"}


class CalendarReader(Protocol):
    """The reading half of a calendar."""

    async def objects(self, start: datetime, end: datetime) -> tuple[CalendarObject, ...]:
        """Event files that touch a span."""
        ...

    async def free_busy(self, start: datetime, end: datetime) -> str | None:
        """The server's own VFREEBUSY, None when it has none."""
        ...


async def look(calendar: CalendarReader, window: Window) -> BusyReading:
    """Busy times of a window. Entries we cannot read are left to the server's own free-busy."""
    found = await calendar.objects(window.start, window.end)
    reading = await asyncio.to_thread(read_busy, [(one.path, one.text) for one in found], window)
    if not any(problem.code in _UNREADABLE for problem in reading.problems):
        return reading
    _log(reading.problems)
    told = await calendar.free_busy(window.start, window.end)
    if told is None:
        return reading
    more = await asyncio.to_thread(read_busy, [("free-busy", told)], window)
    busy = tuple(sorted({*reading.busy, *more.busy}, key=lambda one: (one.start, one.end, one.uid)))
    return BusyReading(busy, reading.problems + more.problems)


def _log(problems: tuple[CalendarProblem, ...]) -> None:
    codes = sorted({problem.code for problem in problems})
    logger.warning("calendar entries unreadable", extra={"codes": codes, "count": len(problems)})
