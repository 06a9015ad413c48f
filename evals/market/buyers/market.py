"""The buyers of one market: who somebody is to a seller, and how a letter that arrived strikes them."""

from collections.abc import Sequence
from datetime import timedelta

from evals.market.buyers.appraisal import Reader, Sheet, appraise
from evals.market.buyers.economics import economics_of
from evals.market.buyers.minds import mind_of
from evals.market.buyers.odds import weigh
from evals.market.buyers.records import Mind, Weighed
from evals.market.people.records import Correspondent, Letter
from evals.market.world.atlas import Atlas
from evals.market.world.records import Company, Person

WEEK = timedelta(days=7)
_DAY_SECONDS = 86_400


class Buyers:
    """Everybody's minds; a pure function of the seed and of the letters shown to it."""

    def __init__(self, seed: int, atlas: Atlas, companies: Sequence[Company]) -> None:
        self._seed = seed
        self._atlas = atlas
        self._companies = {domain: one for one in companies for domain in (one.domain, *one.aliases)}

    def mind(self, person: Correspondent, seller: str) -> Mind | None:
        """What somebody hides from a seller (an address or host); None for one who works nowhere here."""
        company = self._companies.get(person.domain)
        if company is None:
            return None
        return mind_of(self._seed, company, _person(company, person.address), economics_of(seller))

    def weigh(
        self, person: Correspondent, letter: Letter, earlier: Sequence[Letter], colleagues: Sequence[Letter]
    ) -> Weighed | None:
        """What an unasked letter may lead to.

        Args:
            earlier: unasked letters to this person before.
            colleagues: unasked letters to others of the company before.
        """
        company, mind = self._companies.get(person.domain), self.mind(person, letter.sender)
        if company is None or mind is None:
            return None
        local = letter.at.astimezone(person.zone)
        reader = Reader(
            company,
            _person(company, person.address),
            mind,
            person.language,
            tuple(one.text for one in earlier),
            min(((letter.at - one.at).total_seconds() / _DAY_SECONDS for one in earlier), default=99.0),
            len({one.person for one in colleagues if letter.at - one.at <= WEEK}),
        )
        sheet = Sheet(letter.subject, letter.text, local, bool(letter.one_click))
        struck = appraise(self._atlas, economics_of(letter.sender), reader, sheet)
        return weigh(mind, struck, local.date())


def _person(company: Company, address: str) -> Person | None:
    local = address.partition("@")[0]
    return next((one for one in company.people if one.email.partition("@")[0].lower() == local), None)
