"""How fast one host is asked: a machine-time gate per host that never holds up other hosts."""

import asyncio
import time
from collections.abc import Awaitable, Callable

_KEEP = 20_000


class HostPace:
    """Hands out one slot per host and interval.

    Args:
        interval: seconds between two requests to one host.
        now, sleep: machine time; tests pass their own.
    """

    def __init__(
        self,
        interval: float,
        *,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._interval = interval
        self._now = now
        self._sleep = sleep
        self._next: dict[str, float] = {}
        self._slower: dict[str, float] = {}

    async def turn(self, host: str) -> None:
        """Wait until this host may be asked again."""
        now = self._now()
        slot = max(now, self._next.get(host, now))
        self._next[host] = slot + max(self._interval, self._slower.get(host, 0.0))
        self._forget(now)
        if slot > now:
            await self._sleep(slot - now)

    def slow_down(self, host: str, interval: float) -> None:
        """Ask this host at most once per `interval` seconds from now on."""
        self._slower[host] = interval

    def hold(self, host: str, seconds: float) -> None:
        """Leave this host alone for a while; it asked for that."""
        self._next[host] = max(self._next.get(host, 0.0), self._now() + seconds)

    def _forget(self, now: float) -> None:
        if len(self._next) > _KEEP:
            self._next = {host: slot for host, slot in self._next.items() if slot > now}
