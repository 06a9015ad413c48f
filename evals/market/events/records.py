"""What an event is: who did what when, whom it really concerns, and whether it only looks like something."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol


class Origin(StrEnum):
    """Whose doing an event is."""

    RIVAL = "rival"
    COMPANY = "company"
    PRESS = "press"
    REGULATOR = "regulator"
    ECONOMY = "economy"
    PARTNER = "partner"
    SHOCK = "shock"


class Decoy(StrEnum):
    """Why something that looks like news is none."""

    REPUBLISHED = "republished"
    RUMOUR = "rumour"
    CURRENCY = "currency"
    NAMESAKE = "namesake"
    REISSUED = "reissued"


@dataclass(frozen=True, slots=True)
class Event:
    """One dated thing.

    `relevance` is the truth per seller (0..1, only what is above 0); `looks` is what a careless reader would take
    it for, where that differs. `pages` are the addresses on which it can be seen from `at` on; `told_at` is when
    its subject's own news page says it (None = never).
    """

    id: str
    at: datetime
    origin: Origin
    kind: str
    subject: str
    title: str
    facts: Mapping[str, str] = field(default_factory=dict)
    relevance: Mapping[str, float] = field(default_factory=dict)
    looks: Mapping[str, float] = field(default_factory=dict)
    decoy: Decoy | None = None
    told_at: datetime | None = None
    pages: tuple[str, ...] = ()

    def shown(self) -> dict[str, Any]:
        """Return the event as a JSON object."""
        return {
            "id": self.id,
            "at": self.at.isoformat(),
            "origin": self.origin.value,
            "kind": self.kind,
            "subject": self.subject,
            "title": self.title,
            "facts": dict(self.facts),
            "relevance": dict(self.relevance),
            "looks": dict(self.looks or self.relevance),
            "decoy": self.decoy.value if self.decoy else None,
            "told_at": self.told_at.isoformat() if self.told_at else None,
            "pages": list(self.pages),
        }


class Happening(Protocol):
    """Anything that makes events."""

    def events(self, until: datetime) -> list[Event]:
        """Return what happened from the opening of the world until a moment, in any order."""
        ...
