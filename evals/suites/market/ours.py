"""Our policy in a market: the product itself lives there behind real protocols; the market says what it was worth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evals.market.buyers.economics import all_economics
from evals.suites.market.ablations import OURS, Variation
from evals.suites.market.book import as_csv, open_book
from evals.suites.market.purse import READ_DRAFT_MINUTES, YES_MINUTES
from evals.suites.market.scoring import Score
from evals.suites.options import Say
from evals.suites.week.live import SELLER, Lived, Plan, live

WISHES = frozenset({"positive"})
_ASKED = ("/truth/worth", "/truth/tasks", "/truth/harms")
_MACHINES = frozenset({"bounce", "auto_reply", "out_of_office", "invite_answer", "forged"})


@dataclass(frozen=True, slots=True)
class Game:
    """One seed as every policy meets it. `people` may be written to, by each policy."""

    seed: int
    people: int
    days: int
    companies: int


@dataclass(frozen=True, slots=True)
class Played:
    """What the product did in one seed: what it was worth, and all that was told about it."""

    score: Score
    lived: Lived

    @property
    def per_day(self) -> Mapping[str, float]:
        """EUR expected of the letters of each day."""
        found: dict[str, float] = {}
        for row in self.lived.told["/truth/worth"]:
            day = str(row["at"])[:10]
            found[day] = found.get(day, 0.0) + row["value"] - row["cost"]
        return found


async def play(game: Game, say: Say, variation: Variation) -> Lived:
    """Live all days of a game, with the list that every policy has; the owner decides once a day what is asked."""
    bought = open_book(game.seed, game.companies, SELLER).bought()
    plan = Plan(
        game.seed,
        days=game.days,
        prospects=game.people,
        companies=game.companies,
        crashes=0.0,
        profile="market",
        world="moving",
        asked=_ASKED,
        bought=as_csv(bought),
    )
    return await live(plan, say, variation)


def scored(lived: Lived, handled: float, policy: str = OURS) -> Played:
    """Sum a game of ours, or of a variation of ours, up.

    Args:
        handled: share of wishes to talk that it handles well, from the drill.
    """
    seller = all_economics()[SELLER]
    worth: Sequence[Mapping[str, Any]] = lived.told["/truth/worth"]
    words = [one for one in lived.truth.replies if one["meaning"] not in _MACHINES]
    minutes = READ_DRAFT_MINUTES * lived.mails_planned + YES_MINUTES * len({one.ask for one in lived.decided})
    score = Score(
        policy=policy,
        seed=lived.plan.seed,
        people=len({row["person"] for row in worth}),
        mails=len(lived.truth.letters),
        answers=len(words),
        positive=sum(one["meaning"] in WISHES for one in words),
        expected=handled * sum(row["value"] for row in worth),
        harm=sum(row["cost"] for row in worth),
        cost=len(lived.truth.letters) * seller.mail_cost + minutes * seller.human_minute_cost,
    )
    return Played(score, lived)
