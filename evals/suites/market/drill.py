"""A busy week in which nearly everybody answers: how well wishes to talk are handled, and most tasks of the ledger.

In a calibrated market a handful of people wish to talk; here it is dozens, so the share means something.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from evals.market.ledger.records import State, Task
from evals.suites.market.ablations import Variation
from evals.suites.options import Say
from evals.suites.week.live import Lived, Plan, live

_WISHES = frozenset({"interest", "wish_to_talk"})
_CHAIN = _WISHES | {"times_accepted", "counter", "move"}
_PROSPECTS, _COMPANIES, DAYS = 40, 500, 4


@dataclass(frozen=True, slots=True)
class Handled:
    """Wishes to talk, and those at which nothing was missed on the way to a meeting."""

    wishes: int
    well: int

    @property
    def share(self) -> float:
        """0–1; nothing asked is nothing handled."""
        return self.well / self.wishes if self.wishes else 0.0


async def drill(seed: int, say: Say, variation: Variation) -> Lived:
    """Live the busy days of a seed."""
    plan = Plan(
        seed,
        days=DAYS,
        prospects=_PROSPECTS,
        companies=_COMPANIES,
        crashes=0.0,
        asked=("/truth/tasks", "/truth/harms"),
    )
    return await live(plan, say, variation)


def handled(tasks: Iterable[Task]) -> Handled:
    """Count the people who wished to talk, and those of them with whom no step of arranging it failed."""
    chains: dict[str, list[Task]] = {}
    for one in tasks:
        if one.kind in _CHAIN and one.state is not State.OPEN:
            chains.setdefault(one.person, []).append(one)
    wished = [chain for chain in chains.values() if any(one.kind in _WISHES for one in chain)]
    return Handled(len(wished), sum(all(one.state is State.CLOSED for one in chain) for chain in wished))
