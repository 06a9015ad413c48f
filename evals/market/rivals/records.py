"""Records of rival vendors: what they sell, the moves they make, and how they stand after each. Plain data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class MoveKind(StrEnum):
    """What a vendor does on a day."""

    PRICE_CUT = "price_cut"
    PRICE_RISE = "price_rise"
    FEATURE = "feature"
    POSITIONING = "positioning"
    HIRING = "hiring"
    FUNDING = "funding"
    ACQUISITION = "acquisition"
    OUTAGE = "outage"
    DISCONTINUED = "discontinued"
    CURRENCY = "currency"


@dataclass(frozen=True, slots=True)
class Plan:
    """Something a vendor sells: its true price in EUR and what is included."""

    name: str
    price: float
    included: str


@dataclass(frozen=True, slots=True)
class Market:
    """What the vendors around one seller have in common."""

    seller: str
    language: str
    per: str
    field: str
    buyers: str
    plans: tuple[Plan, ...]
    features: tuple[tuple[str, str], ...]
    positions: tuple[tuple[str, str], ...]
    jobs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Rival:
    """One vendor as the data files describe it."""

    name: str
    host: str
    country: str
    city: str
    layout: str
    staff: int
    founded: int
    plans: tuple[Plan, ...]
    market: Market


@dataclass(frozen=True, slots=True)
class Move:
    """Something that happens on a day; `roll` decides its details, `told_at` is when the own news page tells it."""

    id: str
    at: datetime
    kind: MoveKind
    roll: int
    told_at: datetime | None
    factor: float | None = None


@dataclass(frozen=True, slots=True)
class Stand:
    """How a vendor stands after its moves so far."""

    plans: tuple[Plan, ...]
    retired: tuple[str, ...]
    currency: str
    features: tuple[int, ...]
    position: int
    staff: int
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A move with where it led and the words that tell it."""

    move: Move
    after: Stand
    title: str
    body: str
    facts: Mapping[str, str]
    ends_at: datetime | None = None
