"""ICP lines about companies: industries and markets it states it serves, sizes, tools, signals, languages."""

import re
from collections import Counter

from domain.icp import IcpLine, LineField, LineKind
from domain.knowledge import Evidence
from language.offline.lexicon.canonical import (
    industry_ancestors,
    language_codes,
    size_terms,
    technology_hits,
)
from language.offline.lexicon.matching import tokens
from language.offline.lexicon.sizes import PEOPLE
from language.offline.reading.audience import Audience
from language.offline.reading.name import same_company
from language.offline.reading.ranking import best
from language.offline.reading.regions import languages, served_markets
from language.offline.reading.sentences import MAX_QUOTE
from language.offline.reading.site import Line, PageKind, Site

_SURE = 6.0  # an audience below this was mentioned, not stated
_INTEGRATES = re.compile(
    r"\b(?:integrat\w+|plugins?|works? with|connects? (?:to|with)|compatible|import\w* (?:from|"
    r"your)|export\w* to|migrat\w+ from|"
    r"switch\w* from|built on|runs? on|add-?on|extension|connectors?|sync\w*|schnittstellen?|"
    r"anbindung|kompatibel|importier\w+|"
    r"s'intègre|connecteur|compatible avec|se integra|integraci[oó]n|si integra|integrazion\w+|"
    r"koppel\w+|integreert)\b",
    re.IGNORECASE,
)
_SIZED = (
    PageKind.HOME,
    PageKind.AUDIENCE,
    PageKind.PRICING,
    PageKind.ABOUT,
    PageKind.PRODUCT,
    PageKind.OTHER,
)
_SIZED_COMPANY = re.compile(
    rf"\b(?:compan(?:y|ies)|teams|businesses|firms|organi[sz]ations|employers|practices|plants|sites|"
    rf"workforces|unternehmen|betriebe?n?|werke?n?|firmen|teams|praxen|"
    rf"entreprises|équipes|empresas|equipos|aziende|imprese|bedrijven)\b[^.;]{{0,25}}\b(?:with|of|"
    rf"from|between|over|under|having|mit|ab|von|zwischen|avec|de|entre|con|da|met|van|tussen)\b"
    rf"[^.;]{{0,30}}\d[^.;]{{0,25}}?\b{PEOPLE}",
    re.IGNORECASE,
)
_CUSTOMERS = re.compile(
    (
        r"\b(?:our customers|our clients|you (?:have|are|run|ship)|for|für|pour|para|per|voor|unsere "
        r"kunden|nos clients|sie (?:haben|sind))\b"
    ),
    re.IGNORECASE,
)
_WITH_PEOPLE = re.compile(
    (
        rf"\b(?:with|have|has|between|of|mit|haben|zwischen|avec|entre|con|met|de|da|"
        rf"from)\b[^.;]{{0,12}}\d[\d.,]*[^.;]{{0,15}}?\b{PEOPLE}"
    ),
    re.IGNORECASE,
)
_OWN_SIZE = re.compile(
    r"\b(?:our team|we are|we're|team of|we employ|unser team|wir sind|wir beschäftigen|notre "
    r"équipe|nous sommes|nuestro equipo|somos|"
    r"il nostro team|siamo|ons team|is a team)\b",
    re.IGNORECASE,
)
_SIGNALS = (
    (
        "hiring",
        "Is hiring",
        (
            r"\b(?:open (?:positions|roles)|fill\w* (?:\w+ ){0,3}(?:positions|roles|vacancies|jobs|shifts)|"
            r"recruit\w* (?:faster|for)|hir(?:e|ing) (?:faster|\w+ talent)|growing teams?|offene stellen "
            r"(?:besetzen|schneller)|stellen besetzen|pourvoir vos postes|cubrir (?:sus )?vacantes)\b"
        ),
    ),
    (
        "new_site",
        "Relaunches or builds a website",
        (
            r"\b(?:website relaunch|relaunch|redesign\w* (?:of )?your (?:web)?site|new website|refonte de "
            r"votre site|neue website)\b"
        ),
    ),
    (
        "expansion",
        "Opens or adds locations",
        (
            r"\b(?:new (?:locations?|branch|stores?|sites|office)s? open\w*|open\w* (?:a )?new "
            r"(?:locations?|branch|stores?|offices?)|multiple locations|mehrere standorte|plusieurs sites|"
            r"expanding (?:into|abroad|to))\b"
        ),
    ),
    (
        "funding",
        "Has raised money",
        (
            r"\b(?:venture-backed|after (?:your|a) (?:funding|seed|series \w)|funded start-?ups?|series "
            r"[ab] (?:start-?ups?|companies))\b"
        ),
    ),
)


def industry_lines(found: list[Audience]) -> list[IcpLine]:
    """One hard line per stated audience; lines of this field are alternatives."""
    lines: dict[tuple[str, ...], IcpLine] = {}
    for audience in found:
        slugs = _own(audience.industries)
        if not slugs or audience.score < _SURE:
            continue
        known = next((terms for terms in lines if set(slugs) <= set(terms)), None)
        if known is None:
            value = audience.value[:1].upper() + audience.value[1:]
            lines[slugs] = _line(LineKind.HARD, LineField.INDUSTRY, value, slugs, (audience.evidence,))
        else:
            lines[known] = _with(lines[known], audience.evidence)
    parents = {parent for slugs in lines for slug in slugs for parent in industry_ancestors(slug)}
    wider = {slug for slug in parents if not industry_ancestors(slug)}  # "shops" beside "online shops"
    return [line for slugs, line in lines.items() if not set(slugs) <= wider][:8]


def geography_lines(site: Site) -> list[IcpLine]:
    """Markets the site says it sells in; nothing when it says it sells everywhere."""
    found: dict[tuple[str, ...], IcpLine] = {}
    for label, codes, line, sentence in served_markets(site):
        if line.kind in {PageKind.BLOG, PageKind.CUSTOMERS}:
            continue
        if codes in found:
            found[codes] = _with(found[codes], line.quote(sentence))
        else:
            found[codes] = _line(LineKind.HARD, LineField.GEOGRAPHY, label, codes, (line.quote(sentence),))
    return list(found.values())[:3]


def size_lines(site: Site, found: list[Audience]) -> list[IcpLine]:
    """Company sizes the site speaks to."""
    lines: dict[tuple[str, ...], IcpLine] = {}
    for audience in found:
        if audience.sizes and audience.score >= 4:
            lines.setdefault(
                audience.sizes,
                _line(LineKind.SOFT, LineField.SIZE, audience.value, audience.sizes, (audience.evidence,)),
            )
    for line, sentence in _sentences(site, _SIZED):
        terms = _stated_size(line, sentence)
        if terms and terms not in lines and len(sentence.split()) <= 40:
            quote = line.quote(sentence)
            lines[terms] = _line(LineKind.SOFT, LineField.SIZE, size_words(terms), terms, (quote,))
    return list(lines.values())[:3]


def _stated_size(line: Line, sentence: str) -> tuple[str, ...]:
    """Size terms of a sentence that speaks of customers' head count."""
    if _OWN_SIZE.search(sentence):
        return ()
    stated = _SIZED_COMPANY.search(sentence)
    if stated is None and (line.kind == PageKind.AUDIENCE or _CUSTOMERS.search(sentence)):
        stated = _WITH_PEOPLE.search(sentence)
    return size_terms(stated.group()) if stated else ()


def size_words(terms: tuple[str, ...]) -> str:
    """A size for people: ("min:10", "max:50") → "10 to 50 people"."""
    low = next((term[4:] for term in terms if term.startswith("min:")), "")
    high = next((term[4:] for term in terms if term.startswith("max:")), "")
    if low and high:
        return f"{low} to {high} people"
    return f"{low} people or more" if low else f"up to {high} people"


def technology_lines(site: Site, brand: str, rivals: dict[str, tuple[Evidence, ...]]) -> list[IcpLine]:
    """Tools a customer would have: the ones replaced, then the ones it plugs into."""
    lines: dict[str, IcpLine] = {}
    for rival, evidence in rivals.items():
        for hit in technology_hits(tokens(rival))[:1]:
            lines[hit.value] = _line(
                LineKind.SOFT, LineField.TECHNOLOGY, f"Uses {rival} today", (hit.value,), evidence
            )
    uses: Counter[str] = Counter()
    quotes: dict[str, tuple[str, Evidence]] = {}
    for line, sentence in _sentences(
        site, (PageKind.HOME, PageKind.PRODUCT, PageKind.AUDIENCE, PageKind.PRICING, PageKind.OTHER)
    ):
        if not _INTEGRATES.search(sentence):
            continue
        for hit in technology_hits(tokens(sentence)):
            if same_company(hit.value, brand):
                continue
            uses[hit.value] += 1
            quotes.setdefault(hit.value, (sentence[hit.start : hit.end], line.quote(sentence)))
    for name, _ in uses.most_common(6):
        spelled, evidence = quotes[name]
        lines.setdefault(
            name, _line(LineKind.SOFT, LineField.TECHNOLOGY, f"Uses {spelled}", (name,), (evidence,))
        )
    return list(lines.values())[:7]


def signal_lines(site: Site) -> list[IcpLine]:
    """Events at a company that make the offer timely, when the site speaks of them."""
    found = []
    for name, value, pattern in _SIGNALS:
        rule = re.compile(pattern, re.IGNORECASE)
        hit = next(
            (
                (line, said)
                for line, said in _sentences(site, (PageKind.HOME, PageKind.PRODUCT, PageKind.AUDIENCE))
                if rule.search(said)
            ),
            None,
        )
        if hit is not None:
            found.append(_line(LineKind.SOFT, LineField.SIGNAL, value, (name,), (hit[0].quote(hit[1]),)))
    return found


def language_lines(site: Site) -> list[IcpLine]:
    """Languages in which it can serve, when the site says so."""
    found = []
    for name, evidence in best(languages(site), 4, same=99.0):
        codes = language_codes(name)
        if codes:
            found.append(_line(LineKind.SOFT, LineField.LANGUAGE, f"Works in {name}", codes, evidence))
    return found


def _own(slugs: tuple[str, ...]) -> tuple[str, ...]:
    """Slugs without those whose narrower industry is also named."""
    wider = {parent for slug in slugs for parent in industry_ancestors(slug)}
    return tuple(slug for slug in slugs if slug not in wider)


def _line(
    kind: LineKind, field: LineField, value: str, match: tuple[str, ...], evidence: tuple[Evidence, ...]
) -> IcpLine:
    return IcpLine(kind=kind, field=field, value=value, match=match, evidence=evidence)


def _with(line: IcpLine, evidence: Evidence) -> IcpLine:
    if len(line.evidence) >= 3 or any(evidence.quote == one.quote for one in line.evidence):
        return line
    return line.model_copy(update={"evidence": (*line.evidence, evidence)})


def _sentences(site: Site, kinds: tuple[PageKind, ...]) -> list[tuple[Line, str]]:
    return [
        (line, sentence)
        for line in site.of(*kinds)
        if line.text[:1] not in '"“„«' and line.tag != "quote"
        for sentence in line.sentences
        if len(sentence) <= MAX_QUOTE
    ]
