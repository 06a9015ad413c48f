"""A company's name as its site shows it: several places must agree, the domain is only a hint."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from domain.knowledge import Evidence, Page
from language.offline.reading.sentences import MAX_QUOTE
from language.offline.reading.site import Line, PageKind, Site, key

LEGAL_FORM = (
    r"(?:GmbH(?: & Co\.? KGa?A?)?|gGmbH|AG|KGaA|KG|OHG|GbR|UG(?: \(haftungsbeschränkt\))?|e\.\s?K\.|"
    r"e\.\s?V\.|eG|PartG(?: mbB)?|SE|"
    r"Ltd\.?|Limited|LLP|PLC|plc|Inc\.?|LLC|L\.L\.C\.|Corp\.?|Corporation|Pty\.? Ltd\.?|"
    r"SAS|S\.A\.S\.|SASU|SARL|S\.A\.R\.L\.|EURL|SA|S\.A\.|S\.L\.U?\.?|SL|SLU|S\.r\.l\.|Srl|SRL|"
    r"S\.p\.A\.|SpA|Snc|"
    r"B\.V\.|BV|N\.V\.|NV|VOF|Lda\.?|Ltda\.?|AB|A/S|ApS|AS|Oy|Oyj|OÜ|SIA|UAB|d\.o\.o\.|s\.r\.o\.|"
    r"sp\. z o\.\s?o\.|Kft\.?|Sàrl)"
)
_LEGAL_NAME = re.compile(
    rf"(?P<name>[A-ZÀ-ÖØ-ÞŁŚŻ0-9][\w&.'’+-]*(?:[ ,](?:&|und|et|y|e|and|de|the|"
    rf"[A-ZÀ-ÖØ-ÞŁŚŻ0-9][\w&.'’+-]*)){{0,5}}),? {LEGAL_FORM}(?=[\s,.;:)|·•–-]|$)"
)
_SUFFIX = re.compile(rf",?\s+{LEGAL_FORM}$")
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|\bcopyright\b)\s*(?:©|copyright|by)?\s*(?:\d{4}(?:\s*[-–]\s*(?:\d{4}|present|"
    r"heute))?)?[\s,.·|–-]*(?:by\s+)?"
    r"(?P<name>[A-ZÀ-ÖØ-Þ0-9][^|•·©–\n]{1,60}?)(?=\s*(?:[|•·–]|\.\s|\.$|,|\d{4}|$|all rights|alle "
    r"rechte|tous droits|"
    r"todos los derechos|tutti i diritti|todos os direitos|alle rechten))",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"^(?:about|why(?: choose| use)?|welcome to|meet|über|willkommen (?:bei|in der)|warum|à propos "
    r"de|bienvenue chez|pourquoi|"
    r"sobre|bienvenid[oa]s? a|por qué|chi è|benvenuti (?:da|in)|over|welkom bij|waarom|porquê|"
    r"bem-vindo à)\s+(?P<name>[^?!.,:]{2,40})[?!]?$",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^(?P<name>(?:The |Die |Das |Der |La |Le |Les |El |Il )?[A-ZÀ-ÖØ-Þ0-9][\w&.'’+-]*(?: (?:&|und|"
    r"et|y|and|of|de|[A-ZÀ-ÖØ-Þ0-9][\w&.'’+-]*)){0,4}) "
    r"(?:is|ist|est|es|è|é|helps|hilft|aide|ayuda|aiuta|helpt|provides|offers|makes|builds|bietet|"
    r"propose|ofrece|offre|entwickelt|"
    r"fertigt|conçoit|fabrique|fabrica|designs|develops|manufactures|delivers|supplies|has been|steht für)\b"
)
_SEPARATOR = re.compile(r"\s+[|–—·•»-]\s+|\s*[|»]\s*|:\s+")
_NOT_NAMES = frozenset(
    (
        "home startseite accueil inicio welcome willkommen us uns it this that there here he she what we our "
        "the das es dies which who contact kontakt about blog bienvenue benvenuti homepage page menu website "
        "in at jobs pricing alle they you ihr sie er if how why where no and or hier team"
    ).split()
) | {"official site", "all rights reserved"}


_FROM_TITLE = 8.0  # a name of the title alone must also be the domain's


@dataclass
class _Tally:
    score: float = 0.0
    lines: list[tuple[float, Line, str]] = field(default_factory=list)  # (worth as a quote, line, quote)


def find_name(site: Site) -> tuple[str, Evidence | None]:
    """The brand and a quote that shows it.

    The quote is None when only the title and the domain agree on a name no visible text shows;
    the name is "" when nothing looks like one.
    """
    tallies: dict[str, _Tally] = defaultdict(_Tally)
    spellings: dict[str, str] = {}
    for name, worth, line, quote in _mentions(site):
        brand = without_form(name)
        if not _may_be_name(brand):
            continue
        known = spellings.setdefault(key(brand), brand)
        tally = tallies[known]
        tally.score += worth / (1 + len(tally.lines))
        if line is not None:
            tally.lines.append((worth, line, quote))
    for name, tally in tallies.items():
        tally.score += _domain_bonus(name, site.label)
    return _winner(site, tallies)


def without_form(name: str) -> str:
    """The name without its legal form."""
    return _SUFFIX.sub("", name.strip(" ,.-–|")).strip(" ,.-–|")


def legal_names(text: str) -> list[str]:
    """Names followed by a legal form in a text."""
    return [match.group().strip() for match in _LEGAL_NAME.finditer(text)]


def same_company(left: str, right: str) -> bool:
    """True when two names mean one company: equal, or one begins with the other."""
    one, two = sorted((key(without_form(left)), key(without_form(right))), key=len)
    return bool(one) and (one == two or (len(one) >= 4 and two.startswith(one)))


def _winner(site: Site, tallies: dict[str, _Tally]) -> tuple[str, Evidence | None]:
    for name in sorted(tallies, key=lambda one: -tallies[one].score):
        tally = tallies[name]
        if tally.score < 3:
            break
        evidence = _quote_for(site, name, tally)
        if evidence is not None:
            return name, evidence
        if tally.score >= _FROM_TITLE:
            return name, None
    return "", None


def _quote_for(site: Site, name: str, tally: _Tally) -> Evidence | None:
    for _, line, quote in sorted(tally.lines, key=_quote_order):
        if name in quote:
            return line.quote(quote)
    for line in site.lines:
        for sentence in line.sentences:
            if (
                name in sentence
                and len(sentence) <= MAX_QUOTE
                and line.kind not in {PageKind.BLOG, PageKind.LEGAL}
            ):
                return line.quote(sentence)
    return None


def _quote_order(entry: tuple[float, Line, str]) -> tuple[int, float, int]:
    """Sentences of the home page first: they say most beside the name."""
    worth, line, quote = entry
    said = len(quote.split()) > 3 and not line.in_menu
    return (0 if said and line.kind == PageKind.HOME else 1 if said else 2, -worth, line.index)


def _mentions(site: Site) -> list[tuple[str, float, Line | None, str]]:
    found: list[tuple[str, float, Line | None, str]] = []
    for page in site.pages:
        found += [(part, worth, None, "") for part, worth in _title_parts(page)]
    for line in site.lines:
        if line.kind not in {PageKind.BLOG, PageKind.CAREERS}:
            found += _line_mentions(line)
    return found


def _title_parts(page: Page) -> list[tuple[str, float]]:
    parts = [part.strip() for part in _SEPARATOR.split(page.title) if part.strip()]
    home = urlsplit(page.url).path.strip("/") in {"", "en", "de", "fr", "es", "it", "nl", "pt"}
    outer = {parts[0], parts[-1]} if parts else set()
    return [(part, (3.0 if home else 1.0)) for part in parts if part in outer and len(part.split()) <= 5]


def _line_mentions(line: Line) -> list[tuple[str, float, Line | None, str]]:
    text = line.text
    found: list[tuple[str, float, Line | None, str]] = []
    if len(text) <= 400 and (match := _COPYRIGHT.search(text)):
        found.append((match["name"], 4.0, line, match.group()))
    if line.block.href and urlsplit(line.block.href).path in {"", "/"} and len(text.split()) <= 4:
        found.append((text, 3.0, line, text))
    if line.is_heading and (match := _HEADING.match(text)):
        found.append((match["name"], 2.0, line, text))
    if line.kind in {PageKind.HOME, PageKind.ABOUT, PageKind.IMPRINT, PageKind.CONTACT, PageKind.PRODUCT}:
        found += _spoken(line)
    return found


def _spoken(line: Line) -> list[tuple[str, float, Line | None, str]]:
    found: list[tuple[str, float, Line | None, str]] = []
    if not line.in_menu:
        for sentence in line.sentences[:4]:
            if len(sentence) <= MAX_QUOTE and (match := _SUBJECT.match(sentence)):
                found.append((match["name"], 2.5, line, sentence))
    weight = 3.0 if line.kind in {PageKind.IMPRINT, PageKind.CONTACT} or line.in_menu else 1.5
    found += [(name, weight, line, name) for name in legal_names(line.text)]
    return found


def _may_be_name(name: str) -> bool:
    words = name.split()
    return (
        2 <= len(name) <= 60
        and 1 <= len(words) <= 6
        and name.casefold() not in _NOT_NAMES
        and words[0].casefold()
        not in {"we", "our", "your", "how", "what", "wir", "nous", "if", "this", "these", "it", "when"}
        and any(char.isupper() or char.isdigit() for char in name)
    )


def _domain_bonus(name: str, label: str) -> float:
    one, two = key(name), key(label)
    if not one or not two:
        return 0.0
    if one == two:
        return 6.0
    if len(one) >= 3 and (two.startswith(one) or one.startswith(two)):
        return 5.0
    initials = "".join(word[0] for word in re.findall(r"\w+", name)).casefold()
    if len(two) <= 5 and two == initials:
        return 3.0
    return 1.5 if any(len(key(word)) >= 4 and key(word) in two for word in name.split()) else 0.0
