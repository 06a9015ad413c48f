"""An ideal customer profile proposed from a company's pages: every line cites the words it comes from."""

from collections.abc import Sequence

from domain.icp import CompanyProfile, IcpLine
from domain.knowledge import Page
from language.offline.reading.audience import audiences
from language.offline.reading.icp_limits import limit_lines
from language.offline.reading.icp_market import (
    geography_lines,
    industry_lines,
    language_lines,
    signal_lines,
    size_lines,
    technology_lines,
)
from language.offline.reading.icp_people import pain_lines, role_lines
from language.offline.reading.site import read_site


def propose_icp(profile: CompanyProfile, pages: Sequence[Page]) -> tuple[IcpLine, ...]:
    """ICP lines the pages support, hard filters first; what the site does not say is not there."""
    site = read_site(profile.url, pages)
    brand = profile.name
    rivals = {fact.value: fact.evidence for fact in profile.values("competitor")}
    found = audiences(site, rivals)
    return (
        *industry_lines(found),
        *geography_lines(site),
        *size_lines(site, found),
        *technology_lines(site, brand, rivals),
        *signal_lines(site),
        *language_lines(site),
        *limit_lines(site, profile),
        *role_lines(site, rivals),
        *pain_lines(site),
    )
