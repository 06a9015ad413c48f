"""The pulse of the house: tells listeners within a second or so that something a screen shows has changed.

One look for all listeners of a process, and none while nobody listens. It tells that, never what.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from domain.errors import RainmakerError
from runtime.store import screen_pulse
from service.bootstrap import House

log = logging.getLogger(__name__)
LOOK = 0.7  # seconds between two looks


class Pulse:
    """Looks at the mark of the store and wakes whoever waits for it to change."""

    def __init__(self, house: House, look: float = LOOK) -> None:
        self._house = house
        self._look = look
        self._listeners = 0
        self._beat = asyncio.Event()
        self._watch: asyncio.Task[None] | None = None
        self._mark = ""
        self._count = 0

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator["Pulse"]:
        """While somebody listens, the pulse is taken."""
        self._listeners += 1
        if self._watch is None:
            self._mark = await self._now()
            self._watch = asyncio.create_task(self._take())
        try:
            yield self
        finally:
            self._listeners -= 1
            if not self._listeners and self._watch is not None:
                self._watch.cancel()
                self._watch = None

    @property
    def count(self) -> int:
        """How many changes were seen."""
        return self._count

    async def beyond(self, count: int, patience: float) -> int:
        """Wait until more changes than so many were seen, but not longer than the patience; returns the count."""
        if self._count == count:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self._beat.wait()
        return self._count

    async def _take(self) -> None:
        while True:
            await asyncio.sleep(self._look)
            try:
                mark = await self._now()
            except RainmakerError as error:  # the database is away for a moment
                log.warning("pulse_not_taken", extra={"code": error.code})
                continue
            if mark != self._mark:
                self._mark, self._count = mark, self._count + 1
                before, self._beat = self._beat, asyncio.Event()
                before.set()

    async def _now(self) -> str:
        async with self._house.database.read() as tx:
            return await screen_pulse.mark(tx)
