"""What the ledger says: a task that the market opened and how it ended, and a harm. Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Self

from evals.market.world.atlas import read_yaml

_KINDS = Path(__file__).resolve().parent / "kinds.yaml"


class State(StrEnum):
    """How a task stands at the end."""

    CLOSED = "closed"  # the end state is right
    FAILED = "failed"  # silence, or a wrong act
    OPEN = "open"  # not due yet


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of task: the specialists it takes, whether a seller here says that it does this, the end state."""

    name: str
    needs: tuple[str, ...]
    claimed: bool
    end: str


@dataclass(frozen=True, slots=True)
class Task:
    """Something a seller has to do because of what happened in the market."""

    id: str
    kind: str
    person: str
    company: str
    opened: datetime
    due: datetime
    needs: tuple[str, ...]
    claimed: bool
    state: State
    closed: datetime | None
    because: str
    messages: tuple[str, ...]
    others: tuple[str, ...] = ()  # people beside the first whom it is about

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Read a row of the truth endpoint."""
        known = dict(row)
        known |= {
            name: datetime.fromisoformat(row[name]) for name in ("opened", "due", "closed") if row[name]
        }
        known |= {name: tuple(row[name]) for name in ("needs", "messages", "others")}
        return cls(**(known | {"state": State(row["state"])}))

    def as_row(self) -> dict[str, Any]:
        """For the truth endpoint."""
        row = {
            name: getattr(self, name) for name in ("id", "kind", "person", "company", "claimed", "because")
        }
        times = {name: getattr(self, name) for name in ("opened", "due", "closed")}
        shown = {name: at.isoformat() if at else None for name, at in times.items()}
        lists = {name: list(getattr(self, name)) for name in ("needs", "messages", "others")}
        return {**row, **shown, **lists, "state": self.state.value}


@dataclass(frozen=True, slots=True)
class Harm:
    """One rule broken by one mail (or one attempt)."""

    rule: str
    person: str
    at: datetime
    letter: str
    because: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        """Read a row of the truth endpoint."""
        return cls(**(dict(row) | {"at": datetime.fromisoformat(row["at"])}))

    def as_row(self) -> dict[str, Any]:
        """For the truth endpoint."""
        return {
            "rule": self.rule,
            "person": self.person,
            "at": self.at.isoformat(),
            "letter": self.letter,
            "because": self.because,
        }


@lru_cache(maxsize=1)
def kinds() -> Mapping[str, Kind]:
    """Every kind of task by its name."""
    return {
        name: Kind(name, tuple(row["needs"]), bool(row.get("claimed", True)), row["end"])
        for name, row in read_yaml(_KINDS).items()
    }
