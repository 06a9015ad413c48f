"""What is told before a campaign begins, and kept: the chance that it succeeds, and what its tests can find when."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy.limits import ramp_cap
from autonomy.terms import Terms
from domain.experiments import Declared, Foretold
from domain.knobs import knob
from graph.specialists.assigning import Draw
from learning.campaigns.chance import Chance, Past, expect
from learning.experiments.beginning import foretell
from learning.experiments.people import Person, people_of
from runtime.store import campaign_course, experience, experiments
from runtime.store.campaign_course import Bet

WINDOW = 18.0  # days after their first mail in which a person's answer counts for a campaign
LATELY = timedelta(days=28)


@dataclass(frozen=True)
class Expectation:
    """Everything that is told with a plan."""

    chance: Chance
    foretold: tuple[tuple[str, Declared, Foretold], ...]  # experiment, what it declares, what it takes

    def lines(self) -> list[str]:
        """For a person."""
        return [self.chance.sentence, *(told_text(declared, told) for _, declared, told in self.foretold)]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "expectation": {
                "chance": round(self.chance.chance, 4),
                "expected": round(self.chance.expected, 3),
                "rate": self.chance.rate,
                "assumed": self.chance.assumed,
                "sentence": self.chance.sentence,
            },
            "experiments": [
                {"id": experiment_id, "knob": declared.knob, "arms": list(declared.arms)}
                | told.model_dump(mode="json", exclude={"at"})
                | {"sentence": told_text(declared, told)}
                for experiment_id, declared, told in self.foretold
            ],
        }


async def expectation(
    tx: AsyncConnection, drawn: Draw, people: int, terms: Terms, now: datetime
) -> Expectation:
    """What a campaign to so many people may bring, and when its tests would be decided."""
    everybody = list(people_of(await experience.as_of(tx, now)).values())
    chance = expect(people, past_of(everybody, now))
    pace = pace_of(everybody, terms, now)
    told = []
    for one in drawn.joined:
        declared = one.experiment.declared
        told.append(
            (one.experiment.id, declared, foretell(declared, chance.rate, chance.assumed, pace, people, now))
        )
    return Expectation(chance, tuple(told))


def past_of(everybody: list[Person], now: datetime) -> list[Past]:
    """Earlier campaigns: those whose time to answer is over, and the good answers among them."""
    found: dict[str, list[int]] = {}
    for one in everybody:
        if one.matured(WINDOW, now):
            counts = found.setdefault(one.campaign_id, [0, 0])
            counts[0] += 1
            counts[1] += one.good(WINDOW)
    return [Past(*counts) for counts in found.values()]


def pace_of(everybody: list[Person], terms: Terms, now: datetime) -> float:
    """First mails a day: those of the days lately on which any left, or what the mailbox may send."""
    days: dict[str, int] = {}
    for one in everybody:
        if one.sent_at is not None and one.sent_at > now - LATELY:
            day = one.sent_at.date().isoformat()
            days[day] = days.get(day, 0) + 1
    if days:
        return sum(days.values()) / len(days)
    return float(ramp_cap(terms.mailbox_started or now.date(), now.date()))


def told_text(declared: Declared, told: Foretold) -> str:
    """How long a test takes, in one or two sentences."""
    title = knob(declared.knob).title
    after = told.base_rate * (1 + told.lift)
    size = f"{told.base_rate:.1%} → {after:.1%} good answers"
    when = f", about {told.days:,.0f} days at {told.people_a_day:.0f} first mails a day" if told.days else ""
    text = (
        f"Test of the {title} ({' against '.join(declared.arms)}): a difference of {told.lift:.0%} ({size}) takes "
        f"about {told.people:,} people{when}."
    )
    if told.detectable is None:
        return f"{text} This campaign alone ({told.audience} people) cannot show any difference."
    points = f"{told.detectable * 100:.0f} points"
    return f"{text} This campaign alone ({told.audience} people) could show a difference of {points}."


async def keep(tx: AsyncConnection, campaign_id: str, said: Expectation, people: int, now: datetime) -> None:
    """Keep what was said, once."""
    chance = said.chance
    basis = {
        "rate": chance.rate,
        "people": chance.own_people,
        "good": chance.own_good,
        "campaigns": chance.campaigns,
        "spread": chance.spread,
        "sentence": chance.sentence,
    }
    await campaign_course.keep_bet(tx, Bet(campaign_id, chance.chance, chance.alone, people, basis, now))
    for experiment_id, _, told in said.foretold:
        await experiments.foretell(tx, experiment_id, told)
