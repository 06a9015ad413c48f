"""The words for what buyers hide and how a letter strikes them. Plain data, no behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

YEAR = timedelta(days=360)


@dataclass(frozen=True, slots=True)
class Topic:
    """Something buyers of a seller care about, with the words for it by language, in small letters."""

    name: str
    weight: float
    words: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Economics:
    """What is true about a seller's market and purse. Money in EUR; weights 0–1; empty means everybody."""

    host: str
    industries: Mapping[str, float]
    employees: tuple[int, int]
    countries: frozenset[str]
    functions: Mapping[str, float]
    contract_base: float
    contract_per_employee: float
    contract_most: float
    margin: float
    meetings_a_week: int
    customers_a_month: int
    mail_cost: float
    human_minute_cost: float
    topics: tuple[Topic, ...]
    rivals: tuple[str, ...]

    def contract(self, employees: int) -> float:
        """EUR a year that a company of this size pays."""
        return min(self.contract_most, self.contract_base + self.contract_per_employee * employees)


@dataclass(frozen=True, slots=True)
class Window:
    """When somebody decides about such things: a span that comes again each year of 360 days."""

    phase: int  # day of the year on which it opens
    days: int

    def open(self, day: date) -> float:
        """1 inside, one half in the month before, else 0."""
        into = (day.toordinal() - self.phase) % YEAR.days
        if into < self.days:
            return 1.0
        return 0.5 if into >= YEAR.days - 30 else 0.0


@dataclass(frozen=True, slots=True)
class Mind:
    """What one person hides from one seller. Shares are 0–1."""

    fit: float  # how much the company is of the seller's kind
    need: float  # how much it would gain
    budget: float  # EUR a year it would spend
    price: float  # EUR a year it would be asked for
    window: Window
    authority: float  # 1 decides, 0 has no say
    concern: float  # how much it is this person's business
    patience: int  # unasked letters before it is a nuisance
    trust: float  # in strangers who write
    cares: tuple[str, ...]  # names of topics
    rival: str  # the vendor they use; "" = none
    worth: float  # EUR of margin in the first year

    @property
    def affordable(self) -> float:
        """1 when the price is within the budget, falling to 0 at twice the budget."""
        return max(0.0, min(1.0, 2.0 - self.price / max(self.budget, 1.0)))


@dataclass(frozen=True, slots=True)
class Appraisal:
    """How one letter strikes its reader: features by name (0–1 or small counts), and why, in words."""

    features: Mapping[str, float]
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a letter may lead to: the chance of each reaction but silence, and what they are worth together."""

    chances: Mapping[str, float]
    value: float  # EUR expected, when every answer is handled well
    cost: float  # EUR expected of harm: complaints, lost goodwill
    appraisal: Appraisal = field(default_factory=lambda: Appraisal({}))

    @property
    def reply(self) -> float:
        """The chance of any words in return."""
        return sum(
            share for name, share in self.chances.items() if name not in {"one_click", "complaint_report"}
        )
