"""The workspace's budgets of web requests and tokens (G15), as the fetcher and the model client ask for them.

Requests are taken from the counter in blocks, so that a thousand pages cost ten statements; what a process leaves
of its block goes back when it closes and is lost when it is killed, never the other way round.
"""

import asyncio
from datetime import datetime

from autonomy import budgets
from autonomy.budgets import Budgets, Kind
from domain.errors import BudgetSpent
from runtime.clock import Clock, CoarseClock
from runtime.store.engine import Database
from runtime.telemetry import measures, requested

BLOCK = 100  # requests taken from the counter at once
_SETTINGS: dict[Kind, tuple[str, str]] = {
    "fetches": ("web requests", "RAINMAKER_FETCHES_PER_DAY"),
    "tokens": ("tokens", "RAINMAKER_TOKENS_PER_DAY"),
}


class Purse:
    """What this process may still use of the day's budgets."""

    def __init__(self, database: Database, clock: Clock, budgets: Budgets) -> None:
        self._database = database
        self._clock = CoarseClock(clock)
        self._budgets = budgets
        self._refill = asyncio.Lock()
        self._left = 0  # of the block
        self._taken_at: datetime | None = None  # of the block

    async def fetch(self) -> None:
        """Take one web request.

        Raises:
            BudgetSpent: the day's requests are used up.
        """
        async with self._refill:
            now = await self._clock.now()
            if self._taken_at is None or budgets.day_of(now) != budgets.day_of(self._taken_at):
                self._left = 0  # what is left of yesterday stays counted there
            if not self._left:
                self._left = await self._block(now)
                self._taken_at = now
            self._left -= 1
        requested()

    async def take(self, tokens: int) -> datetime:
        """Set tokens aside for a model call; gives the moment to `settle` with.

        Raises:
            BudgetSpent: too few are left today.
        """
        now = await self._clock.now()
        if not await self._charge("tokens", tokens, now):
            raise self._spent("tokens")
        return now

    async def settle(self, taken: int, used: int, at: datetime) -> None:
        """Correct what `take` set aside at that moment to what the call really took."""
        measures.count("rainmaker_model_calls_total")
        measures.count("rainmaker_model_tokens_total", used)
        async with self._database.beside() as tx:
            if used < taken:
                await budgets.return_unused(tx, "tokens", taken - used, at)
            elif used > taken:
                await budgets.overdraw(tx, "tokens", used - taken, at)

    async def close(self) -> None:
        """Give back what is left of the block."""
        if self._left and self._taken_at is not None:
            async with self._database.beside() as tx:
                await budgets.return_unused(tx, "fetches", self._left, self._taken_at)
            self._left = 0

    async def _block(self, now: datetime) -> int:
        for size in (BLOCK, 1):
            if await self._charge("fetches", size, now):
                return size
        raise self._spent("fetches")

    async def _charge(self, kind: Kind, amount: int, now: datetime) -> bool:
        async with self._database.beside() as tx:
            return await budgets.charge(tx, kind, amount, self._budgets, now)

    def _spent(self, kind: Kind) -> BudgetSpent:
        what, setting = _SETTINGS[kind]
        return BudgetSpent(
            f"The workspace's {getattr(self._budgets, kind):,} {what} of today are used up.",
            where=setting,
            hint=f"Wait until tomorrow (UTC) or raise {setting}.",
        )
