"""To whom a company sells, in its own words: sentences with a "for …", pages and lists made for an audience."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from domain.knowledge import Evidence
from language.offline.lexicon.canonical import (
    industry_hits,
    industry_slugs,
    role_slugs,
    size_terms,
    technology_names,
)
from language.offline.lexicon.matching import tokens
from language.offline.reading.sentences import MAX_QUOTE, plain
from language.offline.reading.site import Line, PageKind, Site, key

_STRONG = (
    r"\b(?:built|made|designed|created|perfect|ideal|tailored|developed|suited|suitable|crafted|"
    r"optimi[sz]ed|purpose-built|loved)"
    r"(?: specifically| especially)? (?:for|by)|\b(?:we|which|and|it|platform|software|team|agency|"
    r"that) (?:help|helps|serve|serves|support|supports|advise|advises|"
    r"partner with|partners with|work with|works with|work for|suppl(?:y|ies)|equips?|represents?|"
    r"empowers?|protects?|places? \w+ at|staffs?)"
    r"|\b(?:fournit|livre|équipe|accompagne|conseille|aide|forme|"
    r"approvisionne)\b(?:[^.;]{0,90}?)\b(?:les|des|aux)"
    r"|\bwir arbeiten (?:eng )?(?:mit|für)|\bbeliefert|\bberät|\bbetreut"
    r"|\bour (?:clients|customers|users) (?:are|include|range from)|\bhelping|\bserving|\bused by|"
    r"\btrusted by|\bpartner (?:of|for|to)"
    r"|\bif you (?:run|own|manage|operate)(?: an?| your own)?"
    r"|\bentwickelt für|\brichtet sich an|\bzugeschnitten auf|\bspezialisiert auf|\bunsere kunden "
    r"sind|\bpartner (?:für|der|von)"
    r"|\bwir (?:unterstützen|beliefern|beraten|helfen|betreuen|begleiten|bedienen)|\bpartenaire "
    r"des?|\bau service des?"
    r"|\bnous (?:accompagnons|aidons|livrons|conseillons|équipons|fournissons|servons)|"
    r"\bdestinée?s? aux?|\bconçue?s? pour"
    r"|\b(?:ayudamos|acompañamos|asesoramos|servimos) a|\bdirigid[oa]s? a|\bdiseñad[oa]s? para|"
    r"\bpensad[oa]s? para"
    r"|\b(?:aiutiamo|serviamo|supportiamo|forniamo)|\brivolt[oa] a|\bpensat[oa] per|\bprogettat[oa] "
    r"per|\bpartner (?:per|di)"
    r"|\b(?:wij|we) (?:helpen|ondersteunen|adviseren|leveren aan)|\bontwikkeld voor|\bspeciaal voor"
    r"|\b(?:ajudamos|apoiamos|atendemos)|\bdesenvolvid[oa] para|\bfeit[oa] para"
)
_COUNTED = re.compile(r"(?<![\w.,€$£])\d[\d.,' ]*\+?\s+(?P<who>[^\W\d_]{4,}(?:[ -][^\W\d_]{4,})?)")
_ONE_THING = re.compile(r"the [^\W\d_]+[^s\W\d_]$", re.IGNORECASE)  # "the warehouse" is part of a customer
_SELLS_GOODS = re.compile(
    r"\b(?:shops?|stores?|retailers?|händler|tiendas?|boutiques?|negozi[o]?|winkels?)\s$", re.IGNORECASE
)
WITH_US = re.compile(
    (
        r"\b(?:us|our|uns|unser\w*|nous|notre|nos|nuestr\w+|nosotros|noi|nostr\w+|ons|onze|trust|use|"
        r"rely|audited|equipped|served|chosen)\b"
    ),
    re.IGNORECASE,
)
_WEAK = r"\b(?:for|für|pour|para|per|voor)\b"
_CUE = re.compile(rf"(?P<strong>(?:{_STRONG})(?!\w))|(?P<weak>{_WEAK})", re.IGNORECASE)
_STOP = re.compile(
    r"\s(?=\d)|\b(?:ab|unter|über|from|under|over)\b|\bof (?:one|two|all|any|every|up|\d)|\bde "
    r"l['’]|\bde la\b|\bdu\b|\bdella\b|\bdel\b|[.;:!?()\"“”|–—]|\s-\s|\b(?:who|that|which|to|with|"
    r"without|so|from|by|in|on|at|when|where|while|because|since|whose|than|as|"
    r"across|around|through|into|via|using|every|is|are|was|can|will|we|you|our|"
    r"die|der|das|mit|ohne|bei|im|in|aus|zu|zur|zum|von|seit|wir|damit|sowie|dabei|durch|zusammen|"
    r"qui|que|avec|sans|dans|chez|depuis|afin|grâce|par|sur|à|au|"
    r"con|sin|desde|en|su|sus|che|senza|dal|nel|nella|met|zonder|om|uit|naar|com|sem|não)\b",
    re.IGNORECASE,
)
_SPLIT = re.compile(
    (
        r"\s*(?:,|/|\band\b|\bund\b|\bet\b|\by\b|\be\b|\ben\b|\bou\b|\bor\b|\boder\b|\bsowie\b|\bas "
        r"well as\b)\s*"
    ),
    re.IGNORECASE,
)
_DETERMINER = re.compile(
    r"^(?:(?:the|a|an|all|any|many|most|some|both|other|more|busy|our|ambitious|thousands of|"
    r"hundreds of|dozens of|over \d\S*|\d\S*\+?|"
    r"alle|viele|les|des|la|le|los|las|el|i|gli|de|het|os|as|aux|einzelne|unsere)\s+|[ld]['’])+(?=\w)",
    re.IGNORECASE,
)
_GROUP = re.compile(
    r"\b(?:teams?|companies|businesses|start-?ups|agencies|owners?|founders|marketers|developers|"
    r"professionals|organi[sz]ations|"
    r"brands|shops|stores|merchants|retailers|manufacturers|firms|practices|clinics|operators|"
    r"enterprises|freelancers|creators|"
    r"managers|makers|employers|landlords|tenants|investors|publishers|institutions|families|"
    r"homeowners|patients|candidates|"
    r"households|municipalities|suppliers|dealers|contractors|builders|producers|distributors|"
    r"leaders|smes?|smbs?|"
    r"unternehmen|betriebe|firmen|kunden aus|handwerker|händler|hersteller|praxen|kanzleien|"
    r"mittelstand|selbstständige|"
    r"privatkunden|geschäftskunden|gewerbekunden|hausverwaltungen|gemeinden|vereine|industriekunden|"
    r"entreprises|professionnels|artisans|commerçants|particuliers|pme|indépendants|collectivités|"
    r"restaurateurs|boulangers|"
    r"empresas|profesionales|particulares|pymes|negocios|autónomos|aziende|imprese|professionisti|"
    r"privati|artigiani|"
    r"bedrijven|ondernemers|mkb|particulieren|professionals|negócios|profissionais)\b",
    re.IGNORECASE,
)
_NOT_AUDIENCE = re.compile(
    r"\b(?:you|your|us|me|everyone|everybody|free|example|instance|now|today|more|life|years?|"
    r"months?|days?|hours?|sale|rent|help|"
    r"information|details|pricing|demo|trial|support team|each|one|this|these|it|them|sie|ihre?|uns|"
    r"vous|votre|nous|usted|"
    r"google|analytics|products?|features?|services?|people who|decades|generations|growth|success|"
    r"free analytics|reason|ever|not|no|nicht|pas)\b",
    re.IGNORECASE,
)
_WHO_HEADING = re.compile(
    r"^(?:who (?:it'?s|we|this is|is it|uses)\b.*|industries(?: we serve)?|sectors?(?: we serve)?|"
    r"our (?:clients|customers|markets)|"
    r"markets|built for|made for|für wen.*|branchen|unsere (?:branchen|kunden|zielgruppen)|"
    r"zielgruppen|pour qui.*|secteurs|nos secteurs|"
    r"nos clients|para quién.*|sectores|a chi .*|settori|voor wie.*|branches|sectoren|para quem.*|"
    r"setores|solutions for|by industry|"
    r"by (?:role|team)|use cases?|industries|markets we serve|einsatzbereiche)\W*$",
    re.IGNORECASE,
)
_FOR_PATH = re.compile(r"^(?:for|fuer|für|pour|para|voor|per)-(?P<who>.+)$", re.IGNORECASE)
_SECTION_PATH = re.compile(
    r"^(?:solutions?|loesungen|lösungen|industr(?:y|ies)|branchen|secteurs|sectors?|soluciones|"
    r"soluzioni|settori|oplossingen|"
    r"who-we-serve|markets?|zielgruppen|sectores|branches)$",
    re.IGNORECASE,
)


_PRONOUN = re.compile(
    r"(?:but |and |yet |aber |mais )?(?:it|they|this|that|es|sie|il|elle|ils|esto|questo)\b", re.IGNORECASE
)
_EARLY = 8  # lines of a page that are still its promise
_SAID = {
    PageKind.HOME: 6.0,
    PageKind.AUDIENCE: 4.0,
    PageKind.ABOUT: 5.0,
    PageKind.PRODUCT: 3.5,
    PageKind.PRICING: 2.5,
    PageKind.OTHER: 2.0,
    PageKind.CUSTOMERS: 2.0,
}
_PROMINENT = frozenset({PageKind.HOME, PageKind.AUDIENCE, PageKind.ABOUT, PageKind.PRODUCT})


@dataclass(frozen=True)
class Audience:
    """A group the company sells to: the phrase, what it means, the quote and our confidence."""

    value: str
    industries: tuple[str, ...]
    roles: tuple[str, ...]
    sizes: tuple[str, ...]
    evidence: Evidence
    score: float

    @property
    def identity(self) -> str:
        """What makes two audiences the same."""
        return "+".join(self.industries or self.roles) or key(self.value)


def audiences(site: Site, rivals: Collection[str] = ()) -> list[Audience]:
    """Groups the site says it serves, best first; several quotes for one group stay separate.

    Sentences that begin with a rival's name speak of the rival's audience and are skipped.
    """
    found = [*_audience_pages(site, rivals), *_listed(site), *_said(site, rivals)]
    return sorted(found, key=lambda one: -one.score)


def about_rival(sentence: str, rivals: Collection[str]) -> bool:
    """True when the subject of a sentence is a rival, or a complaint about one."""
    start = sentence[:60].casefold()
    if any(rival.casefold() in start for rival in rivals):
        return True
    tools = set(technology_names(sentence[:60])) if rivals else set()
    return bool(tools) and bool(tools & {name for rival in rivals for name in technology_names(rival)})


def groups(sentence: str) -> list[tuple[str, bool]]:
    """Audience phrases of one sentence, with whether the wording is explicit ("built for …")."""
    found: list[tuple[str, bool]] = []
    for counted in _COUNTED.finditer(sentence) if WITH_US.search(sentence) else ():
        words = counted["who"].split()
        for piece in (" ".join(words), words[0]):
            if industry_slugs(piece) and _is_group(piece):
                found.append((piece, True))
                break
    for cue in _CUE.finditer(sentence):
        rest = sentence[cue.end() :]
        stop = _STOP.search(rest)
        phrase = rest[: stop.start()] if stop else rest
        if cue["weak"] and _SELLS_GOODS.search(sentence[: cue.start()]):
            continue  # "an online shop for shoes": goods, not an audience
        pieces = [
            _clean(piece) for piece in _SPLIT.split(phrase[:120]) if not _ONE_THING.match(piece.strip())
        ]
        if pieces and not _NOT_AUDIENCE.search(pieces[0]):  # "for years, alongside schools" is no audience
            found += [(piece, bool(cue["strong"])) for piece in pieces if _is_group(piece)]
    return list(dict.fromkeys(found))


def _clean(piece: str) -> str:
    piece = re.sub(r"^.*\b(?:for|für|pour|para|per|voor)\s+(?=\w)", "", piece, flags=re.IGNORECASE)
    bare = re.sub(r"^(?:for|für|pour|para|per|voor|andere|other)\s+", "", piece.strip(), flags=re.IGNORECASE)
    return plain(_DETERMINER.sub("", bare))


def _is_group(piece: str) -> bool:
    words = piece.split()
    if not 1 <= len(words) <= 6 or len(piece) < 3 or _NOT_AUDIENCE.search(piece):
        return False
    if re.search(r"\b(?:websites?|sites|pages|data|content|products|software)$", piece, re.IGNORECASE):
        return False
    if industry_slugs(piece) or role_slugs(piece):
        return True
    return len(words) > 1 and _GROUP.search(piece) is not None


def _audience(value: str, evidence: Evidence, score: float, lang: str = "") -> Audience:
    roles = role_slugs(value)
    hits = industry_hits(tokens(value), value)
    if roles:  # "editors" are people here, though "editore" is a publisher elsewhere
        hits = [hit for hit in hits if hit.lang in {"en", lang}]
    industries = tuple(dict.fromkeys(hit.value for hit in hits))
    return Audience(value, industries, roles, size_terms(value), evidence, score)


def _said(site: Site, rivals: Collection[str]) -> list[Audience]:
    found = []
    for line in site.of(*_SAID):
        if line.tag in {"quote", "button", "td"} or line.text[:1] in '"“„«':
            continue
        worth = _SAID[line.kind] + (1.5 if line.order < _EARLY or line.is_heading else 0.0)
        before = ""
        for sentence in line.sentences[:6]:
            subject = f"{line.block.heading[-40:]} {before}" if _PRONOUN.match(sentence) else sentence
            if len(sentence.split()) >= 2 and len(sentence) <= MAX_QUOTE and not about_rival(subject, rivals):
                found += _from_sentence(line, sentence, worth)
            before = sentence
    return found


def _from_sentence(line: Line, sentence: str, worth: float) -> list[Audience]:
    found = []
    prominent = (line.is_heading or line.order < _EARLY) and line.kind in _PROMINENT
    for phrase, explicit in groups(sentence):
        if not line.is_heading and _is_proper(phrase):
            continue
        known = bool(industry_slugs(phrase) or role_slugs(phrase))
        if (explicit and (known or line.kind in _PROMINENT)) or (known and prominent):
            score = worth + (1.0 if explicit else 0.0) + (1.5 if known else 0.0)
            found.append(_audience(phrase, line.quote(sentence), score, line.page.lang[:2]))
    return found


def _is_proper(phrase: str) -> bool:
    """True for the name of one company: several words, all capitalised, in running text."""
    words = phrase.split()
    return len(words) > 1 and all(word[:1].isupper() for word in words)


def _listed(site: Site) -> list[Audience]:
    """Entries under a heading such as "Who we serve"."""
    found = []
    for line in site.lines:
        if line.kind in {PageKind.BLOG, PageKind.LEGAL, PageKind.CAREERS} or not _WHO_HEADING.match(
            line.block.heading
        ):
            continue
        text = _clean(line.text)
        short = line.tag in {"li", "a", "h3", "h4", "dt"} and len(text.split()) <= 5
        if short and (industry_slugs(text) or role_slugs(text)) and not _NOT_AUDIENCE.search(text):
            found.append(_audience(text, line.quote(), 7.0))
    return found


def _audience_pages(site: Site, rivals: Collection[str]) -> list[Audience]:
    """Pages made for one audience, e.g. /for-agencies; the menu's wording names it."""
    menu = {
        line.block.href: line
        for line in reversed(site.lines)
        if line.block.href and len(line.text.split()) <= 4
    }
    found = []
    for page in site.pages:
        words = _path_words(page.url)
        if not words:
            continue
        label = menu.get(page.url) or menu.get(page.url.rstrip("/")) or menu.get(page.url + "/")
        value = plain(label.text) if label is not None and _names_audience(label.text) else words
        lines = [line for line in site.lines if line.page is page and not line.furniture]
        found += _page_audience(value, lines, label, rivals)
    return found


def _page_audience(
    value: str, lines: list[Line], label: Line | None, rivals: Collection[str]
) -> list[Audience]:
    if not _names_audience(value):
        return []
    wanted = {token.stem for token in tokens(value)}
    slugs = set(industry_slugs(value)) | set(role_slugs(value))
    value = _clean(value)
    value = value[:1].upper() + value[1:]
    for line in lines[:25]:
        for sentence in line.sentences[:4]:
            meant = slugs & (set(industry_slugs(sentence)) | set(role_slugs(sentence)))
            if len(sentence) > MAX_QUOTE or about_rival(sentence, rivals):
                continue
            if meant or wanted <= {token.stem for token in tokens(sentence)}:
                return [_audience(value, line.quote(sentence), 9.0)]
    return [_audience(value, label.quote(), 7.0)] if label is not None else []


def _names_audience(text: str) -> bool:
    return bool(industry_slugs(text) or role_slugs(text) or _GROUP.search(text)) and not _NOT_AUDIENCE.search(
        text
    )


def _path_words(url: str) -> str:
    segments = [unquote(part) for part in urlsplit(url).path.split("/") if part]
    if not segments:
        return ""
    last = re.sub(r"\.html?$", "", segments[-1])
    if match := _FOR_PATH.match(last):
        return match["who"].replace("-", " ")
    if len(segments) > 1 and _SECTION_PATH.match(segments[-2]):
        return last.replace("-", " ")
    return ""
