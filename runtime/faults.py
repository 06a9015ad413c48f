"""Named fault points: places where a crash test may kill the process. Inert unless armed."""

import os
import signal

_armed: dict[str, int] = {}


def arm(point: str, after: int = 1) -> None:
    """Kill this process with SIGKILL the `after`-th time `point` is reached."""
    _armed[point] = after


def reach(point: str) -> None:
    """Mark a place where the process may die."""
    if point not in _armed:
        return
    _armed[point] -= 1
    if _armed[point] <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
