"""People a site names with their titles, and the addresses it shows; an address is never guessed."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from domain.accounts import Fact, PersonFact
from language.offline.lexicon.canonical import role_hits, role_slugs
from language.offline.lexicon.matching import fold, tokens
from language.offline.reading.name import same_company
from language.offline.reading.names import PERSON, is_person
from language.offline.reading.proof import credit, is_customer_heading
from language.offline.reading.site import Line, PageKind, Site

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_VEILED = re.compile(
    (
        r"(?P<local>[\w.+-]+)\s?(?:\(at\)|\[at\]|\{at\}|\(a\))\s?(?P<host>[\w-]+(?:(?:\.|\s?(?:\(dot\)|"
        r"\[dot\]|\(punkt\))\s?)[\w-]+)+)"
    ),
    re.IGNORECASE,
)
_DOT = re.compile(r"\s?(?:\(dot\)|\[dot\]|\(punkt\))\s?", re.IGNORECASE)
_GENERAL = re.compile(
    r"^(?:info|infos?|contact|kontakt|contacto|contatti|contato|hello|hallo|hi|hola|bonjour|ciao|"
    r"office|mail|post|sales|vertrieb|verkauf|service|support|team|praxis|empfang|"
    r"kanzlei|admin|administration|bureau|accueil|commercial|reception|enquir(?:y|ies)|welcome|"
    r"zentrale|anfrage|jobs?|karriere|careers?|bewerbung|hr|press|presse|marketing|"
    r"buchhaltung|billing|accounts?|accounting|orders?|bestellung|shop|booking|reservations?|"
    r"reservierung|privacy|datenschutz|security|legal|dpo|noreply|no-reply|webmaster|"
    r"clientes|comercial|ventas|vendite|ordini|studio|clinic|appointments?|termine|servicedesk|help|"
    r"customerservice|klantenservice|geral|secretariat|secretaria|segreteria|werkstatt|atelier)\d*$",
    re.IGNORECASE,
)
_BEFORE_TITLE = re.compile(
    rf"(?P<name>{PERSON})(?:\s*(?:[,(|·:]|\s[–—-])\s*(?P<extra>(?:[\w&/.'-]+ ){{0,3}})|\s+)$"
)
_AFTER_TITLE = re.compile(rf"\s*[:–-]\s*(?P<name>{PERSON})(?=\s*(?:$|[,.;|(·]))")
_ENDS = re.compile(r"\s*(?:$|[,.;|()·–—:]|[\w.+-]+@|\+?\d|T(?:el)?\b|E-?[Mm]ail|Phone|Telefon)")
_TITLED = re.compile(
    rf"\b(?P<title>(?:geschäftsführer\w*|geschäftsführung|geschäftsleitung|inhaber\w*|"
    rf"praxisinhaber\w*|vorstand\w*|vertreten durch(?: \w+ geschäftsführer\w*)?|"
    rf"vertretungsberechtigte\w*(?: geschäftsführer\w*)?|ansprechpartner\w*|praxisleitung|leitung|"
    rf"managing directors?|director|owner|founder|ceo|represented by|contact person|principal|"
    rf"practice manager|proprietor|chief executive(?: officer)?|"
    rf"directeur de (?:la )?publication|gérante?|président\w*|directeur général|responsable de (?:la "
    rf")?publication|dirigeante?|interlocuteur|"
    rf"administrador\w*|gerente|director\w* general|titular|responsable|representante legal|"
    rf"amministratore (?:unico|delegato)|titolare|legale rappresentante|"
    rf"directeur|eigenaar|bestuurder|contactpersoon|sócio-gerente|gerência|administrador|diretor\w* "
    rf"geral))\s*(?:\([^)]*\))?\s*[:–-]\s*(?P<names>{PERSON}(?:\s*(?:,|und|and|et|y|e|en|"
    rf"&)\s*{PERSON}){{0,3}})",
    re.IGNORECASE,
)
_SPOKEN = re.compile(
    rf"(?P<name>{PERSON}),? (?:is|ist|est|es|è|is de|is onze|é) (?:our |the |unsere? |der |die |"
    rf"notre |la |le |nuestr[oa] |el |il |la nostra |il nostro |de |onze |o |a "
    rf")?(?P<title>[^.,;]{{3,60}})"
)
_SPLIT_NAMES = re.compile(r"\s*(?:,|\bund\b|\band\b|\bet\b|\by\b|\be\b|\ben\b|&)\s*")
_PREFIX = re.compile(
    r"^(?:(?:Dr|Prof|Mr|Mrs|Ms|Herr|Frau|M|Mme|Dipl|Ing|Sr|Sra|Dott|med|dent|Avv|Dra|Me|"
    r"Maître)\b\.?(?:-?[A-Z][a-z]+\.)?\s*)+"
)
_NOT_PEOPLE = re.compile(
    r"\b(?:registergericht|amtsgericht|handelsregister|e-?mail|mail|call|write|schreiben|street|"
    r"straße|strasse|road|avenue|platz|gmbh|ltd|inc|team|services?|contact|kontakt|über|about|our|"
    r"unser\w*|products?|home|monday|freitag|montag|google|impressum|"
    r"datenschutz|privacy|policy|terms|opening|öffnungszeiten|news|blog|read|more|learn|quality|"
    r"qualität|customer|company|software|solutions?|group|agency|management|marketing|"
    r"sales|office|digital|design|consulting|engineering|case|study|success|welcome|new|best|free|"
    r"all|rights|open|source|los angeles|new york|san francisco|united kingdom|"
    r"our story|next|step|get|started|why|us|how|works?|what|we|do|meet|the|follow|view|see|join|"
    r"book|web|social|media|product|data|cloud|saas|north|south|west|east|old|"
    r"unsere|leistungen|nos|notre|nuestro|chi|siamo|qui|sommes|nous|wir|sind|mentions|légales|aviso|"
    r"legal|note|legali|head|director|manager|officer|chief|founder|owner|partner|"
    r"leiter\w*|geschäftsführer\w*|inhaber\w*|assistenz|gérante?|directeur|directrice|responsable|"
    r"vente|ventes|stellen\w*|karriere|jobs?|press|project|projects|request|quote|call|"
    r"hotel|restaurant|praxis|kanzlei|studio|clinic|bakery|shop|store|center|centre|school|"
    r"university|bank|january|february|march|april|may|june|july|august|september|october|november|"
    r"december)\b",
    re.IGNORECASE,
)
_NEAR = 4  # blocks after a name that may hold its title or address
_TITLE_MAX = 70
_SHORT = 160  # characters of a block that is an entry of a team list
_LONG = 1500


@dataclass(frozen=True)
class _Found:
    name: str
    title: str
    line: Line
    quote: str
    place: int  # index in the list of lines


def people_of(site: Site, brand: str) -> tuple[tuple[PersonFact, ...], tuple[Fact, ...]]:
    """(people, general addresses): an address belongs to a person by its local part or its block."""
    lines = [line for line in site.lines if _readable(line)]
    found: dict[str, _Found] = {}
    for place, line in enumerate(lines):
        for one in _people_in(line, lines, place):
            if same_company(one.name, brand):
                continue
            known = found.get(fold(one.name))
            if known is None or (not role_slugs(known.title) and role_slugs(one.title)):
                found[fold(one.name)] = one
    found |= _untitled(lines, found, brand)
    addresses = _addresses(site, lines)
    owned: set[str] = set()
    people = []
    for one in found.values():
        address = _address_of(one, lines, addresses, list(found.values()))
        owned.add(address)
        people.append(_person(one, address))
    general = tuple(fact for email, fact in addresses.items() if email not in owned)
    return tuple(people[:20]), general[:8]


def _untitled(lines: list[Line], found: dict[str, _Found], brand: str) -> dict[str, _Found]:
    """Entries beside people already found on a page whose titles are not in the word list."""
    pages = [one.line.page for one in found.values()]
    more: dict[str, _Found] = {}
    for place, line in enumerate(lines[:-1]):
        after = lines[place + 1]
        name = line.text
        if (
            pages.count(line.page) < 2
            or not is_person(name)
            or not _may_be_person(name)
            or fold(name) in found
        ):
            continue
        short = 1 <= len(after.text.split()) <= 5 and after.page is line.page and after.text[:1].isupper()
        if (
            short
            and not re.search(r"[.!?@\d:]", after.text)
            and not _may_be_person(after.text)
            and not same_company(name, brand)
        ):
            more[fold(name)] = _Found(_bare(name), _clean_title(after.text), line, name, place)
    return more


def _readable(line: Line) -> bool:
    if line.kind in {PageKind.BLOG, PageKind.COMPARE, PageKind.CUSTOMERS} or line.block.zone == "nav":
        return False
    return line.text[:1] not in '"“„«' and not is_customer_heading(line.block.heading)


def _people_in(line: Line, lines: list[Line], place: int) -> list[_Found]:
    text = line.text
    if len(text) > _LONG or _is_customer_voice(line, place):
        return []
    found = _beside_titles(line, place)
    if not found and len(text) <= 50 and is_person(text) and _may_be_person(text):
        title = _title_near(lines, place)
        if title:
            found.append(_Found(_bare(text), title, line, text, place))
    if ":" in text or "-" in text or "–" in text:
        found += _titled(line, place)
    if not found and line.kind in {PageKind.ABOUT, PageKind.CONTACT, PageKind.HOME}:
        found += _spoken(line, place)
    return found


def _beside_titles(line: Line, place: int) -> list[_Found]:
    """Names right before a title: "Ann Lee, Head of Sales", "Ann Lee CEO", "Ann Lee (CEO), Bo Ek (CTO)"."""
    if len(line.text) > _SHORT and "(" not in line.text:
        return []
    found = []
    start = 0
    for hit in role_hits(tokens(line.text)):
        match = _BEFORE_TITLE.search(line.text[start : hit.start])
        if match is None:
            after = _AFTER_TITLE.match(line.text[hit.end :])
            if after is not None and _may_be_person(after["name"]):
                quote = line.text[hit.start : hit.end + after.end()]
                found.append(_Found(_bare(after["name"]), line.text[hit.start : hit.end], line, quote, place))
            continue
        name = match["name"]
        stop = _title_end(line.text, hit.end)
        if not match["extra"] and match.group().endswith(" ") and not _ENDS.match(line.text[stop:]):
            continue  # words run on: a sentence, not an entry
        title = _clean_title((match["extra"] or "") + line.text[hit.start : stop])
        if _may_be_person(name) and title:
            quote = line.text if len(line.text) <= _SHORT else line.text[start + match.start() : hit.end]
            found.append(_Found(_bare(name), title, line, quote, place))
        start = hit.end
    return found


def _title_end(text: str, end: int) -> int:
    """Where a title stops: at a delimiter, an address or after a few more words."""
    rest = re.match(r"(?: (?:&|and|und|et|of|für|de|des|the|[A-ZÀ-Þ][\w-]*)(?![\w.]*@))*", text[end:])
    return end + (rest.end() if rest else 0)


def _titled(line: Line, place: int) -> list[_Found]:
    found = []
    for match in _TITLED.finditer(line.text[:1500]):
        for name in _SPLIT_NAMES.split(match["names"]):
            trimmed = re.split(
                (
                    r"\s(?:Registergericht|Handelsregister|USt|Tel|Telefon|E-?[Mm]ail|Email|Phone|Umsatz|"
                    r"Amtsgericht|Sitz|HRB|Registered|VAT|Inhaltlich|Fax)\b"
                ),
                name,
            )[0].strip()
            if is_person(trimmed) and _may_be_person(trimmed):
                quote = line.text[match.start() : line.text.index(trimmed, match.start()) + len(trimmed)]
                found.append(_Found(_bare(trimmed), match["title"].strip(), line, quote, place))
    return found


def _spoken(line: Line, place: int) -> list[_Found]:
    found = []
    for sentence in line.sentences[:4]:
        match = _SPOKEN.match(sentence)
        if match and len(sentence) <= 250 and _may_be_person(match["name"]) and role_slugs(match["title"]):
            found.append(_Found(_bare(match["name"]), _clean_title(match["title"]), line, sentence, place))
    return found


def _may_be_person(name: str) -> bool:
    words = _PREFIX.sub("", name).split()
    return (
        2 <= len(words) <= 5
        and not _NOT_PEOPLE.search(name)
        and all(len(word) <= 20 for word in words)
        and not role_slugs(name)
    )


def _clean_title(text: str) -> str:
    return re.split(r"\s[|·–—]\s|\s{2,}|;|\s?[(]", text.strip(" ,:-–"))[0].strip(" ,:-–)")


def _title_near(lines: list[Line], place: int) -> str:
    """The short block right after (or before) a name that reads like a title."""
    page = lines[place].page
    for step in (1, 2, -1):
        other = lines[place + step] if 0 <= place + step < len(lines) else None
        if other is None or other.page is not page or len(other.text) > _TITLE_MAX:
            continue
        if (
            credit(other.text) is None
            and role_slugs(other.text)
            and not _may_be_person(other.text)
            and not _EMAIL.search(other.text)
            and not other.text.endswith((".", "?", "!"))
        ):
            return _clean_title(other.text)
    return ""


def _is_customer_voice(line: Line, place: int) -> bool:
    """True for the credit line of a testimonial: that person works elsewhere."""
    previous = line.page.blocks[line.index - 1] if line.index else None
    quoted = previous is not None and (previous.kind == "quote" or previous.text[:1] in '"“„«»‘')
    named = credit(line.text) if place == 0 else None
    return quoted or line.block.kind == "quote" or (named is not None and named[2] != "")


def _bare(name: str) -> str:
    return re.sub(r"^(?:Herr|Frau|Mr\.?|Mrs\.?|Ms\.?|M\.|Mme|Sr\.|Sra\.)\s+", "", name.strip(" ,"))


def _addresses(site: Site, lines: list[Line]) -> dict[str, Fact]:
    """Addresses shown in text or behind a visible mail link, with the text that shows them."""
    found: dict[str, Fact] = {}
    for line in lines:
        for email, quote in shown_emails(line):
            found.setdefault(email, Fact(value=email, evidence=line.quote(quote)))
    return found


def shown_emails(line: Line) -> list[tuple[str, str]]:
    """(address, quote) pairs a block shows, veiled spellings and mail links included."""
    found: list[tuple[str, str]] = []
    if "@" in line.text:
        shown = [match.group().strip(".") for match in _EMAIL.finditer(line.text)]
        found += [(address.casefold(), address) for address in shown]
    for match in (
        _VEILED.finditer(line.text) if "(" in line.text or "[" in line.text or "{" in line.text else ()
    ):
        host = _DOT.sub(".", match["host"])
        found.append((f"{match['local']}@{host}".casefold(), match.group()))
    if line.block.href and line.block.href.startswith("mailto:"):
        address = unquote(urlsplit(line.block.href).path).split(",")[0].strip().casefold()
        if _EMAIL.fullmatch(address) and all(address != email for email, _ in found):
            found.append((address, line.text))
    return found


def _address_of(one: _Found, lines: list[Line], addresses: dict[str, Fact], everyone: list[_Found]) -> str:
    named = [email for email in addresses if _fits(email.split("@")[0], one.name)]
    if named:
        return named[0]
    others = {other.place for other in everyone if other is not one}
    for place in range(one.place, min(len(lines), one.place + _NEAR + 1)):
        line = lines[place]
        if line.page is not one.line.page or (place != one.place and place in others):
            break
        for email, _ in shown_emails(line):
            if not _GENERAL.match(email.split("@")[0]) and not any(
                _fits(email.split("@")[0], other.name) for other in everyone if other is not one
            ):
                return email
    return ""


def _fits(local: str, name: str) -> bool:
    """True when a local part is made of a person's names: first.last, f.last, last, first, flast."""
    words = [re.sub(r"[^a-z]", "", _ascii(word)) for word in _PREFIX.sub("", name).split()]
    words = [word for word in words if len(word) > 1]
    if len(words) < 2:
        return False
    first, last = words[0], words[-1]
    plain = re.sub(r"[^a-z]", "", _ascii(local))
    joined = "".join(words)
    shapes = {
        first + last,
        last + first,
        first[0] + last,
        last + first[0],
        first + last[0],
        last,
        joined,
        first[0] + "".join(words[1:]),
    }
    return plain in shapes or (plain == first and len(first) > 2)


def _ascii(word: str) -> str:
    lowered = (
        word.casefold()
        .replace("ä", "ae")
        .replace("ö", "oe")
        .replace("ü", "ue")
        .replace("ß", "ss")
        .replace("ø", "o")
        .replace("ł", "l")
    )
    return fold(lowered)


def _person(one: _Found, email: str) -> PersonFact:
    roles = sorted(role_slugs(one.title), key=lambda slug: slug not in {"founder", "ceo"})
    return PersonFact(
        name=one.name,
        title=one.title,
        role=roles[0] if roles else "",
        email=email,
        evidence=one.line.quote(one.quote),
    )
