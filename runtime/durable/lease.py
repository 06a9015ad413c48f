"""The lease of a process: who may act now, by its own beats and the database's clock. Knows nothing of the engine."""

import asyncio
import contextlib
import logging
import time
from typing import Protocol
from uuid import uuid4

from domain.errors import RainmakerError
from runtime.store import executors
from runtime.store.engine import Database

log = logging.getLogger(__name__)
TTL = 30.0  # seconds without a beat after which a process counts as dead
VERSION = "1"  # of the workflows; raised only with a plan for what is parked
_AN_HOUR = 3600.0


class Standing(Protocol):
    """Whether this process may act, and who else may."""

    executor: str

    def term(self) -> int | None:
        """Number of the unbroken spell in which this process may act; None while it may not.

        A process that slept past its lease gets a new number, so work begun before ends without effect.
        """
        ...

    async def live(self) -> frozenset[str]:
        """Ids of every process that lives, this one included; what others hold is theirs."""
        ...


class Alone:
    """The standing of a process that shares its database with nobody: it may always act."""

    def __init__(self) -> None:
        self.executor = uuid4().hex

    def term(self) -> int | None:
        """Always the same spell."""
        return 1

    async def live(self) -> frozenset[str]:
        """Only this process."""
        return frozenset((self.executor,))


class Lease:
    """A standing that must be renewed: every process of a shared database has one.

    On SQLite the home's lock keeps others out, so every other id is dead at once.
    """

    def __init__(self, database: Database, *, role: str, ttl: float = TTL) -> None:
        self.executor = uuid4().hex  # fresh for every process, never "local"
        self.ttl = ttl
        self._role = role
        self._database = database
        self._renewed_at = float("-inf")
        self._term = 0
        self._resigned = False
        self._beating: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Take the lease and keep it."""
        await self._renew()
        self._beating = asyncio.create_task(self._beat())

    def resign(self) -> None:
        """Act no more; the row stays until `close`."""
        self._resigned = True

    async def close(self) -> None:
        """Give it back."""
        self.resign()
        if self._beating is not None:
            self._beating.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._beating
        try:
            async with self._database.beside() as tx:
                await executors.forget(tx, self.executor)
        except RainmakerError as error:
            log.warning("lease_not_given_back", extra={"code": error.code})

    def term(self) -> int | None:
        """This spell's number; None when the last beat is older than half the lease."""
        fresh = _machine_seconds() - self._renewed_at < self.ttl / 2
        return self._term if fresh and not self._resigned else None

    async def live(self) -> frozenset[str]:
        """Ids of every process that lives, by the database's clock."""
        if self._database.is_sqlite:
            return frozenset((self.executor,))
        async with self._database.read() as tx:
            return await executors.live(tx, self.ttl) | {self.executor}

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self.ttl / 6)
            try:
                await self._renew()
            except (
                RainmakerError
            ) as error:  # a beat missed is repeated; many missed end the lease by themselves
                log.warning("lease_not_renewed", extra={"code": error.code})
            except Exception:
                log.exception("lease_not_renewed")

    async def _renew(self) -> None:
        began = _machine_seconds()  # before the write: the lease must never look younger than it is
        async with self._database.beside() as tx:
            known = await executors.beat(tx, self.executor, self._role, VERSION)
            await executors.forget_older(tx, _AN_HOUR + self.ttl)
        if not known or began - self._renewed_at >= self.ttl / 2:
            self._term += 1
            log.info("lease_taken", extra={"executor": self.executor, "term": self._term})
        self._renewed_at = began


def _machine_seconds() -> float:
    """Seconds since the machine started, sleep of the machine included."""
    kind = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if kind is None else time.clock_gettime(kind)
