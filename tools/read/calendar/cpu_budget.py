"""A limit on the processor time of library code that cannot be told to stop. Knows nothing of calendars."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_LOOK_EVERY = 256  # calls between two looks at the clock


class BudgetSpent(Exception):
    """The work took more processor time than it was given."""


@contextmanager
def cpu_budget(seconds: float) -> Iterator[None]:
    """Raise BudgetSpent inside the block once this thread has used so much processor time.

    A thread cannot be killed and a recurrence rule that never matches loops for minutes in pure Python. The
    interpreter calls a profile function at every call of this thread, so the limit holds wherever the loop is.
    """
    ends, calls = time.thread_time() + seconds, 0

    def watch(frame: FrameType, event: str, value: object) -> None:
        nonlocal calls
        calls += 1
        if calls % _LOOK_EVERY == 0 and time.thread_time() > ends:
            sys.setprofile(None)
            raise BudgetSpent

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        yield
    finally:
        sys.setprofile(before)
