"""Business time. The system clock, or a sandbox clock read over HTTP; never used for leases."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Protocol

from domain.errors import Retryable


class Clock(Protocol):
    """Tells the business time."""

    async def now(self) -> datetime:
        """Aware UTC time."""
        ...


class SystemClock:
    """The machine's own clock."""

    async def now(self) -> datetime:
        """Aware UTC time."""
        return datetime.now(UTC)


class SandboxClock:
    """A clock served over HTTP as `{"now": ISO-8601}`."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._client = None
        self._standing: datetime | None = None

    async def now(self) -> datetime:
        """Aware UTC time of the sandbox.

        Raises:
            Retryable: the sandbox clock does not answer; nothing may act on a guessed time.
        """
        return self._standing or await self._asked()

    @asynccontextmanager
    async def standing(self) -> AsyncIterator[None]:
        """Ask once for a span in which the caller knows that the clock is not moved; one span at a time."""
        self._standing = await self._asked()
        try:
            yield
        finally:
            self._standing = None

    async def _asked(self) -> datetime:
        import httpx2

        if self._client is None:
            self._client = httpx2.AsyncClient(trust_env=False, timeout=5.0)
        try:
            answer = await self._client.get(self._url)
            answer.raise_for_status()
            told = datetime.fromisoformat(answer.json()["now"])
            return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)
        except (httpx2.HTTPError, KeyError, TypeError, ValueError) as error:
            raise Retryable(
                "The sandbox clock did not answer.", code="clock_unreachable", where=self._url
            ) from error

    async def close(self) -> None:
        """Drop the connection."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None


class CoarseClock:
    """Asks the clock behind it at most once a second, so that stamping pages costs no request each."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._asked = -1.0
        self._seen: datetime | None = None

    async def now(self) -> datetime:
        """The time, at most a second old."""
        if self._seen is None or time.monotonic() - self._asked > 1.0:
            self._asked = time.monotonic()
            self._seen = await self._clock.now()
        return self._seen


class FixedClock:
    """A clock that stands still until told otherwise; for tests and replays."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    async def now(self) -> datetime:
        """The time it was set to."""
        return self.at
