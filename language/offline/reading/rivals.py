"""Competitors a company names itself: comparison pages, "alternative to", "switch from", "unlike"."""

import re
from collections import Counter
from urllib.parse import unquote, urlsplit

from language.offline.lexicon.canonical import technology_names
from language.offline.reading.name import same_company
from language.offline.reading.names import NAME, is_common_noun, is_name, split_names
from language.offline.reading.ranking import Candidate
from language.offline.reading.sentences import MAX_QUOTE, plain
from language.offline.reading.site import Line, PageKind, Site, key

_AFTER = re.compile(
    rf"(?:\bvs\.?|\bversus|\b[Aa]lternatives? (?:to|zu|à|a|al?la?|van|voor|for)|\b(?:[Ss]witch(?:ed|"
    rf"ing)?|[Mm]igrat(?:e|ed|ing)|[Mm]ov(?:e|ed|ing)|[Cc]oming) (?:away )?from|"
    rf"\b[Uu]nlike|\b[Cc]ompared (?:to|with)|\b[Rr]eplac(?:e|es|ing|ement for)|\b[Ii]nstead of|"
    rf"\b[Bb]etter than|\b[Dd]itch(?:ing)?|"
    rf"\b[Ww]echsel(?:n)? von|\b[Uu]mstieg von|\b[Ii]m (?:Vergleich|Gegensatz) zu|\b[Aa]nders als|"
    rf"\b[Cc]ontrairement à|\b[Pp]asser de|\b[Àà] la différence de|"
    rf"\b[Aa] diferencia de|\b[Cc]ambiar de|\b[Aa] differenza di|\b[Pp]assare da|\b[Oo]verstappen "
    rf"van|\b[Ii]n tegenstelling tot|\b[Cc]ompetitors? (?:like|such as)|"
    rf"\b[Cc]ompetes? with|\b[Ww]ettbewerber wie)\s+(?P<names>{NAME}(?:,? (?:and|or|und|oder|et|ou|y|"
    rf"e|o|en) {NAME}|, {NAME})*)"
)
_BEFORE = re.compile(
    rf"(?P<names>{NAME})(?:\s+\([A-Z0-9]{{2,8}}\))?\s+(?:[Aa]lternatives?\b|[Rr]eplacement\b|vs\.?\s|"
    rf"versus\s|[Kk]onkurrent)"
)
_TAIL = re.compile(
    r"\s*(?:\([^)]*\)|['’]s\b.*|\b(?:a|an|the|and|or|to|by|for|in|on|by default|by hand|which|that|"
    r"because|since|while|when|is|are|was|with|alone|today|now|users?|alternatives?|"
    r"Web Analytics alternatives?)\b.*)$"
)
_GUIDE = re.compile(
    (
        r"\b(?:jobs?|funnels?|pricing|plans?|organic|mobile|desktop|free|paid|before|after|new|"
        r"returning|previous|last|manual|day|week|month|year)\b"
    ),
    re.IGNORECASE,
)
_LISTED = rf"(?P<names>{NAME}(?:,? (?:and|or|und|oder|et|ou|y|e|o|en) {NAME}|, {NAME})*)"
_SUBJECT = re.compile(
    rf"^{_LISTED} (?:is|are|ist|sind|est|sont|es|son|è|sono) (?:an? |eine? |un[ae]? )?(?:good|great|"
    rf"better|built|made|designed|fine|solid|gut\w*|bon\w*|buen\w*|aimed)"
)
_VENDORS = re.compile(
    rf"\b(?:vendors|competitors|rivals|wettbewerber|mitbewerber|concurrents|competidores|"
    rf"concorrenti)\s+(?:such as|like|including|wie|comme|como|come|zoals)\s+{_LISTED}"
)
_EXAMPLE = re.compile(rf"(?:e\.g\.|z\. ?B\.|p\. ?ex\.|such as|like|wie|comme|como|zoals)\s+(?P<name>{NAME})$")
_COLUMNS = 3  # cells beside our own that may name rivals
_PLAIN_THINGS = frozenset(
    (
        "docs documents spreadsheet spreadsheets excel word email e-mail emails paper pdf pdfs slides "
        "manual phone tabellen dokumente"
    ).split()
)
_WEIGHT = {
    PageKind.COMPARE: 6.0,
    PageKind.HOME: 5.0,
    PageKind.PRODUCT: 3.0,
    PageKind.AUDIENCE: 2.5,
    PageKind.UNFIT: 2.0,
    PageKind.OTHER: 2.0,
    PageKind.PRICING: 2.0,
    PageKind.ABOUT: 2.5,
}


def rivals(site: Site, brand: str) -> list[Candidate]:
    """Named competitors; the page that is all about one of them counts most."""
    compared = _compared(site)
    found = [*_whole_pages(site, brand), *_columns(site, brand), *_judged(site, brand)]
    for line in site.of(*_WEIGHT, furniture=True):
        if line.in_menu and not re.match(r"^(?:.* )?vs\.? ", line.text):
            continue
        for sentence in line.sentences:
            if len(sentence) <= MAX_QUOTE:
                found += _named(line, sentence, brand, compared)
    words = _ordinary_words(site)
    return _whole_names([one for one in found if one.value.casefold() not in words | _PLAIN_THINGS])


def _named(line: Line, sentence: str, brand: str, compared: set[str]) -> list[Candidate]:
    found = []
    for match in [*_AFTER.finditer(sentence), *_BEFORE.finditer(sentence)]:
        for name in split_names(_TAIL.sub("", match["names"])):
            if _may_be_rival(name, brand):
                telling = 1.5 if len(sentence.split()) >= 6 else 0.0
                worth = (
                    telling
                    + _WEIGHT[line.kind]
                    + (4.0 if key(name) in compared else 0.0)
                    + (1.0 if line.is_heading else 0.0)
                )
                found.append(Candidate(name, line.quote(sentence), worth))
    return found


def _whole_pages(site: Site, brand: str) -> list[Candidate]:
    """Sentences of a comparison page that name the rival of its address."""
    found = []
    for line in site.of(PageKind.COMPARE):
        wanted = _rival_of(line.page.url)
        for sentence in line.sentences[:3] if wanted and line.order < 25 else ():
            for match in re.finditer(NAME, sentence):
                name = _TAIL.sub("", match.group())
                if (
                    key(name) in {wanted, wanted + "4"}
                    and _may_be_rival(name, brand)
                    and len(sentence) <= MAX_QUOTE
                ):
                    found.append(Candidate(name, line.quote(sentence), 12.0 - line.order / 10))
    return found[:12]


def _columns(site: Site, brand: str) -> list[Candidate]:
    """Names that head a column beside our own in a comparison table."""
    cells = [line for line in site.of(PageKind.COMPARE, furniture=True) if line.block.kind == "td"]
    for own in cells:
        if not same_company(own.text, brand):
            continue
        near = [
            cell
            for cell in cells
            if cell.page is own.page and 0 < abs(cell.index - own.index) <= _COLUMNS and not cell.block.href
        ]
        ends_row = any(cell.index == own.index - 1 for cell in near)  # what follows is the next row's label
        found = [one for cell in near if ends_row == (cell.index < own.index) for one in _column(cell, brand)]
        if found:
            return found
    return []


def _column(cell: Line, brand: str) -> list[Candidate]:
    example = _EXAMPLE.search(cell.text)
    name = example["name"] if example else cell.text
    named = not cell.repeated and (example or len(name.split()) <= 3) and _may_be_rival(name, brand)
    return [Candidate(name, cell.quote(), 7.0)] if named else []


def _judged(site: Site, brand: str) -> list[Candidate]:
    """ "Acme and Globex are good tools for …" on comparison pages, "vendors such as Acme" anywhere."""
    found = []
    for line in site.of(*_WEIGHT):
        for sentence in line.sentences if not line.is_heading else ():
            if len(sentence) > MAX_QUOTE:
                continue
            subject = _SUBJECT.match(sentence) if line.kind == PageKind.COMPARE else None
            match = subject or _VENDORS.search(sentence)
            names = split_names(match["names"]) if match else []
            found += [
                Candidate(name, line.quote(sentence), 6.0) for name in names if _may_be_rival(name, brand)
            ]
    return found


def _ordinary_words(site: Site) -> frozenset[str]:
    """Words the site also writes small: "Documents" is then no name."""
    return frozenset(
        word for page in site.pages for word in re.findall(r"(?<![\w./@-])[a-zà-ÿ]{3,}(?![\w/@-])", page.text)
    )


def _may_be_rival(name: str, brand: str) -> bool:
    return (
        is_name(name)
        and not same_company(name, brand)
        and not is_common_noun(name)
        and not _GUIDE.search(name)
        and len(name) > 2
    )


def _compared(site: Site) -> set[str]:
    """Names in the addresses of comparison pages, squeezed: /vs-matomo → "matomo"."""
    return {rival for page in site.pages if (rival := _rival_of(page.url))}


def _rival_of(url: str) -> str:
    last = unquote(urlsplit(url).path.rstrip("/").rsplit("/", 1)[-1])
    match = re.search(
        r"(?:^|-)(?:vs|versus|from)-(?P<who>[\w-]+)$|^(?P<who2>[\w-]+?)-(?:alternative|vs\b)", last
    )
    return key(match["who"] or match["who2"]) if match else ""


def _is_same(left: str, right: str) -> bool:
    tools = technology_names(left)
    return same_company(left, right) or (bool(tools) and tools == technology_names(right))


def _is_longer_tool(name: str, known: str) -> bool:
    """True when the longer form is a tool of its own: Cloudflare Web Analytics, not Cloudflare."""
    tools = technology_names(name)
    return len(name) > len(known) and bool(tools) and tools != technology_names(known)


def _whole_names(found: list[Candidate]) -> list[Candidate]:
    """Merge short and long forms ("Matomo Analytics" is Matomo) under the form used most."""
    counts = Counter(plain(one.value) for one in found)
    forms: dict[str, str] = {}
    for name, _ in counts.most_common():
        known = next((form for form in forms.values() if _is_same(form, name)), name)
        forms[name] = known
        if _is_longer_tool(name, known):
            forms = {one: name if form == known else form for one, form in forms.items()}
    return [
        Candidate(forms[plain(one.value)], one.evidence, one.score + min(counts[plain(one.value)], 10) / 5)
        for one in found
    ]
