"""Compares what was written with the truth: counts for precision, recall and duplicates. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from evals.suites.prospecting.audiences import Audience, Truth

Companies = Mapping[str, Truth]  # every domain, aliases included, to its company


@dataclass(frozen=True, slots=True)
class Counts:
    """Numerators and denominators; they add up over profiles and worlds."""

    taken: int = 0  # companies proposed as prospects
    right: int = 0  # of those, all criteria truly hold as far as the site tells
    right_strict: int = 0  # of those, all criteria truly hold
    wanted: int = 0  # companies that truly fit and whose site tells it
    wanted_found: int = 0
    wanted_all: int = 0  # companies that truly fit, whatever their site tells
    wanted_all_found: int = 0
    records: int = 0  # rows written, prospects or not
    repeated: int = 0  # of those, a second row for a company that has one

    def __add__(self, other: "Counts") -> "Counts":
        pairs = zip(self.values(), other.values(), strict=True)
        return Counts(*(mine + theirs for mine, theirs in pairs))

    def values(self) -> tuple[int, ...]:
        """All counts in order."""
        return tuple(getattr(self, name) for name in self.__slots__)


def world_of(companies: Iterable[Truth]) -> dict[str, Truth]:
    """The companies by each of their domains."""
    return {domain: company for company in companies for domain in company.domains}


def counts(audience: Audience, world: Companies, taken: Sequence[str], records: Sequence[str]) -> Counts:
    """Count for one profile.

    Args:
        taken: domains proposed as prospects.
        records: domains of all rows written; unknown ones are no company of the world.
    """
    companies = [world.get(domain) for domain in taken]
    found = {company.domains for company in companies if company}
    everyone = set(world.values())
    fitting = [company for company in everyone if audience.means(company)]
    telling = [company for company in fitting if audience.decidable(company)]
    return Counts(
        taken=len(taken),
        right=sum(1 for company in companies if company and audience.plausible(company)),
        right_strict=sum(1 for company in companies if company and audience.means(company)),
        wanted=len(telling),
        wanted_found=sum(1 for company in telling if company.domains in found),
        wanted_all=len(fitting),
        wanted_all_found=sum(1 for company in fitting if company.domains in found),
        records=len(records),
        repeated=_repeated(world, records),
    )


def _repeated(world: Companies, records: Sequence[str]) -> int:
    known = [world[domain].domains if domain in world else (domain,) for domain in records]
    return len(known) - len(set(known))
