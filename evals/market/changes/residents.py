"""Who reads an address in a world that changes: the drawn people, and whoever has joined a company since."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from evals.market.changes.book import ChangeBook
from evals.market.people.population import Population
from evals.market.people.records import Correspondent
from evals.market.world.atlas import Atlas
from evals.market.world.records import Company


class Residents(Population):
    """Everybody who can be written to now.

    Whoever left, and the people of a closed company, still read what comes: a restarted market replays old letters
    as of today, and an answer that was once given must be given again.
    """

    def __init__(
        self, atlas: Atlas, companies: Sequence[Company], book: ChangeBook, now: Callable[[], datetime]
    ) -> None:
        super().__init__(atlas, companies)
        self._book, self._now = book, now

    def find(self, address: str) -> Correspondent | None:
        """Who reads an address at this moment; None for a domain that is not of this world."""
        found = super().find(address)
        if found is None or found.reachable:
            return found
        newcomer = self._book.newcomer(found.address, self._now())
        if newcomer is None:
            return found
        return replace(found, name=newcomer.name, role=newcomer.role, mailbox=False, reachable=True)
