"""How many calls one caller may make in a minute: a bucket each, in this process, by the machine's clock."""

import time
from collections import OrderedDict
from collections.abc import Callable

from domain.errors import Retryable

CALLERS_KEPT = 10_000


class Pace:
    """A bucket of calls for each caller, refilled evenly."""

    def __init__(self, per_minute: int, now: Callable[[], float] = time.monotonic) -> None:
        self._size = float(per_minute)
        self._now = now
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, caller: str) -> None:
        """Take one call.

        Raises:
            Retryable: too_many_calls, with the seconds to wait.
        """
        now = self._now()
        left, at = self._left.pop(caller, (self._size, now))
        left = min(self._size, left + (now - at) * self._size / 60)
        if left < 1:
            self._left[caller] = (left, now)
            raise Retryable(
                f"More than {self._size:g} calls in a minute; wait a moment.",
                code="too_many_calls",
                retry_after=(1 - left) * 60 / self._size,
            )
        self._left[caller] = (left - 1, now)
        while len(self._left) > CALLERS_KEPT:
            self._left.popitem(last=False)
