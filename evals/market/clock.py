"""The clock of the sandbox: real, accelerated, or standing still until it is stepped."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum


class ClockMode(StrEnum):
    """How sandbox time passes."""

    REAL = "real"
    FAST = "fast"
    STEPPED = "stepped"


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What the clock shows."""

    now: datetime
    mode: ClockMode
    speed: float


class MarketClock:
    """Tells sandbox time; the monotonic source is a port so that tests can drive it."""

    def __init__(
        self,
        mode: ClockMode = ClockMode.REAL,
        *,
        speed: float = 1.0,
        start: datetime | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._monotonic = monotonic
        self._mode = mode
        self._speed = _rate(mode, speed)
        self._base = start or datetime.now(UTC)
        self._since = monotonic()

    def now(self) -> datetime:
        """Return the sandbox time, aware, in UTC."""
        return self._base + timedelta(seconds=(self._monotonic() - self._since) * self._speed)

    def read(self) -> ClockReading:
        """Return time, mode and speed."""
        return ClockReading(self.now(), self._mode, self._speed)

    def set(
        self, *, mode: ClockMode | None = None, speed: float | None = None, now: datetime | None = None
    ) -> ClockReading:
        """Change how time passes or what time it is; what is not given stays."""
        current = now or self.now()
        self._mode = mode or self._mode
        wanted = speed if speed is not None else (self._speed or 1.0)
        self._speed = _rate(self._mode, wanted)
        self._base, self._since = current, self._monotonic()
        return self.read()

    def step(self, *, seconds: float | None = None, to: datetime | None = None) -> ClockReading:
        """Move forward by seconds or to a moment.

        Raises:
            ValueError: the step would lead backwards or says nothing.
        """
        current = self.now()
        target = to if to is not None else current + timedelta(seconds=_given(seconds))
        if target < current:
            raise ValueError(
                f"the clock shows {current.isoformat()} and cannot go back to {target.isoformat()}"
            )
        return self.set(now=target)


def _rate(mode: ClockMode, speed: float) -> float:
    """Return sandbox seconds per real second."""
    match mode:
        case ClockMode.REAL:
            return 1.0
        case ClockMode.STEPPED:
            return 0.0
        case ClockMode.FAST:
            return speed


def _given(seconds: float | None) -> float:
    """Insist on a number of seconds."""
    if seconds is None:
        raise ValueError("a step needs 'seconds' or 'to'")
    return seconds
