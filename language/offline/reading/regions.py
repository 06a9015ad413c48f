"""Where a company sits, hosts or sells and which languages it works in: only from sentences that say so."""

import re
from collections.abc import Sequence

from language.offline.lexicon.canonical import country_codes, country_label, language_codes
from language.offline.lexicon.matching import Hit, Token, tokens
from language.offline.lexicon.places import city_hits, country_hits
from language.offline.reading.ranking import Candidate
from language.offline.reading.sentences import MAX_QUOTE
from language.offline.reading.site import Line, PageKind, Site

_SITS = (
    r"\b(?:based (?:in|out of)|headquarter(?:s|ed)|offices? (?:in|at)|located in|incorporated|"
    r"registered in|founded in|made (?:and hosted )?in|built in|"
    r"hosted in|hosted on|manufactured in|produced in|our (?:workshop|factory|plant|studio|clinic|"
    r"practice) in|"
    r"sitz in|ansässig in|standort\w* in|mit sitz|gefertigt in|hergestellt in|aus unserem werk|in "
    r"unserem werk|praxis in|made in|produziert in|gehostet in|"
    r"basée? (?:à|en)|située?s? (?:à|en)|implantée? (?:à|en)|siège|fabriquée?s? (?:en|à)|atelier (?:à|en)|"
    r"con sede en|ubicad[oa] en|situad[oa]s? en|fabricad[oa]s? en|con sede a|sede (?:a|in)|"
    r"situat[oa] a|prodott[oi] in|"
    r"gevestigd in|kantoor in|gemaakt in|sediad[oa] em|localizad[oa] em|com sede em)\b"
)
_SERVES = (
    r"\b(?:across|throughout|serving|serve[sd]?|deliver(?:s|y|ies|ed|ing)?|ships?|shipping|"
    r"available in|operat(?:e|es|ing) in|customers in|clients in|active in|"
    r"markets?|nationwide|europe-wide|we work in|present in|countries|region|areas?|"
    r"in ganz|deutschlandweit|bundesweit|europaweit|weltweit|liefern|lieferung|versand|kunden in|"
    r"einsatzgebiet|wir beliefern|österreichweit|schweizweit|"
    r"dans toute|partout en|livrons|livraison|expédions|clients en|"
    r"en toda|en todo|enviamos|entregamos|clientes en|in tutta|consegn\w+|spediamo|clienti in|"
    r"in heel|leveren|bezorg\w+|klanten in|em todo|entregamos)\b"
)
_ABOUT_PLACE = re.compile(rf"(?P<sits>{_SITS})|(?P<serves>{_SERVES})", re.IGNORECASE)
_NEGATED = re.compile(
    (
        r"\b(?:not|never|no|outside|without|n't|nicht|kein\w*|ohne|außerhalb|pas|jamais|hors|fuera|"
        r"fuori|niet|buiten)\b"
    ),
    re.IGNORECASE,
)
_OTHERS = re.compile(
    (
        r"\b(?:they|their|competitors?|google|matomo|amazon|microsoft|visitors?|unlike|law|regulation|"
        r"directive|gdpr|court|act)\b"
    ),
    re.IGNORECASE,
)
_LANGUAGE = re.compile(
    r"\b(?:available in|speaks?|parle|parlent|spoken|languages?|multilingual|bilingual|support in|"
    r"in (?:both )?(?=\w+(?:, \w+)*,? (?:and|or) \w+\b)|translated into|fluent in|"
    r"sprachen?|sprechen|spricht|auf (?=deutsch|englisch|französisch|spanisch|italienisch)|"
    r"zweisprachig|mehrsprachig|"
    r"langues?|parlons|parlées?|en (?=français|anglais|allemand)|disponible en|idiomas?|hablamos|"
    r"atendemos en|se habla|"
    r"lingue|parliamo|parlano|disponibile in|talen|spreken|beschikbaar in|línguas?|falamos|idiomas|"
    r"disponível em)",
    re.IGNORECASE,
)
_CODE_TALK = re.compile(
    (
        r"\b(?:programming|script|code|api|sdk|plain language|natural language|markup|query language|"
        r"langages? de programmation)\b"
    ),
    re.IGNORECASE,
)
_EU = frozenset("AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE".split())
_PAGES = (
    PageKind.HOME,
    PageKind.ABOUT,
    PageKind.CONTACT,
    PageKind.IMPRINT,
    PageKind.PRODUCT,
    PageKind.AUDIENCE,
    PageKind.OTHER,
    PageKind.PRICING,
    PageKind.CUSTOMERS,
    PageKind.COMPARE,
)
_ADDRESS = {PageKind.CONTACT, PageKind.IMPRINT, PageKind.HOME, PageKind.ABOUT}


def regions(site: Site) -> list[Candidate]:
    """Countries and regions with the sentence that names them."""
    found = []
    for line in site.of(*_PAGES, furniture=True):
        if line.block.zone == "nav" or line.text[:1] in '"“„«':
            continue
        for sentence in line.sentences:
            if len(sentence) <= MAX_QUOTE:
                found += _places(line, sentence)
    return found


def languages(site: Site) -> list[Candidate]:
    """Languages the site says it offers or speaks."""
    found = []
    for line in site.of(*_PAGES, PageKind.CAREERS, furniture=True):
        if line.block.zone == "nav" or line.kind == PageKind.CAREERS:
            continue
        for sentence in line.sentences:
            said = _LANGUAGE.search(sentence)
            if (
                said is None
                or len(sentence) > MAX_QUOTE
                or _CODE_TALK.search(sentence)
                or _NEGATED.search(sentence)
            ):
                continue
            for place, code in enumerate(language_codes(sentence[said.start() :])):
                found.append(Candidate(_language_label(code), line.quote(sentence), 5.0 - place / 10))
    return found


def served_markets(site: Site) -> list[tuple[str, tuple[str, ...], Line, str]]:
    """Sentences that state where it sells: (words, country codes, line, sentence)."""
    found = []
    for line in site.of(*_PAGES):
        if line.kind == PageKind.COMPARE or line.text[:1] in '"“„«':
            continue
        for sentence in line.sentences:
            match = _MARKET.search(sentence) or _COUNTED_IN.search(sentence) or _served_area(line)
            if (
                match is None
                or len(sentence) > MAX_QUOTE
                or _NEGATED.search(sentence)
                or _OTHERS.search(sentence)
            ):
                continue
            codes = country_codes(sentence[match.start() :]) or _NATIONAL.get(
                match.group().casefold().split()[0], ()
            )
            if codes:
                found.append((region_label(codes), tuple(codes), line, sentence))
    return found


def _served_area(line: Line) -> re.Match[str] | None:
    """The block itself when the one before is a label such as "Service area"."""
    before = line.page.blocks[line.index - 1].text if line.index else ""
    return re.match(r".", line.text) if _AREA.fullmatch(before.strip(" :")) else None


def states_market(sentence: str) -> bool:
    """True for a sentence that says where the company sells or delivers."""
    return _MARKET.search(sentence) is not None and bool(country_codes(sentence))


def region_label(codes: tuple[str, ...] | list[str]) -> str:
    """One name for a set of countries: "European Union", "DACH", or the countries' names."""
    wanted = frozenset(codes)
    for label, members in _KNOWN_REGIONS:
        if wanted == members:
            return label
    names = [country_label(code) for code in codes]
    return ", ".join(names[:4]) + ("…" if len(names) > 4 else "")


_MARKET = re.compile(
    r"\b(?:(?:we |our )?(?:serve|serving|deliver(?:s|ing)? (?:to|across|throughout|in|within)|"
    r"ships? (?:to|across)|supply|supplying|sell(?:ing)? (?:to|in)|work(?:ing)? with \w+ (?:\w+ "
    r")?(?:in|across)|"
    r"support(?:s|ing)? (?:\w+ ){1,4}(?:in|across))|(?:customers|clients|companies|businesses|teams|"
    r"employers|manufacturers|practices|bakeries|hotels|firms|brands) (?:in|across|throughout|from)|"
    r"available (?:in|across|throughout)|markets?:|nationwide|deutschlandweit|bundesweit|"
    r"österreichweit|schweizweit|europaweit|"
    r"in ganz|liefern (?:nach|in)|wir beliefern|lieferung (?:nach|in)|kunden in|unternehmen in|betriebe in|"
    r"(?:livrons|livraison|intervenons|clients|entreprises|boulangeries|artisans) (?:dans|partout|"
    r"en|à travers)|dans toute la|partout en|"
    r"(?:enviamos|entregamos|trabajamos|clientes|empresas) (?:en|a) |en toda|en todo|(?:consegniamo|"
    r"spediamo|lavoriamo|clienti|aziende) in|in tutta|"
    r"(?:leveren|klanten|bedrijven) (?:in|aan)|in heel|em todo)\b",
    re.IGNORECASE,
)
_COUNTED_IN = re.compile(r"\b\d[\d.,]*\+? (?:\w+ ){1,2}(?:in|across|en|aus|dans) (?=[A-ZÀ-Þ])")
_AREA = re.compile(
    (
        r"service ?area|servicegebiet|liefergebiet|einsatzgebiet|markets?|regions? served|area served|"
        r"zone d'intervention|zone de livraison|área de servicio|zona servita|werkgebied"
    ),
    re.IGNORECASE,
)
_NATIONAL = {
    "deutschlandweit": ("DE",),
    "bundesweit": ("DE",),
    "österreichweit": ("AT",),
    "schweizweit": ("CH",),
}
_KNOWN_REGIONS = (
    ("European Union", _EU),
    ("DACH (Germany, Austria, Switzerland)", frozenset({"DE", "AT", "CH"})),
    ("Benelux", frozenset({"BE", "NL", "LU"})),
    ("Nordics", frozenset({"DK", "SE", "NO", "FI", "IS"})),
    ("Scandinavia", frozenset({"DK", "SE", "NO"})),
    ("Europe", _EU | {"GB", "CH", "NO", "IS", "LI"}),
    ("North America", frozenset({"US", "CA"})),
    ("UK and Ireland", frozenset({"GB", "IE"})),
)


def _places(line: Line, sentence: str) -> list[Candidate]:
    words = tokens(sentence)
    hits = country_hits(words, sentence)
    said = _ABOUT_PLACE.search(sentence)
    address = line.kind in _ADDRESS and any(char.isdigit() for char in sentence) and len(sentence) < 200
    denied = _NEGATED.search(sentence)
    if denied is not None:
        hits = [hit for hit in hits if hit.end < denied.start()] if said and said["sits"] else []
    if said and said["sits"]:
        hits = [
            hit
            for hit in hits
            if _PLACED.search(sentence[: hit.start]) and not _ADJECTIVE.match(sentence[hit.end :])
        ]
    if not hits:
        return _cities(line, sentence, words) if said and said["sits"] else []
    if not (said or address) or _OTHERS.search(sentence):
        return []
    worth = 6.0 if said and said["sits"] else 5.0 if said else 4.0
    worth += 1.0 if line.kind in {PageKind.HOME, PageKind.ABOUT, PageKind.IMPRINT, PageKind.CONTACT} else 0.0
    return [Candidate(_label(hit), line.quote(sentence), worth) for hit in hits]


_PLACED = re.compile(
    r"(?:^|[,(:•|]|\b(?:in|at|from|to|across|throughout|within|near|en|au|aux|à|dans|a|ad|nach|aus|"
    r"and|und|et|y|e|ganz|the|der|die|"
    r"den|la|le|les|i|het|de|em|na|no|of)\b|l['’])\s*$",
    re.IGNORECASE,
)
_ADJECTIVE = re.compile(
    r"^[- ]?(?:owned|based|style|cloud|companies|company|law|hosting|infrastructure|providers?)\b",
    re.IGNORECASE,
)


def _cities(line: Line, sentence: str, words: Sequence[Token]) -> list[Candidate]:
    found = [hit for hit in city_hits(words)]
    return [
        Candidate(f"{sentence[hit.start : hit.end]} ({country_label(hit.value)})", line.quote(sentence), 4.5)
        for hit in found[:2]
    ]


def _label(hit: Hit) -> str:
    return region_label(tuple(hit.value.split()))


def _language_label(code: str) -> str:
    from babel import Locale

    return Locale("en").languages.get(code, code)
