"""Where a company sits and its telephone: addresses, postal shapes, prefixes, registers; the domain is a weak hint."""

import re
from collections import defaultdict
from dataclasses import dataclass

import phonenumbers

from domain.accounts import Fact
from domain.knowledge import Evidence
from language.offline.lexicon.matching import tokens
from language.offline.lexicon.places import city_country, city_hits, country_hits
from language.offline.reading.sentences import MAX_QUOTE, sentence_around
from language.offline.reading.site import Line, PageKind, Site

_TOWN = (
    r"(?P<city>[A-ZÀ-ÖØ-ÞŁŚŻČŠŽ][\w'’.-]+(?:[ -](?:(?:am|an der|an|im|in|de|la|le|les|sur|del|den|"
    r"der|di|aan|do|da|dos|bei|ob|upon|on|the|lès|en|y) "
    r")?(?:[a-z]['’])?[A-ZÀ-ÖØ-ÞŁŚŻČŠŽ][\w'’.-]+){0,3})"
)
_SHAPES: tuple[tuple[str, tuple[str, ...], float], ...] = (
    (rf"\b(?:D|DE)[- ]\d{{5}} {_TOWN}", ("DE",), 5.0),
    (rf"\b(?:A|AT)[- ]\d{{4}} {_TOWN}", ("AT",), 5.0),
    (rf"\b(?:CH)[- ]\d{{4}} {_TOWN}", ("CH",), 5.0),
    (rf"\b(?:F|FR)[- ]\d{{5}} {_TOWN}", ("FR",), 5.0),
    (rf"\b(?:B|BE)[- ]\d{{4}} {_TOWN}", ("BE",), 5.0),
    (rf"\b(?:L|LU)[- ]\d{{4}} {_TOWN}", ("LU",), 5.0),
    (rf"\b\d{{4}} ?[A-Z]{{2}},? {_TOWN}", ("NL",), 4.0),
    (rf"\b\d{{4}}-\d{{3}} {_TOWN}", ("PT",), 4.0),
    (rf"\b\d{{2}}-\d{{3}} {_TOWN}", ("PL",), 4.0),
    (rf"{_TOWN},? (?:[A-Z][a-z]+ )?[A-Z]{{1,2}}\d[A-Z\d]? ?\d[A-Z]{{2}}\b", ("GB",), 4.5),
    (rf"\b[A-Z]{{1,2}}\d[A-Z\d]? ?\d[A-Z]{{2}},? {_TOWN}", ("GB",), 4.5),
    (rf"{_TOWN},? (?:Co\.? \w+,? )?[AC-FHKNPRTV-Y]\d[\dW] ?[A-Z\d]{{4}}\b", ("IE",), 4.6),
    (rf"\b[AC-FHKNPRTV-Y]\d[\dW] ?[A-Z\d]{{4}}\b[, |]*{_TOWN}", ("IE",), 4.5),
    (rf"\b[A-Z]\d[A-Z] ?\d[A-Z]\d,? {_TOWN}", ("CA",), 4.5),
    (rf"{_TOWN},? [A-Z]{{2}},? \d{{5}}(?:-\d{{4}})?\b", ("US",), 4.5),
    (rf"{_TOWN},? [A-Z]{{2}},? [A-Z]\d[A-Z] ?\d[A-Z]\d\b", ("CA",), 4.5),
    (rf"{_TOWN},? (?:NSW|VIC|QLD|WA|SA|TAS|ACT|NT) \d{{4}}\b", ("AU",), 4.5),
    (rf"\b\d{{5}} {_TOWN},? \([A-Z]{{2}}\)", ("IT",), 4.0),
    (r"\b\d{5}-\d{3}\b", ("BR",), 3.0),
    (rf"\b(?:Dublin \d{{1,2}}|{_TOWN},? (?:Co\.|County) \w+)", ("IE",), 3.5),
    (rf"\b\d{{3}} \d{{2}} {_TOWN}", ("SE", "CZ", "SK", "GR"), 2.0),
    (rf"(?<![\d-])\d{{5}},? {_TOWN}", ("DE", "FR", "ES", "IT", "FI", "EE", "MX", "TR", "UA", "US"), 2.0),
    (rf"(?<![\d-])\d{{4}},? {_TOWN}", ("AT", "CH", "BE", "DK", "NO", "HU", "LU", "SI", "BG", "LV"), 1.5),
)  # fmt: skip
_SHAPE_RULES = tuple((re.compile(pattern), codes, worth) for pattern, codes, worth in _SHAPES)
_STREET = re.compile(
    r"\b(?:Lane|Road|Street|Avenue|Ave|Rd|St|Square|Way|Court|Drive|Close|Quay|Boulevard|Blvd|Row|"
    r"Terrace|Gardens|Hill|Suite|Floor|House|Park|Centre|Center|Estate|Str\.?|straße|Straße|strasse|"
    r"platz|weg|rue|Via|Calle)$"
)
_CITY_IN = re.compile(
    rf"\b(?:based in|headquartered in|located in|offices? in|from|in|mit sitz in|sitz in|standort|"
    rf"praxis in|kanzlei in|aus|à|basée? à|située? à|en|con sede en|con sede a|a|te|gevestigd in|"
    rf"sediada em|em|i) {_TOWN}"
)
_FORMS = (
    (r"\b(?:GmbH|AG|KG|UG|e\.\s?K\.|OHG|GbR)\b", ("DE", "AT", "CH"), 1.0),
    (r"\bUSt-?Id|\bHRB \d|\bAmtsgericht\b|\bHandelsregister\b", ("DE",), 2.0),
    (r"\bFirmenbuch\b|\bUID: ATU|\bATU\d{8}\b", ("AT",), 3.0),
    (r"\bCHE-\d{3}", ("CH",), 3.0),
    (r"\b(?:SARL|SAS|SASU|EURL)\b|\bSIRET\b|\bSIREN\b|\bRCS [A-Z]", ("FR",), 2.0),
    (r"\bS\.\s?L\.|\bC\.?I\.?F\.?[: ]|\bN\.?I\.?F\.?[: ]", ("ES",), 1.5),
    (r"\bS\.r\.l\.|\bSrl\b|\bS\.p\.A\.|\bP\.\s?IVA\b|\bPartita IVA\b", ("IT",), 2.5),
    (r"\bB\.V\.|\bKvK\b|\bKVK\b|\bBTW\b", ("NL",), 2.0),
    (r"\bOÜ\b", ("EE",), 2.5),
    (r"\bLtd\b|\bLLP\b|\bCompany No\b|\bVAT (?:no\.? )?GB", ("GB", "IE"), 1.0),
    (r"\bInc\.?(?=\W|$)|\bLLC\b", ("US",), 1.0),
    (r"\bApS\b|\bA/S\b|\bCVR\b", ("DK",), 2.0),
    (r"\bOy\b|\bY-tunnus\b", ("FI",), 2.0),
    (r"\bsp\. z o\.\s?o\.|\bNIP[: ]", ("PL",), 2.5),
    (r"\bLda\b|\bNIPC\b", ("PT",), 2.0),
    (r"\bABN\b|\bPty\b", ("AU",), 2.5),
)  # fmt: skip
_FORM_RULES = tuple((re.compile(pattern), codes, worth) for pattern, codes, worth in _FORMS)
_ANY_FORM = re.compile("|".join(pattern for pattern, _, _ in _FORMS))
_VAT = re.compile(
    r"\b(?P<code>DE|FR|ES|IT|NL|BE|AT|PL|PT|IE|DK|SE|FI|EE|CZ|LU|LT|LV|SK|SI|HU|RO|BG|HR|GB|EL|CY|"
    r"MT)[A-Z]?\s?\d[\d. ]{6,11}\w?\b"
)
_PHONE = re.compile(
    r"(?<![\w/.,-])(?:\+|00|\(?0|\(\d{3}\) ?)[\d\s()./\u00a0-]{6,20}\d(?!\w)|(?<![\d.-])\d{3}[-. "
    r"]\d{3}[-. ]\d{4}(?!\d)"
)
_NOT_PHONE = re.compile(
    r"\b(?:fax|iban|vat|ust|hrb|siret|siren|kvk|iso|nr\. \d|din|order|isbn)\b[^+]{0,12}$", re.IGNORECASE
)
_TLD = {"uk": "GB", "com.au": "AU", "co.uk": "GB"}
_COUNTRY_TLDS = frozenset(
    "de at ch fr es it nl be pt uk ie dk se no fi pl cz ee lt lv lu us ca au nz br mx ro hu gr".split()
)
_LANG_HOME = {
    "de": ("DE", "AT", "CH"),
    "fr": ("FR", "BE", "CH"),
    "es": ("ES", "MX"),
    "it": ("IT",),
    "nl": ("NL", "BE"),
    "pt": ("PT", "BR"),
    "da": ("DK",),
    "sv": ("SE",),
    "fi": ("FI",),
    "pl": ("PL",),
    "et": ("EE",),
    "nb": ("NO",),
    "no": ("NO",),
    "cs": ("CZ",),
}
_BASED = re.compile(
    (
        r"\b(?:based|headquartered|located|office|offices|sitz|ansässig|standort|gegründet|basée?|"
        r"située?|implantée?|siège|sede|ubicad[oa]|situad[oa]|gevestigd|kantoor|family business|company|"
        r"agency|studio|workshop|werk)\b"
    ),
    re.IGNORECASE,
)
_ABROAD = re.compile(
    (
        r"\b(?:customers|clients|export\w*|ship\w*|deliver\w*|kunden|liefern|lieferung\w*|versand|"
        r"länder|countries|livr\w+|pays|enviamos|clientes|paesi|landen|worldwide|weltweit)\b"
    ),
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Place:
    """Country, city and telephones, each with its quote; None or empty when not shown."""

    country: Fact | None
    city: Fact | None
    phones: tuple[Fact, ...]


@dataclass(frozen=True)
class _Hint:
    codes: tuple[str, ...]
    worth: float
    evidence: Evidence


def place_of(site: Site, languages: tuple[str, ...]) -> Place:
    """Weigh every hint; a hint shared by several countries counts less for each."""
    hints: list[_Hint] = []
    cities: list[tuple[float, str, Evidence, tuple[str, ...]]] = []
    for line in _address_lines(site):
        hints += _shape_hints(line, cities)
        hints += _named_hints(line)
        hints += _register_hints(line)
    phones = _phones(site, hints, _leaning(hints, site, languages))
    country = _decide(hints, site, languages)
    city = _city(cities, country.value if country else "", site)
    return Place(country, city, phones)


def _address_lines(site: Site) -> list[Line]:
    kinds = (
        PageKind.CONTACT,
        PageKind.IMPRINT,
        PageKind.HOME,
        PageKind.ABOUT,
        PageKind.OTHER,
        PageKind.LEGAL,
        PageKind.CAREERS,
        PageKind.PRODUCT,
    )
    seen: set[str] = set()
    lines = []
    for line in site.of(*kinds, furniture=True):
        if line.text not in seen and line.block.zone != "nav" and line.text[:1] not in '"“„«':
            seen.add(line.text)
            lines.append(line)
    return lines


def _shape_hints(line: Line, cities: list[tuple[float, str, Evidence, tuple[str, ...]]]) -> list[_Hint]:
    if not any(char.isdigit() for char in line.text) or len(line.text) > 900:
        return []
    found = []
    taken: list[tuple[int, int]] = []
    for rule, codes, worth in _SHAPE_RULES:
        for match in rule.finditer(line.text):
            if _STREET.search(match.groupdict().get("city") or ""):
                continue
            if any(start < match.end() and match.start() < end for start, end in taken):
                continue
            if worth < 2 and not _in_address(line, match):
                continue
            town = (match.groupdict().get("city") or "").strip(" .,-")
            if town and not _may_be_town(town):
                continue
            taken.append(match.span())
            evidence = line.quote(_address_quote(line.text, match.start(), match.end()))
            home = {PageKind.CONTACT: 1.0, PageKind.IMPRINT: 1.5}.get(line.kind, 0.5 if line.in_menu else 0.0)
            found.append(_Hint(codes, worth + home, evidence))
            if town and (town := _trim_town(town)):
                cities.append((worth + home + 1.0, town, evidence, codes))
    return found


def _in_address(line: Line, match: re.Match[str]) -> bool:
    """Four digits and a word are an address only where addresses stand; "20 April 2025 Spring" is none."""
    year = re.match(r"(?:19|20)\d\d", match.group())
    month = re.search(r"(?:\d{1,2}[./]|[A-Za-zéûäç]{3,})\s?$", line.text[: match.start()].rstrip(" ,"))
    placed = line.kind in {PageKind.CONTACT, PageKind.IMPRINT} or line.in_menu or len(line.text) < 160
    return placed and not (year and (month or line.kind not in {PageKind.CONTACT, PageKind.IMPRINT}))


def _may_be_town(town: str) -> bool:
    return len(town) > 2 and not re.match(
        (
            r"(?:[A-Z]{2,}\b(?!-)|Mitarbeit|Kunden|Euro|People|Employees|Uhr|Jahre|Tel|Fax|Stunden|Projekte|"
            r"Clients|Happy|Stück|Tage)"
        ),
        town,
    )


def _trim_town(town: str) -> str:
    """Drop what follows the town in one line: telephone, register, country."""
    town = re.split(r"[.;:]\s", town)[0]
    town = re.split(
        (
            r"\s(?:Tel\w*|Tél\w*|Téléphone|Phone|Fax|E-?[Mm]ail|Email|Courriel|Correo|Call|Mobile|Mob|Write|"
            r"Web|www|Registr\w*|Registration|USt\w*|Germany|Deutschland|Austria|Österreich|France|Schweiz|"
            r"Switzerland|Italia|Italy|España|Spain|Nederland|Portugal|Estonia)\b"
        ),
        town,
    )[0]
    hits = country_hits(tokens(town), town)
    if hits:
        town = town[: hits[0].start]
    return town.strip(" .,-")


def _named_hints(line: Line) -> list[_Hint]:
    found = []
    words = tokens(line.text)
    hits = country_hits(words, line.text)
    near_address = line.kind in {PageKind.CONTACT, PageKind.IMPRINT} or line.in_menu
    for hit in hits:
        sentence = sentence_around(line.text, hit.start)
        if len(hit.value.split()) > 1 or len(sentence) > MAX_QUOTE or _ABROAD.search(sentence):
            continue
        digits = any(char.isdigit() for char in line.text) and len(line.text) < 250
        worth = (
            5.0 if near_address and (digits or len(words) <= 6) else 4.0 if _BASED.search(sentence) else 0.6
        )
        found.append(_Hint((hit.value,), worth, line.quote(sentence)))
    for city in city_hits(words):
        sentence = sentence_around(line.text, city.start)
        if len(sentence) <= MAX_QUOTE and not _ABROAD.search(sentence):
            strong = near_address or _BASED.search(sentence)
            found.append(_Hint((city.value,), 2.5 if strong else 0.8, line.quote(sentence)))
    return found


def _register_hints(line: Line) -> list[_Hint]:
    if len(line.text) > 900 or (
        line.kind not in {PageKind.CONTACT, PageKind.IMPRINT, PageKind.LEGAL, PageKind.ABOUT, PageKind.HOME}
    ):
        return []
    found = []
    for rule, codes, worth in _FORM_RULES if _ANY_FORM.search(line.text) else ():
        if match := rule.search(line.text):
            found.append(
                _Hint(codes, worth, line.quote(_address_quote(line.text, match.start(), match.end())))
            )
    for match in _VAT.finditer(line.text):
        code = "GR" if match["code"] == "EL" else match["code"]
        found.append(_Hint((code,), 4.0, line.quote(_address_quote(line.text, match.start(), match.end()))))
    return found


def _address_quote(text: str, start: int, end: int) -> str:
    """The whole short block, else the words around."""
    if len(text) <= 200:
        return text
    sentence = sentence_around(text, start)
    if len(sentence) <= 200 and text[start:end] in sentence:
        return sentence
    left = text.rfind(" ", 0, max(0, start - 60)) + 1
    right = text.find(" ", min(len(text), end + 40))
    return text[left : right if right > 0 else len(text)]


def _leaning(hints: list[_Hint], site: Site, languages: tuple[str, ...]) -> str:
    scores = _scores(hints, site, languages)
    return max(scores, key=lambda code: scores[code]) if scores else ""


def _scores(hints: list[_Hint], site: Site, languages: tuple[str, ...]) -> dict[str, float]:
    scores: dict[str, float] = defaultdict(float)
    seen: dict[tuple[str, ...], int] = defaultdict(int)
    for hint in hints:
        seen[hint.codes] += 1
        for code in hint.codes:
            scores[code] += hint.worth / seen[hint.codes]
    suffix = site.domain.rsplit(".", 1)[-1]
    if suffix in _COUNTRY_TLDS:
        scores[_TLD.get(suffix, suffix.upper())] += 1.5
    for lang in languages[:1]:
        for place, code in enumerate(_LANG_HOME.get(lang, ())):
            scores[code] += 0.9 if place == 0 else 0.5
    return scores


def _decide(hints: list[_Hint], site: Site, languages: tuple[str, ...]) -> Fact | None:
    scores = _scores(hints, site, languages)
    for code in sorted(scores, key=lambda one: -scores[one]):
        shown = [hint for hint in hints if code in hint.codes]
        if shown and scores[code] >= 1.6:
            best = max(shown, key=lambda hint: (hint.worth / len(hint.codes), hint.worth))
            return Fact(value=code, evidence=best.evidence, confidence=round(min(1.0, scores[code] / 6), 2))
    return None


def _city(
    cities: list[tuple[float, str, Evidence, tuple[str, ...]]], country: str, site: Site
) -> Fact | None:
    fitting = [entry for entry in cities if not country or country in entry[3]]
    if fitting:
        worth, town, evidence, _ = max(fitting, key=lambda entry: entry[0])
        return Fact(value=town, evidence=evidence, confidence=round(min(1.0, worth / 5), 2)) if town else None
    for line in site.of(PageKind.HOME, PageKind.ABOUT, PageKind.CONTACT, PageKind.IMPRINT, furniture=True):
        if line.block.zone == "nav":
            continue
        for match in _CITY_IN.finditer(line.text):
            known = city_country(match["city"].split(",")[0])
            if known and known == country:
                sentence = sentence_around(line.text, match.start())
                if len(sentence) <= MAX_QUOTE:
                    return Fact(
                        value=match["city"].strip(" .,"), evidence=line.quote(sentence), confidence=0.7
                    )
    return None


def _phones(site: Site, hints: list[_Hint], region: str) -> tuple[Fact, ...]:
    """Valid numbers in E.164; each also hints at its country."""
    found: dict[str, Fact] = {}
    for line in site.of(
        PageKind.CONTACT, PageKind.IMPRINT, PageKind.HOME, PageKind.ABOUT, PageKind.OTHER, furniture=True
    ):
        if len(line.text) > 900 or sum(char.isdigit() for char in line.text) < 7:
            continue
        for match in _PHONE.finditer(line.text):
            if _NOT_PHONE.search(line.text[: match.start()]):
                continue
            parsed = _parse(match.group(), region)
            if parsed is None:
                continue
            number, code = parsed
            evidence = line.quote(match.group())
            if number not in found and len(found) < 4:
                found[number] = Fact(value=number, evidence=evidence)
                if match.group().startswith(("+", "00")) and code:
                    hints.append(_Hint((code,), 4.0, evidence))
    return tuple(found.values())


def _parse(text: str, region: str) -> tuple[str, str] | None:
    cleaned = re.sub(r"\(0\)", "", text)
    cleaned = "+" + cleaned[2:] if cleaned.startswith("00") else cleaned
    if not cleaned.startswith("+") and not region:
        return None
    try:
        parsed = phonenumbers.parse(cleaned, region or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(parsed):
        return None
    code = phonenumbers.region_code_for_country_code(parsed.country_code or 0)
    return phonenumbers.format_number(
        parsed, phonenumbers.PhoneNumberFormat.E164
    ), code if code != "001" else ""
