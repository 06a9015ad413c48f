"""Keeps the product's child process alive, and kills it when the plan says so. Every kill is counted."""

import asyncio
import multiprocessing
import random
import signal
import time
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any

from evals.suites.week import worker
from evals.suites.week.worker import POINTS, Order, Outcome
from runtime.settings import Settings

PRELOADED = [
    "evals.suites.week.worker", "service.ticking", "service.turn_work", "channels.api", "uvicorn",
    "tools.effector", "imap_tools", "aiosmtplib", "aiosqlite", "icalendar", "language.offline.brain",
]  # fmt: skip
_PATIENCE = 1200.0  # seconds an order may take on a machine that does much else
_EARLY, _LATE = 0.02, 1.5  # seconds after which a tick is cut


class Died(Exception):
    """The child was killed before it answered."""


def processes() -> ForkServerContext:
    """Fresh processes that need not import everything again."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(PRELOADED)
    return context


@dataclass
class Keeper:
    """One product at a time, started again after each death."""

    settings: Settings
    port: int
    chance: random.Random
    crashes: float = 0.2  # share of ticks that are cut
    kills: int = 0
    starts: int = 0
    errors: list[str] = field(default_factory=list)
    _context: ForkServerContext = field(default_factory=processes)
    _process: ForkServerProcess | None = None
    _pipe: Connection | None = None

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is none."""
        return self._process.pid if self._process is not None else None

    async def do(self, name: str, **args: Any) -> Any:
        """A command, carried out however often the child has to be started for it.

        Raises:
            RuntimeError: the product said no.
        """
        return await self.do_as("owner", name, **args)

    async def do_as(self, role: str, name: str, **args: Any) -> Any:
        """A command wanted by somebody of a role.

        Raises:
            RuntimeError: the product said no.
        """
        outcome = await self._asked(Order(name, args, role))
        if outcome.error:
            raise RuntimeError(f"{name}: {outcome.error}")
        return outcome.value

    async def tick(self) -> dict[str, Any]:
        """One unattended turn until idle; now and then it is killed on the way and started again."""
        while self.chance.random() < self.crashes:
            await self._cut_tick()
        outcome = await self._asked(Order("tick", {}))
        if outcome.error:
            self.errors.append(outcome.error)
        return outcome.value or {}

    async def stop(self) -> None:
        """Let the child end by itself."""
        if self._pipe is not None:
            self._pipe.close()
        if self._process is not None:
            await asyncio.to_thread(self._process.join, 10)
            self._end()

    async def _cut_tick(self) -> None:
        """Kill the child at a fault point or at any moment of a tick."""
        await self._alive()
        at_point = self.chance.random() < 0.6
        if at_point:
            order = Order("arm", {"point": self.chance.choice(POINTS), "after": self.chance.randint(1, 2)})
            await self._asked(order)
        pipe = await self._alive()
        pipe.send(Order("tick", {}))
        try:
            answered = await self._wait(pipe, _PATIENCE if at_point else self.chance.uniform(_EARLY, _LATE))
        except Died:
            self._killed()
            return
        if answered and at_point:
            return  # the point was not on the way; it stays armed for a later turn
        if not answered or self.chance.random() < 0.5:
            self._kill()
            self._killed()

    async def _asked(self, order: Order) -> Outcome:
        """The answer to an order; asked again when an armed point killed the child meanwhile."""
        for _ in range(20):
            pipe = await self._alive()
            try:
                pipe.send(order)
                if await self._wait(pipe, _PATIENCE):
                    return self._last
            except (Died, OSError):
                self._killed()
                continue
            self._kill()
            self._killed()
            self.errors.append(f"{order.do} took longer than {_PATIENCE:.0f} s")
        raise RuntimeError(f"{order.do} was never answered")

    async def _alive(self) -> Connection:
        if self._pipe is not None and self._process is not None and self._process.exitcode is None:
            return self._pipe
        self._end()
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=worker.run, args=(self.settings, self.port, theirs))
        process.start()
        theirs.close()
        self._process, self._pipe = process, ours
        self.starts += 1
        if not await self._wait(ours, 240):
            raise RuntimeError("the product did not start")
        return ours

    async def _wait(self, pipe: Connection, seconds: float) -> bool:
        """Whether an answer came in time; it is kept in `_last`."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            try:
                if await asyncio.to_thread(pipe.poll, min(0.25, max(0.0, deadline - time.monotonic()))):
                    self._last: Outcome = pipe.recv()
                    return True
            except (EOFError, OSError) as error:
                raise Died from error
        return False

    def _kill(self) -> None:
        if self._process is not None and self._process.exitcode is None:
            self._process.kill()

    def _killed(self) -> None:
        if self._process is not None:
            self._process.join(10)
            self.kills += self._process.exitcode == -signal.SIGKILL
        self._end()

    def _end(self) -> None:
        if self._process is not None and self._process.exitcode is None:
            self._process.kill()
            self._process.join(10)
        if self._pipe is not None:
            self._pipe.close()
        self._process = self._pipe = None
