"""How a generalist reads web sites: titles, sentences, frequent words, names of countries. No trades, sizes or tools.

Everything it takes is a visible quote, so its facts pass the same checks as anybody's.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from babel import Locale
from babel.localedata import locale_identifiers

from domain.accounts import CompanyFacts, Fact
from domain.icp import CompanyProfile, Icp, IcpLine, LineField, LineKind, ProfileFact
from domain.knowledge import Block, Evidence, Page, quote_from
from domain.site_names import registrable_domain

_OFFERS, _SHORTEST, _LONGEST = 3, 6, 35  # sentences kept of our own site, and their length in words
_WORDS, _LETTERS = 30, 5  # most frequent words by which others are compared with us; shorter ones say little
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[\w“\"'(])")
_WORD = re.compile(r"[^\W\d_]+")
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl")


def read_profile(url: str, pages: Sequence[Page]) -> CompanyProfile:
    """Name from the title, offer from the first sentences in which the company speaks of itself."""
    domain = registrable_domain(url) or url
    name = _name(pages, domain)
    shown = [_told("name", name, page) for page in pages[:1] if page.shows(name)]
    told = [(page, text) for page in pages for text in _sentences(page)]
    own = [one for one in told if re.match(rf"(?:we|our|wir|unsere?|{re.escape(name)})\b", one[1], re.I)]
    offers = [_told("offer", text, page) for page, text in (own or told)[:_OFFERS]]
    return CompanyProfile(url=url, domain=domain, name=name, facts=(*shown, *offers))


def propose_icp(profile: CompanyProfile, pages: Sequence[Page]) -> tuple[IcpLine, ...]:
    """Two lines: whoever has a site that can be read, and rather who speaks of the same things as we do."""
    grounds = (profile.values("offer") or profile.facts)[:1]
    counted = Counter(
        word
        for page in pages
        for word in map(str.casefold, _WORD.findall(page.text))
        if len(word) >= _LETTERS
    )
    words = tuple(word for word, _ in sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))[:_WORDS])
    if not grounds or not words:
        return ()
    lines = (
        (LineField.LANGUAGE, "has a site that can be read", tuple(sorted(_readable()))),
        (LineField.KEYWORD, "speaks of the same things as we do", words),
    )
    return tuple(
        IcpLine(kind=LineKind.SOFT, field=field, value=value, match=match, evidence=grounds[0].evidence[:1])
        for field, value, match in lines
    )


def read_company(domain: str, pages: Sequence[Page]) -> CompanyFacts:
    """Name, longest paragraph, the first country named, the first address of theirs."""
    url = pages[0].url if pages else f"https://{domain}/"
    return CompanyFacts(
        domain=domain,
        url=url,
        name=_name(pages, domain),
        summary=next((_longest(page) for page in pages[:1] if page.blocks), None),
        country=next(_countries(pages), None),
        languages=tuple(dict.fromkeys(page.lang[:2] for page in pages if page.lang)),
        emails=tuple(_addresses(domain, pages))[:1],
    )


def search_queries(icp: Icp, limit: int) -> tuple[str, ...]:
    """Its words, one a query."""
    return tuple(word for line in icp.lines if line.field is LineField.KEYWORD for word in line.match)[:limit]


def _name(pages: Sequence[Page], domain: str) -> str:
    """The shorter half of the title, as titles put a name beside a slogan; else the domain's label."""
    title = next((page.title for page in pages if page.title.strip()), "")
    parts = [part.strip() for part in re.split(r"\s[|–—·•-]\s|:\s", title) if part.strip()]
    label = domain.partition(".")[0]
    alike = [part for part in parts if re.sub(r"\W", "", part).casefold().startswith(label[:4].casefold())]
    return min(alike or parts or [label.title()], key=len)[:80]


def _told(field: str, text: str, page: Page) -> ProfileFact:
    return ProfileFact.model_validate({"field": field, "value": text, "evidence": (quote_from(page, text),)})


def _sentences(page: Page) -> Iterator[str]:
    for block in _paragraphs(page):
        for text in _SENTENCE.split(block.text):
            if _SHORTEST <= len(text.split()) <= _LONGEST and text.endswith((".", "!")):
                yield text


def _paragraphs(page: Page) -> Iterable[Block]:
    return (block for block in page.blocks if block.zone == "main" and block.kind in {"p", "li", "other"})


def _longest(page: Page) -> Fact:
    block = max(_paragraphs(page), key=lambda one: len(one.text), default=page.blocks[0])
    return Fact(value=_SENTENCE.split(block.text)[0], evidence=quote_from(page, block.text))


def _countries(pages: Iterable[Page]) -> Iterator[Fact]:
    for page in pages:
        for block in page.blocks:
            for name in _named_in(block.text):
                yield Fact(value=_countries_by_name()[name], evidence=_at(page, block))


def _named_in(text: str) -> Iterator[str]:
    """Names of countries in a text, longest first where several begin at one word."""
    for word in _WORD.finditer(text):
        for name in _country_names().get(word.group(), ()):
            end = word.start() + len(name)
            if text.startswith(name, word.start()) and not text[end : end + 1].isalnum():
                yield name


def _addresses(domain: str, pages: Iterable[Page]) -> Iterator[Fact]:
    for page in pages:
        for block in page.blocks:
            for address in _ADDRESS.findall(block.text):
                if registrable_domain(address.rpartition("@")[2]) == domain:
                    yield Fact(value=address.lower(), evidence=_at(page, block))


def _at(page: Page, block: Block) -> Evidence:
    return quote_from(page, block.text)


@lru_cache(maxsize=1)
def _readable() -> frozenset[str]:
    """Codes of languages."""
    return frozenset(code for code in locale_identifiers() if len(code) == 2)


@lru_cache(maxsize=1)
def _countries_by_name() -> dict[str, str]:
    return {
        name: code
        for language in _LANGUAGES
        for code, name in Locale(language).territories.items()
        if len(code) == 2 and code.isalpha() and len(name) > 3
    }


@lru_cache(maxsize=1)
def _country_names() -> dict[str, list[str]]:
    """By their first word: one pattern of all of them is a hundred times slower."""
    found: dict[str, list[str]] = {}
    for name in sorted(_countries_by_name(), key=len, reverse=True):
        if first := _WORD.search(name):
            found.setdefault(first.group(), []).append(name)
    return found
