"""Parts of the house that are made when they are first used: what they need takes seconds to load.

A worker that only sends mail never loads a browser, a language or vectors.
"""

from collections.abc import Callable
from typing import Any, Generic, TypeVar, cast

Part = TypeVar("Part")


class FirstUse(Generic[Part]):
    """Stands where the part stands, and hands everything on to it. Belongs to one event loop."""

    def __init__(self, make: Callable[[], Part]) -> None:
        self._make = make
        self._made: Part | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.part(), name)

    def part(self) -> Part:
        """The part itself, made now if it was not yet."""
        if self._made is None:
            self._made = self._make()
        return self._made

    def made(self) -> Part | None:
        """The part when somebody used it, to close it; None otherwise."""
        return self._made

    def stand_in(self) -> Part:
        """This, as what it stands for."""
        return cast(Part, self)
