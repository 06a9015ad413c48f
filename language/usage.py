"""Counts model calls and tokens of the work at hand and asks the day's allowance for them. Knows no prices."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


class Allowance(Protocol):
    """Where tokens are taken from before a call."""

    async def take(self, tokens: int) -> datetime:
        """Set tokens aside; the moment to settle with. Raises BudgetSpent when too few are left today."""
        ...

    async def settle(self, taken: int, used: int, at: datetime) -> None:
        """Correct what was set aside to what was used."""
        ...


class Unlimited:
    """An allowance without an end; for evals and tests of a brain alone."""

    async def take(self, tokens: int) -> datetime:
        """Any number."""
        return datetime.min

    async def settle(self, taken: int, used: int, at: datetime) -> None:
        """Nothing to correct."""


@dataclass
class Usage:
    """What the calls inside one `metered` block took; the offline brain leaves it at zero."""

    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def add(self, prompt_tokens: int, completion_tokens: int) -> None:
        """Count one call."""
        self.calls += 1
        self.prompt_tokens += prompt_tokens
        self.completion_tokens += completion_tokens


_meters: ContextVar[tuple[Usage, ...]] = ContextVar("usage_meters", default=())


@contextmanager
def metered() -> Iterator[Usage]:
    """Count the calls made inside the block, also by tasks started in it; blocks may nest."""
    usage = Usage()
    token = _meters.set((*_meters.get(), usage))
    try:
        yield usage
    finally:
        _meters.reset(token)


def record(prompt_tokens: int, completion_tokens: int) -> None:
    """Tell every open meter about one call."""
    for usage in _meters.get():
        usage.add(prompt_tokens, completion_tokens)


def estimated_tokens(characters: int) -> int:
    """Tokens of a text when the server does not say: four characters each."""
    return (characters + 3) // 4
