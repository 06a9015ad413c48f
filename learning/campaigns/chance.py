"""How likely a campaign is to bring at least one good answer, said before its first mail. Arithmetic only.

Base rates of earlier campaigns, pooled with a published one that counts as a stated number of people.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

PUBLISHED_REPLIES = (
    0.034  # of people written to cold, mean over senders (the average that docs/evals.md calibrates to)
)
PUBLISHED_POSITIVE = 0.14  # of those replies
PUBLISHED = PUBLISHED_REPLIES * PUBLISHED_POSITIVE
WEIGHT = 200.0  # people: how much the published rate counts beside our own
USUAL_SPREAD = 100.0  # how much campaigns differ, as a beta's two weights together; large: not at all
_SPREADS = (20.0, 50.0, 100.0, 200.0, 500.0, 2000.0)
_CAMPAIGNS_TO_TELL, _PEOPLE_TO_TELL = 5, 20
ASSUMPTION = (
    f"about {PUBLISHED_REPLIES:.1%} of people written to cold answer and {PUBLISHED_POSITIVE:.0%} of the answers are "
    f"positive (published averages; they count like {WEIGHT:.0f} people of our own)"
)


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier campaign: people whose time to answer is over, and how many gave a good answer."""

    people: int
    good: int


@dataclass(frozen=True, slots=True)
class Chance:
    """What is expected of a campaign to so many people. `alone` is what the published rate by itself says."""

    chance: float
    expected: float
    rate: float
    alone: float
    own_people: int
    own_good: int
    campaigns: int
    spread: float
    assumed: bool  # nothing of our own is in it

    @property
    def sentence(self) -> str:
        """For a person."""
        basis = (
            f"our own {self.own_people} people in {self.campaigns} campaigns ({self.own_good} good answers) and "
            if self.own_people
            else "an assumption only: "
        )
        return (
            f"A chance of {self.chance:.0%} that at least one person answers positively or meets us "
            f"({self.expected:.1f} expected). It rests on {basis}{ASSUMPTION}."
        )


def expect(people: int, past: Sequence[Past]) -> Chance:
    """The chance of at least one good answer among so many people."""
    own, good = sum(one.people for one in past), sum(one.good for one in past)
    rate = (good + WEIGHT * PUBLISHED) / (own + WEIGHT)
    spread = _spread(past, rate)
    return Chance(
        chance=_any(people, rate, spread),
        expected=people * rate,
        rate=rate,
        alone=1 - (1 - PUBLISHED) ** people,
        own_people=own,
        own_good=good,
        campaigns=sum(one.people > 0 for one in past),
        spread=spread,
        assumed=own == 0,
    )


def _any(people: int, rate: float, spread: float) -> float:
    """One minus the beta-binomial's chance of none."""
    bad = spread * (1 - rate)
    none = math.lgamma(bad + people) - math.lgamma(spread + people) - math.lgamma(bad) + math.lgamma(spread)
    return min(1.0, max(0.0, 1 - math.exp(none)))


def _spread(past: Sequence[Past], rate: float) -> float:
    """The spread under which what the campaigns brought is likeliest; a usual one while there are few."""
    told = [one for one in past if one.people >= _PEOPLE_TO_TELL]
    if len(told) < _CAMPAIGNS_TO_TELL:
        return USUAL_SPREAD
    return max(_SPREADS, key=lambda spread: sum(_log_chance(one, rate, spread) for one in told))


def _log_chance(one: Past, rate: float, spread: float) -> float:
    a, b = spread * rate, spread * (1 - rate)

    def log_beta(x: float, y: float) -> float:
        return math.lgamma(x) + math.lgamma(y) - math.lgamma(x + y)

    return log_beta(a + one.good, b + one.people - one.good) - log_beta(a, b)


@dataclass(frozen=True, slots=True)
class Brier:
    """How good the chances were: the mean squared miss (Brier 1950), ours beside the published rate alone."""

    campaigns: int
    score: float
    base_rate_score: float

    @property
    def sentence(self) -> str:
        """For a person."""
        better = "better than" if self.score < self.base_rate_score else "no better than"
        return (
            f"Chances said before {self.campaigns} campaigns missed by {self.score:.2f} (Brier; 0 is perfect, "
            f"0.25 a coin), {better} the published rate alone ({self.base_rate_score:.2f})."
        )


def brier(said: Sequence[tuple[float, float, bool]]) -> Brier | None:
    """Score triples of what was said, what the base rate alone says, and what happened; None while there are none."""
    if not said:
        return None
    count = len(said)
    ours = sum((chance - happened) ** 2 for chance, _, happened in said) / count
    base = sum((alone - happened) ** 2 for _, alone, happened in said) / count
    return Brier(count, ours, base)
