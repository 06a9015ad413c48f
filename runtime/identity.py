"""New ids: time-ordered and unguessable, or counted for replays."""

import itertools
import secrets
import time

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def _base32(value: int, length: int) -> str:
    letters = []
    for _ in range(length):
        value, rest = divmod(value, 32)
        letters.append(_ALPHABET[rest])
    return "".join(reversed(letters))


class RandomIds:
    """Ids of 9 time characters and 11 random ones (55 bits)."""

    def new(self, prefix: str) -> str:
        """A fresh id such as `acc_…`."""
        return f"{prefix}_{_base32(time.time_ns() // 1_000_000, 9)}{_base32(secrets.randbits(55), 11)}"


class CountedIds:
    """Ids that count up; for tests and replays."""

    def __init__(self) -> None:
        self._next = itertools.count(1)

    def new(self, prefix: str) -> str:
        """The next id of the count."""
        return f"{prefix}_{next(self._next):06d}"
