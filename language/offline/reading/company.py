"""Normalised facts of a possible customer from a few of its pages, quick enough for thousands of sites."""

import re
from collections.abc import Sequence

from domain.accounts import CompanyFacts, Standing
from domain.knowledge import Page
from language.offline.reading.company_people import people_of
from language.offline.reading.company_place import place_of
from language.offline.reading.company_signals import signals, technologies
from language.offline.reading.company_staff import staff_of
from language.offline.reading.company_trade import industries, standing_of, summary_of
from language.offline.reading.name import find_name
from language.offline.reading.site import Site, read_site

_STOPWORDS = {
    "en": {"the", "and", "our", "with", "for", "you", "your", "are", "from", "this", "that"},
    "de": {"und", "der", "die", "das", "mit", "für", "wir", "unsere", "ist", "sie", "von", "ihre"},
    "fr": {"et", "les", "des", "nous", "vous", "pour", "dans", "avec", "une", "est", "votre", "nos"},
    "es": {
        "los",
        "las",
        "para",
        "con",
        "nuestro",
        "nuestra",
        "una",
        "por",
        "somos",
        "del",
        "sus",
        "nuestros",
    },
    "it": {"il", "gli", "per", "con", "siamo", "della", "nostro", "nostra", "una", "che", "di", "del"},
    "nl": {"het", "een", "van", "wij", "voor", "met", "onze", "zijn", "uw", "bij", "naar", "ook"},
    "pt": {"os", "para", "com", "uma", "nossa", "nosso", "dos", "não", "somos", "em", "mais", "você"},
    "sv": {"och", "att", "vi", "för", "med", "är", "som", "våra"},
    "da": {"og", "vi", "med", "til", "er", "vores", "det", "af"},
    "pl": {"jest", "dla", "nasza", "oraz", "się", "nie", "firma"},
}
_WORD = re.compile(r"[^\W\d_]+")
_SAMPLE = 250  # words that settle a page's language


def read_company(domain: str, pages: Sequence[Page]) -> CompanyFacts:
    """What the pages show about the company behind `domain`; absent facts stay empty."""
    url = pages[0].url if pages else f"https://{domain}"
    site = read_site(url, pages)
    name, _ = find_name(site)
    standing = standing_of(site)
    languages = page_languages(pages)
    if standing == Standing.PARKED:
        return CompanyFacts(domain=domain or site.domain, url=url, standing=standing, languages=languages)
    return _facts(domain or site.domain, url, site, name, standing, languages)


def page_languages(pages: Sequence[Page]) -> tuple[str, ...]:
    """ISO 639-1 codes of the pages, the most frequent first; words outweigh the declared language."""
    votes: dict[str, int] = {}
    for page in pages:
        code = _language(page)
        if code:
            votes[code] = votes.get(code, 0) + 1
    return tuple(sorted(votes, key=lambda code: -votes[code]))


def _facts(
    domain: str, url: str, site: Site, name: str, standing: Standing, languages: tuple[str, ...]
) -> CompanyFacts:
    summary = summary_of(site, name)
    place = place_of(site, languages)
    low, high, staff_quote = staff_of(site)
    people, emails = people_of(site, name)
    return CompanyFacts(
        domain=domain,
        url=url,
        name=name,
        standing=standing,
        industries=industries(site, summary, name),
        country=place.country,
        city=place.city,
        staff_min=low,
        staff_max=high,
        staff_evidence=staff_quote,
        technologies=technologies(site, name),
        languages=languages,
        signals=signals(site),
        summary=summary,
        people=people,
        emails=emails,
        phones=place.phones,
    )


def _language(page: Page) -> str:
    words: list[str] = []
    for block in page.blocks:
        if block.zone != "nav":
            words += _WORD.findall(block.text.casefold())
        if len(words) >= _SAMPLE:
            break
    counts = {code: sum(word in common for word in words) for code, common in _STOPWORDS.items()}
    code = max(counts, key=lambda one: counts[one])
    declared = page.lang[:2].lower()
    if counts[code] < 3 or counts.get(declared, 0) == counts[code]:
        return declared
    return code
