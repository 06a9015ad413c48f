"""Named fault points: places where a crash test may kill or freeze the process. Inert unless armed."""

import os
import signal
from typing import Literal

Fate = Literal["killed", "frozen"]
_armed: dict[str, tuple[int, Fate]] = {}


def arm(point: str, after: int = 1, fate: Fate = "killed") -> None:
    """End this process with SIGKILL, or stop it with SIGSTOP, the `after`-th time `point` is reached."""
    _armed[point] = (after, fate)


def reach(point: str) -> None:
    """Mark a place where the process may die or sleep."""
    if point not in _armed:
        return
    left, fate = _armed[point]
    _armed[point] = (left - 1, fate)
    if left == 1:
        os.kill(os.getpid(), signal.SIGKILL if fate == "killed" else signal.SIGSTOP)
