"""The ledger's part of the control API: tasks, harms, breaches of conduct, and words that wait. Market side only."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from evals.market.calendar.diary import Diary
from evals.market.events.scene import Scene
from evals.market.ledger import harms, tasks
from evals.market.ledger.conduct import find_breaches
from evals.market.ledger.facts import Facts
from evals.market.ledger.past import Past, past_of
from evals.market.ledger.records import Harm
from evals.market.ledger.waiting import unanswered_rows
from evals.market.people.town import Townsfolk

Endpoint = Callable[[Request], Awaitable[Response]]


class LedgerApi:
    """The endpoints, one method each; the caller guards them. Judging happens beside the running market."""

    def __init__(
        self, folk: Townsfolk, diary: Diary, scene: Scene, facts: Facts, now: Callable[[], datetime]
    ) -> None:
        self._folk, self._diary, self._scene, self._facts, self._now = folk, diary, scene, facts, now
        self._known: tuple[object, list[Harm]] = (None, [])

    def routes(self) -> list[tuple[str, Endpoint, str]]:
        """Path, endpoint and method of each."""
        return [
            ("/truth/tasks", self.tasks, "GET"),
            ("/truth/harms", self.harms, "GET"),
            ("/truth/violations", self.violations, "GET"),
            ("/truth/unanswered", self.unanswered, "GET"),
        ]

    async def tasks(self, _: Request) -> Response:
        """What the market opened for a seller, and how it ended."""
        past = await self._past(whole=True)
        found = await self._found(past)
        judged = await asyncio.to_thread(tasks.find_tasks, past, found)
        return JSONResponse(tasks.summary(judged, len(past.letters)))

    async def harms(self, _: Request) -> Response:
        """Whatever harmed somebody, in conduct or in words."""
        past = await self._past()
        found = await self._found(past)
        return JSONResponse(harms.summary(found, len(past.letters)))

    async def violations(self, _: Request) -> Response:
        """The harms of conduct alone: when, how often and to whom was written."""
        past = await self._past()
        return JSONResponse(harms.summary(find_breaches(past), len(past.letters)))

    async def unanswered(self, _: Request) -> Response:
        """Words that wait for an answer."""
        return JSONResponse(unanswered_rows(await self._past()))

    async def _found(self, past: Past) -> list[Harm]:
        """All harms; asked for twice at one moment they are found once, as many letters take seconds to read."""
        marks = (past.now, len(past.letters), len(self._folk.replies), len(self._folk.clicks))
        if marks != self._known[0]:
            self._known = (marks, await asyncio.to_thread(harms.find_harms, past, self._facts))
        return self._known[1]

    async def _past(self, *, whole: bool = False) -> Past:
        """The picture as it is now; the whole one has calendar and world in it."""
        now = self._now()
        if not whole or not self._folk.letters:
            return past_of(self._folk, now)
        boxes = sorted({one.mailbox for one in self._folk.letters})
        rows = [row for box in boxes for row in await asyncio.to_thread(self._diary.events, box)]
        events = await asyncio.to_thread(self._scene.events, self._folk.letters[0].at, now)
        return past_of(self._folk, now, rows, events)
