"""ICP lines that rule companies out: whom the site says it does not suit, rivals, present customers."""

import re

from domain.icp import CompanyProfile, IcpLine, LineField, LineKind
from domain.knowledge import Evidence
from language.offline.lexicon.canonical import country_codes, industry_slugs, size_terms
from language.offline.lexicon.matching import fold
from language.offline.reading.sentences import MAX_QUOTE, clip, plain
from language.offline.reading.site import Line, PageKind, Site, key

_NOT_FOR = re.compile(
    r"\b(?:(?:is|are|'re) not (?:\w+ )?(?:a |an |the )?(?:(?:right|best|good) (?:fit|tool|choice)|"
    r"suitable|suited|meant|intended|designed|made|built|for)\b(?: for| if)?|isn't (?:for|right "
    r"for)|not a (?:good )?fit (?:for|if)|"
    r"not for you if|not recommended for|we (?:do not|don't|cannot|can't|won't) (?:work with|serve|"
    r"sell to|support|accept|deliver to|ship to|supply|take on|place|offer)|"
    r"(?:no|not open to) (?:private|retail|residential) (?:customers|clients|individuals)|b2b only|"
    r"trade only|business customers only|only (?:for|to) (?:businesses|trade|professionals|"
    r"companies)|"
    r"not our (?:field|business|thing)|nicht unser (?:feld|gebiet|geschäft)|you (?:do not|don't) "
    r"need us|brauchen sie uns nicht|not the right (?:partner|people|supplier|agency)|nicht der "
    r"richtige (?:partner|ansprechpartner|anbieter)|pas le bon (?:partenaire|choix)|no somos la "
    r"(?:opción|empresa)|"
    r"nicht (?:geeignet|gedacht|gemacht) für|nichts für|ungeeignet für|nicht für|nur für "
    r"(?:gewerb\w+|unternehmen|geschäftskunden|händler|wiederverkäufer)|keine privatkunden|kein "
    r"verkauf an privat\w*|ausschließlich (?:an|für) \w+|"
    r"(?:ne convient|n'est) pas (?:adapté\w* |fait\w* |destiné\w* )?(?:aux?|à|pour)|pas de vente "
    r"aux particuliers|réservée?s? aux professionnels|exclusivement aux professionnels|"
    r"no (?:es|está) (?:pensado|adecuado|indicado|hecho) para|no vendemos a particulares|solo "
    r"(?:para )?profesionales|exclusivamente a (?:profesionales|empresas)|"
    r"non (?:è )?(?:adatt\w+|pensat\w+) (?:a|per)|solo (?:per )?(?:aziende|professionisti)|non "
    r"vendiamo a privati|niet (?:geschikt|bedoeld) voor|alleen (?:voor )?zakelijk\w*|geen "
    r"particulieren)\b",
    re.IGNORECASE,
)
_NOT_HEADING = re.compile(
    r"\b(?:is |are )?not (?:a|an|the|for|right|built)\b|\bnot a good fit\b|\bnicht\b.*\bfür\b|\bshould not\b",
    re.IGNORECASE,
)
_LIST_LEAD = re.compile(
    (
        r"(?:not (?:a |the )?(?:good|right|best) (?:fit|choice|tool)|not (?:made |right )?for you|"
        r"probably not|nicht geeignet|nicht das richtige|n'est pas|no es para|non fa per|niet "
        r"geschikt)[^.]{0,40}:?\s*$"
    ),
    re.IGNORECASE,
)
_EXEMPT = re.compile(
    (
        r"\b(?:not a limitation|not for sale|not only|not just|nicht nur|pas seulement|no solo|non solo|"
        r"niet alleen|medical advice|legal advice|responsible|liable|refund)\b"
    ),
    re.IGNORECASE,
)
_PAGES = (
    PageKind.UNFIT,
    PageKind.HOME,
    PageKind.ABOUT,
    PageKind.PRODUCT,
    PageKind.PRICING,
    PageKind.AUDIENCE,
    PageKind.CONTACT,
    PageKind.CUSTOMERS,
    PageKind.OTHER,
)
_MOST_SAID = 6
_MOST_NAMED = 8


def limit_lines(site: Site, profile: CompanyProfile) -> list[IcpLine]:
    """Disqualifiers, the site's own words first."""
    return [*_said(site), *_companies(profile)]


def _said(site: Site) -> list[IcpLine]:
    found: list[IcpLine] = [*_listed(site)]
    for line in site.of(*_PAGES):
        if line.text[:1] in '"“„«':
            continue
        for sentence in line.sentences:
            stated = _NOT_FOR.search(sentence)
            heading = line.kind == PageKind.UNFIT and line.is_heading and _NOT_HEADING.search(sentence)
            if (stated or heading) and _is_limit(line, sentence):
                start = (
                    stated.end()
                    if stated and not re.search(r"(?:place|offer|accept)$", stated.group())
                    else len(sentence)
                )
                found.append(_limit(plain(sentence), sentence[start:], line.quote(sentence)))
    unique = {fold(line.value): line for line in found}
    return list(unique.values())[:_MOST_SAID]


def _is_limit(line: Line, sentence: str) -> bool:
    if (
        not 3 <= len(sentence.split()) <= 32
        or len(sentence) > MAX_QUOTE
        or _EXEMPT.search(sentence)
        or sentence.endswith((":", "?"))
        or re.search(r"\b(?:if|if you|wenn|wenn sie|si|se|als)\W*$", sentence, re.IGNORECASE)
    ):
        return False
    return line.kind in {PageKind.UNFIT, PageKind.AUDIENCE} or len(sentence.split()) <= 24


def _listed(site: Site) -> list[IcpLine]:
    """List items below "… is likely not a good fit if you:"."""
    found = []
    lines = site.of(*_PAGES)
    lead: Line | None = None
    for line in lines:
        if line.block.kind != "li":
            lead = line if _LIST_LEAD.search(line.text) and len(line.text) < 160 else None
        elif lead is not None and lead.page is line.page and 2 <= len(line.text.split()) <= 25:
            found.append(_limit(plain(line.text), line.text, line.quote()))
    return found


def _limit(value: str, scope: str, evidence: Evidence) -> IcpLine:
    """A disqualifier; it filters only when its words name an industry, a size or a country."""
    short = clip(value[:1].upper() + value[1:], 120)
    for field, terms in (
        (LineField.GEOGRAPHY, country_codes(scope)),
        (LineField.SIZE, size_terms(scope)),
        (LineField.INDUSTRY, industry_slugs(scope)),
    ):
        if terms and len(scope.split()) <= 8:
            return IcpLine(
                kind=LineKind.DISQUALIFIER, field=field, value=short, match=tuple(terms), evidence=(evidence,)
            )
    return IcpLine(
        kind=LineKind.DISQUALIFIER, field=LineField.KEYWORD, value=short, match=(), evidence=(evidence,)
    )


def _companies(profile: CompanyProfile) -> list[IcpLine]:
    """Rivals and customers by name: `company:` terms meet a company's name, never its text."""
    named = [("Competitor", fact) for fact in profile.values("competitor")]
    named += [("Already a customer", fact) for fact in profile.values("customer")]
    return [
        IcpLine(
            kind=LineKind.DISQUALIFIER,
            field=LineField.KEYWORD,
            value=f"{why}: {fact.value}",
            match=(f"company:{key(fact.value)}",),
            evidence=fact.evidence[:1],
        )
        for why, fact in named[:_MOST_NAMED]
    ]
