"""Wrong passwords of the last minute, by user and by address; one count for the chat and for REST."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

WRONG_TRIES = 5  # by user name
WRONG_TRIES_FROM = 20  # by address, behind which several people may sit
WINDOW = 60.0  # seconds of machine time
NAMES_KEPT = 1000
ADDRESS = "address:"


@dataclass
class WrongTries:
    """Wrong tries within the last minute; bounded, and in this process only."""

    now: Callable[[], float] = time.monotonic
    _at: OrderedDict[str, deque[float]] = field(default_factory=OrderedDict)

    def locked(self, name: str) -> bool:
        """True when this name or address has had its tries for now."""
        times = self._at.get(name)
        while times and self.now() - times[0] >= WINDOW:
            times.popleft()
        most = WRONG_TRIES_FROM if name.startswith(ADDRESS) else WRONG_TRIES
        return times is not None and len(times) >= most

    def add(self, name: str) -> None:
        """Count a wrong try."""
        self._at.setdefault(name, deque()).append(self.now())
        self._at.move_to_end(name)
        while len(self._at) > NAMES_KEPT:
            self._at.popitem(last=False)

    def forget(self, name: str) -> None:
        """Start anew after a right password."""
        self._at.pop(name, None)


def key_of(name: str) -> str:
    """What a user name counts under; no name can look like an address."""
    return "name:" + name.strip().lower()[:200]


def key_of_address(address: str) -> str:
    """What an address counts under."""
    return ADDRESS + address[:60]
