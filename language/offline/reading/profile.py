"""A company's profile from its own pages: each fact with the words that show it, nothing else."""

from collections.abc import Sequence

from domain.icp import CompanyProfile, ProfileFact
from domain.knowledge import Page
from language.offline.reading.audience import Audience, audiences
from language.offline.reading.name import find_name
from language.offline.reading.offer import offers
from language.offline.reading.pricing import prices
from language.offline.reading.proof import customers, proofs
from language.offline.reading.ranking import Candidate, facts
from language.offline.reading.regions import languages, regions
from language.offline.reading.rivals import rivals
from language.offline.reading.site import Site, read_site

_MOST = 8  # facts per field: what a salesperson still reads


def read_profile(url: str, pages: Sequence[Page]) -> CompanyProfile:
    """What the pages say about the company; absent fields are simply not there.

    The name falls back to the domain's label when no visible text shows one; it is then no fact.
    """
    site = read_site(url, pages)
    brand, shown = find_name(site)
    found: list[ProfileFact] = []
    if shown is not None:
        found.append(ProfileFact(field="name", value=brand, evidence=(shown,)))
    found += _facts(site, brand)
    return CompanyProfile(url=site.url, domain=site.domain, name=brand or site.label, facts=tuple(found))


def _facts(site: Site, brand: str) -> list[ProfileFact]:
    named = facts("competitor", rivals(site, brand), _MOST)
    others = {fact.value for fact in named}
    return [
        *facts("offer", offers(site, brand), _MOST),
        *facts("audience", _distinct(audiences(site, others)), _MOST),
        *facts("pricing", prices(site, brand), 6, same=92.0),
        *facts("customer", customers(site, brand, others), 12, same=95.0),
        *facts("proof", proofs(site, brand), _MOST, same=80.0),
        *named,
        *facts("region", regions(site), 6, same=95.0),
        *facts("language", languages(site), 6, same=99.0),
    ]


def _distinct(found: list[Audience]) -> list[Candidate]:
    """One candidate per group, spelled as in its best quote."""
    spelling: dict[str, str] = {}
    return [Candidate(spelling.setdefault(one.identity, one.value), one.evidence, one.score) for one in found]
