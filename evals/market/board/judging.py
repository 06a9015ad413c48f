"""The ledger's judgement for the board: as fresh as it can be without keeping the market from its work."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from evals.market.calendar.diary import Diary
from evals.market.events.scene import Scene
from evals.market.ledger.facts import Facts
from evals.market.ledger.harms import find_harms
from evals.market.ledger.past import Past, past_of
from evals.market.ledger.records import Harm, Task
from evals.market.ledger.tasks import find_tasks
from evals.market.people.town import Townsfolk

_REST_SECONDS, _REST_FACTOR = 1.5, 4.0


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the ledger says, and the picture it says it of."""

    past: Past
    tasks: tuple[Task, ...] = ()
    harms: tuple[Harm, ...] = ()


@dataclass
class Judge:
    """Judges at most so often that four fifths of the time are left for everybody else."""

    folk: Townsfolk
    diary: Diary
    scene: Scene
    facts: Facts
    now: Callable[[], datetime]
    _last: Judgement | None = None
    _rested: float = 0.0
    _one: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def look(self) -> Judgement:
        """The present judgement, perhaps some seconds old."""
        async with self._one:
            if self._last is None or time.monotonic() >= self._rested:
                began = time.monotonic()
                self._last = await self._judge()
                took = time.monotonic() - began
                self._rested = time.monotonic() + max(_REST_SECONDS, _REST_FACTOR * took)
            return self._last

    async def _judge(self) -> Judgement:
        now, letters = self.now(), self.folk.letters
        if not letters:
            return Judgement(past_of(self.folk, now))
        boxes = sorted({one.mailbox for one in letters})
        rows = [row for box in boxes for row in await asyncio.to_thread(self.diary.events, box)]
        events = await asyncio.to_thread(self.scene.events, letters[0].at, now)
        past = past_of(self.folk, now, rows, events)
        return await asyncio.to_thread(_judged, past, self.facts)


def _judged(past: Past, facts: Facts) -> Judgement:
    harms = find_harms(past, facts)
    return Judgement(past, tuple(find_tasks(past, harms)), tuple(harms))
