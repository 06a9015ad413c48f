"""What raises a risk factor, each with its reason: taint, novelty, volume, anomaly, amount, past outcomes. Pure."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal

from autonomy.facts import CalibrationFacts, CallFacts, UsageFacts
from domain.decisions import RiskPart
from domain.labels import Integrity, Label

Name = Literal["financial", "relationship", "compliance", "strategic"]
NAMES: tuple[Name, ...] = ("financial", "relationship", "compliance", "strategic")
UNKNOWN = 8  # what is not known counts as high
MOST_RAISED = 3  # outcomes raise by no more
MUCH = (20, 100)  # acts at once that are many, and very many, when nothing is known about usual days
TIMES_USUAL = 5  # this often a usual day is an anomaly
NIGHT = (22, 5)


@dataclass
class Factor:
    """One factor while it is worked out."""

    name: Name
    reason: str = "nothing speaks of it"
    points: int = 0
    raised: int = 0
    more: list[str] = field(default_factory=list)

    def add(self, points: int, why: str) -> None:
        """Add points, if any, with their reason."""
        if points > 0:
            self.points += points
            self.more.append(why)

    def at_least(self, points: int, why: str) -> None:
        """Raise to so many points; the reason is told first."""
        if points > self.points:
            self.points = points
            self.more = [self.reason, *self.more] if self.reason != Factor.reason else self.more
            self.reason = why

    def at_most(self, points: int) -> None:
        """Cut to so many points."""
        self.points = min(self.points, points)

    def part(self) -> RiskPart:
        """The finished factor."""
        reason = ", ".join([self.reason, *self.more])
        return RiskPart(
            factor=self.name, points=max(0, min(10, self.points)), reason=reason, raised=self.raised
        )


def taint(factor: Factor, label: Label) -> None:
    """Text of web pages or strangers led here."""
    if label.integrity <= Integrity.UNTRUSTED:
        factor.add(1, "the text rests on web pages")


def novelty(factor: Factor, usage: UsageFacts | None) -> None:
    """The agent never did this on an earlier day."""
    if usage is None:
        factor.add(1, "how often this was done before is unknown")
    elif usage.done_before <= 0:
        factor.add(1, "this agent did not do this before")


def volume(factor: Factor, batch: int, usage: UsageFacts | None) -> None:
    """Many at once, and many more than on a usual day; what ran in the last hour counts too."""
    recent = max(batch, usage.last_hour if usage else 0)
    factor.add((recent > MUCH[0]) + (recent > MUCH[1]), f"{recent} at once")
    if usage is not None and usage.done_before > 0 and recent >= MUCH[0]:
        many = recent >= TIMES_USUAL * max(1.0, usage.usual)
        factor.add(2 if many else 0, f"a usual day has {usage.usual:g}")


def odd_hour(factor: Factor, at: datetime) -> None:
    """In the night of the time given."""
    if at.hour >= NIGHT[0] or at.hour < NIGHT[1]:
        factor.add(1, f"at an unusual hour ({at:%H:%M})")


def amount(factor: Factor, value: Decimal | None, facts: CallFacts | None) -> None:
    """Money against the budget the owner set; unknown counts as high."""
    if value is None:
        factor.at_least(UNKNOWN, "the amount is unknown")
    elif not value.is_finite() or value < 0:
        factor.at_least(10, "the amount is no sensible one")
    elif value > 0:
        _spend(factor, value, facts or CallFacts())


def _spend(factor: Factor, value: Decimal, facts: CallFacts) -> None:
    budget = facts.budget
    if budget is None or not budget.is_finite() or budget <= 0:
        factor.at_least(UNKNOWN, f"{value} without a budget")
    elif not facts.spent.is_finite() or facts.spent + value > budget:
        factor.at_least(UNKNOWN + 1, f"{value} is more than the budget leaves")
    else:
        share = value / budget
        limits = ((Decimal("0.1"), 2), (Decimal("0.25"), 4), (Decimal("0.5"), 6))
        points = next((given for limit, given in limits if share <= limit), 7)
        factor.at_least(points, f"{value} of a budget of {budget}")


def raise_by_outcomes(factors: list[Factor], facts: CalibrationFacts | None) -> None:
    """Raise the highest factor where outcomes were worse than the points said; never lower anything."""
    if facts is None or not facts.raises:
        return
    highest = max(factors, key=lambda factor: factor.points)
    before = max(0, min(10, highest.points))
    given = facts.raises[before] if before < len(facts.raises) else 0
    extra = max(0, min(MOST_RAISED, given, 10 - before))
    if extra:
        highest.points, highest.raised = before + extra, extra
        highest.more.append(
            f"outcomes of {facts.decisions} earlier decisions were worse than their points said"
        )
