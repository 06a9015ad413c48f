"""What a prospect's site says the company is: its trade, one sentence about it, and whether it is in business.

The industries of a company's customers are not its own: "web design for dentists" is a web agency.
"""

import re
from collections import defaultdict
from collections.abc import Iterable

from domain.accounts import Fact, Standing
from domain.knowledge import Evidence
from language.offline.lexicon.canonical import industry_ancestors, industry_hits
from language.offline.lexicon.matching import Hit, tokens
from language.offline.reading.name import same_company
from language.offline.reading.names import is_person
from language.offline.reading.offer import definition_end, is_call
from language.offline.reading.sentences import MAX_QUOTE, plain, sentences
from language.offline.reading.site import Line, PageKind, Site

_SERVED = re.compile(
    r"\b(?:for|für|pour|para|per|voor|serving|serve[sd]?|helps?|helping|supply(?:ing)?|supplies|"
    r"customers|clients|clientes|clienti|kunden|klanten|"
    r"branchen|industries|beliefern|accompagnons|aidons|ayudamos|aiutiamo|aux|trusted by|used by|"
    r"like|such as|including)\b",
    re.IGNORECASE,
)
_PAGE_WEIGHT = {
    PageKind.HOME: 1.0,
    PageKind.ABOUT: 0.8,
    PageKind.PRODUCT: 0.6,
    PageKind.IMPRINT: 0.5,
    PageKind.CONTACT: 0.4,
    PageKind.OTHER: 0.3,
    PageKind.CAREERS: 0.3,
    PageKind.PRICING: 0.3,
}
_KIND_WEIGHT = {
    "h1": 4.0,
    "h2": 1.5,
    "h3": 1.2,
    "dt": 1.0,
    "li": 0.8,
    "p": 1.0,
    "a": 0.5,
    "td": 0.5,
    "quote": 0.0,
    "button": 0.0,
}
_KEPT = 3
_DECLARED = 5.0  # a word this heavy was chosen by the company for itself
_RULES = (
    (
        Standing.PARKED,
        r"\b(?:(?:this )?domain (?:name )?(?:is|may be) (?:for sale|available)|buy this domain|domain "
        r"(?:is )?parked|parked domain|domain ist geparkt|domein is geparkeerd|domaine est parqué|"
        r"diese domain (?:steht zum verkauf|kann erworben werden|ist zu verkaufen)|domain kaufen|ce "
        r"(?:nom de )?domaine est (?:à vendre|en vente)|"
        r"este dominio está (?:en venta|a la venta)|questo dominio è in vendita|dit domein(?:naam)? is "
        r"te koop|este domínio está à venda|"
        r"[\w.-]+\.[a-z]{2,10} (?:is|ist|est|è|está) (?:for sale|zu verkaufen|à vendre|in vendita|en "
        r"venta|a la venta|te koop|à venda)|[\w.-]+\.[a-z]{2,10} (?:steht|staat) (?:zum verkauf|te "
        r"koop)|"
        r"inquire about this domain|domain steht zum verkauf|make an offer (?:for|on) this domain)\b",
    ),
    (
        Standing.CLOSED,
        r"\b(?:permanently closed|closed (?:its|our) doors|(?:has|have) (?:now )?(?:closed|ceased "
        r"(?:trading|operations|business))|ceased trading|gone out of business|no longer (?:trading|in "
        r"business)|"
        r"in (?:liquidation|insolvency|liquidazione|liquidación)|(?:company|business|shop) is closed(?= "
        r"?[.!]|$)|(?:firma|unternehmen|geschäft) ist geschlossen(?= ?[.!]|$)|entreprise est fermée|"
        r"empresa está cerrada|azienda è chiusa|bedrijf is gesloten|is failliet|faillissement|"
        r"(?:geschäftsbetrieb|betrieb|geschäft|praxis|kanzlei|produktion) "
        r"(?:\w+ ){0,5}(?:eingestellt|aufgegeben|geschlossen)|dauerhaft geschlossen|für immer "
        r"geschlossen|"
        r"insolvenzverfahren|haben (?:\w+ ){0,4}(?:geschlossen|aufgehört)|fermée? définitivement|"
        r"définitivement fermée?|a(?:vons)? cessé (?:son |notre |toute )?activité|liquidation "
        r"judiciaire|"
        r"cerrad[oa] definitivamente|ha(?:mos)? (?:cerrado|cesado)|cese de (?:la )?actividad|ha cessato "
        r"l'attività|chiuso definitivamente|abbiamo (?:chiuso|cessato)|cessata attività|"
        r"definitief gesloten|(?:is|zijn) gestopt met|heeft (?:zijn|haar) deuren gesloten|encerrou (?:a "
        r"|as )?(?:sua )?atividades?|encerrad[oa] definitivamente)\b",
    ),
    (
        Standing.PERSONAL,
        r"\b(?:my personal (?:\w+ )?(?:site|website|blog|page|homepage)|personal (?:blog|homepage|"
        r"website of)|this is (?:my|a) (?:private|personal)|private (?:homepage|website|webseite|seite)|"
        r"meine private|mein (?:privater )?blog|hobby(?:seite|projekt)|page perso\w*|mon blog|site "
        r"personnel|mi (?:blog|página) personal|il mio (?:blog|sito personale)|"
        r"mijn (?:persoonlijke|blog)|o meu blog|not a (?:business|company)|keine firma|not for profit "
        r"hobby|family (?:photos|homepage)|in my spare time)\b",
    ),
)
_STANDING = tuple((standing, re.compile(pattern, re.IGNORECASE)) for standing, pattern in _RULES)
_IN_SHORT = re.compile(
    (
        r"^(?:in short|kort gezegd|in brief|who we are|kurz gesagt|auf einen blick|in kürze|en bref|en "
        r"deux mots|en "
        r"resumen|en pocas palabras|in breve|in het kort|kortom|em resumo)$"
    ),
    re.IGNORECASE,
)
_AS_A = re.compile(
    (
        r"^(?:as an?|als|en tant qu[e']|como|come|enquanto) (?P<what>[^,.]{4,70}),? (?:we|wir|nous|noi|"
        r"wij|kümmern|bieten|on|nos|ci|cuidamos|somos|siamo)\b"
    ),
    re.IGNORECASE,
)
_FIRM = re.compile(
    (
        r"\b(?:we|our (?:team|company|customers|clients)|wir|unser\w*|nous|notre|nuestr\w+|nostr\w+|"
        r"onze|noss\w+|gmbh|ltd|inc)\b"
    ),
    re.IGNORECASE,
)
_I = re.compile(
    (
        r"\b(?:I|my|me|ich|mein\w*|mir|je|mon|ma|mes|yo|mi|mis|io|mio|miei|mia|ik|mijn|eu|meu|minha)\b|"
        r"\bj'|\bvivo\b|\bvis\b"
    ),
    re.IGNORECASE,
)
_DIARY = re.compile(
    (
        r"\b(?:notebook|diary|notizbuch|tagebuch|carnet|journal de|cuaderno|diario|taccuino|dagboek|"
        r"notitieboek|schriftje|caderno|blog of|blog von|blog de)\b"
    ),
    re.IGNORECASE,
)
_ENOUGH = 120  # characters of text that make a company's page


def industries(site: Site, summary: Fact | None, brand: str) -> tuple[Fact, ...]:
    """The company's own industries, best first; wider industries follow with less confidence."""
    scores: dict[str, float] = defaultdict(float)
    quotes: dict[str, tuple[float, Evidence]] = {}
    for text, weight, line in _segments(site):
        for hit, share in _own_hits(text):
            worth = weight * share
            scores[hit.value] += worth
            if line is not None and worth > quotes.get(hit.value, (0.0, None))[0]:
                quotes[hit.value] = (worth, line.quote(_around(text, hit)))
    declared: list[str] = []
    for text, weight, evidence in _self_descriptions(site, summary, brand):
        for hit, share in _own_hits(text):
            scores[hit.value] += weight * share
            if weight * share > _DECLARED:
                declared.append(hit.value)
            if evidence is not None:
                quotes.setdefault(hit.value, (0.0, evidence))
    return _ranked(scores, quotes, declared)


def summary_of(site: Site, brand: str) -> Fact | None:
    """One sentence in which the company says what it does."""
    fallback: Fact | None = None
    for line in site.of(PageKind.HOME, PageKind.ABOUT, PageKind.PRODUCT):
        if line.block.href or line.tag in {"button", "td", "quote"} or line.order > 30:
            continue
        for sentence in line.sentences[:2]:
            words = len(sentence.split())
            if not 5 <= words <= 45 or len(sentence) > MAX_QUOTE or sentence.endswith("?"):
                continue
            if not line.is_heading and definition_end(sentence, brand):
                return Fact(value=plain(sentence), evidence=line.quote(sentence))
            if fallback is None and line.kind == PageKind.HOME and not is_call(sentence):
                fallback = Fact(value=plain(sentence), evidence=line.quote(sentence), confidence=0.6)
    return fallback


def standing_of(site: Site) -> Standing:
    """Whether the site shows a living business."""
    texts = [line.text for line in site.lines if line.kind not in {PageKind.BLOG, PageKind.LEGAL}]
    size = sum(len(line.text) for line in site.lines if not line.in_menu)
    for standing, rule in _STANDING:
        for text in texts:
            if rule.search(text) and _holds(standing, size, texts):
                return standing
    if _is_diary(site, texts):
        return Standing.PERSONAL
    return Standing.ACTIVE if size >= _ENOUGH else Standing.UNKNOWN


def _is_diary(site: Site, texts: list[str]) -> bool:
    """True for a small site that says "I" and never "we", headed by a person's name or a notebook."""
    if len(site.pages) > 4 or not texts:
        return False
    text = " ".join(texts)[:6000]
    alone = len(_I.findall(text))
    heads = [site.pages[0].title, *(line.text for line in site.lines[:4])]
    personal = any(is_person(head) or _DIARY.search(head) for head in heads)
    alone += any(_DIARY.search(head) is not None for head in heads)
    return personal and alone >= 2 and not _FIRM.search(text)


def _holds(standing: Standing, size: int, texts: list[str]) -> bool:
    if standing == Standing.PARKED:
        return size < 3000
    if standing == Standing.PERSONAL:
        return not any(_FIRM.search(text) for text in texts[:40])
    return True


def _self_descriptions(
    site: Site, summary: Fact | None, brand: str
) -> Iterable[tuple[str, float, Evidence | None]]:
    """The words a company chooses for itself: its name, its summary, what follows "Name:" or "In short:"."""
    if brand:
        yield brand, 3.0, None
    if summary is not None:
        yield summary.value, 6.0 if summary.confidence == 1.0 else 3.0, summary.evidence
    for line in site.of(PageKind.HOME, PageKind.ABOUT)[:60]:
        for sentence in line.sentences[:2]:
            lead, _, rest = sentence.partition(": ")
            if rest and len(sentence) <= MAX_QUOTE and (same_company(lead, brand) or _IN_SHORT.match(lead)):
                yield rest, 8.0, line.quote(sentence)
            elif (match := _AS_A.match(sentence)) and len(sentence) <= MAX_QUOTE:
                yield match["what"], 8.0, line.quote(sentence)


def _segments(site: Site) -> Iterable[tuple[str, float, Line | None]]:
    seen: set[str] = set()
    for page in site.pages[:1]:
        yield page.title, 3.0, None
    for line in site.lines:
        weight = _PAGE_WEIGHT.get(line.kind, 0.0)
        if not weight or line.text in seen or line.text[:1] in '"“„«':
            continue
        seen.add(line.text)
        weight *= _KIND_WEIGHT.get(line.tag, 0.8) * (0.25 if line.furniture else 1.0)
        if line.kind == PageKind.HOME and line.order < 8 and not line.furniture:
            weight *= 2.0
        if weight > 0.05:
            yield line.text[:700], weight, line


def _own_hits(text: str) -> list[tuple[Hit, float]]:
    """Industry mentions with the share that speaks of the company itself; each industry once."""
    found: dict[str, tuple[Hit, float]] = {}
    for hit in industry_hits(tokens(text), text):
        before = text[max(0, hit.start - 70) : hit.start]
        sentence = re.split(r"[.!?;|]\s", before)[-1]
        share = (0.03 if _SERVED.search(sentence) else 1.0) * (0.25 if hit.weak else 1.0)
        if hit.value not in found or share > found[hit.value][1]:
            found[hit.value] = (hit, share)
    return list(found.values())


def _around(text: str, hit: Hit) -> str:
    for sentence in sentences(text):
        if text[hit.start : hit.end] in sentence and len(sentence) <= MAX_QUOTE:
            return sentence
    return text[hit.start : hit.end]


def _ranked(
    scores: dict[str, float], quotes: dict[str, tuple[float, Evidence]], declared: list[str]
) -> tuple[Fact, ...]:
    for slug in list(scores):
        for wider in industry_ancestors(slug):
            if wider in scores:
                scores[slug] += scores[wider] * 0.5  # a narrow word explains its wide companion
    ranked = sorted((slug for slug in scores if slug in quotes), key=lambda slug: -scores[slug])
    best = scores[ranked[0]] if ranked else 0.0
    if best < 0.3:
        return ()
    kept = [slug for slug in ranked[:_KEPT] if scores[slug] >= 0.45 * best]
    kept += [slug for slug in dict.fromkeys(declared) if slug not in kept and slug in quotes][:_KEPT]
    facts = {
        slug: Fact(value=slug, evidence=quotes[slug][1], confidence=round(scores[slug] / best, 2))
        for slug in kept
    }
    for slug in kept:
        for wider in industry_ancestors(slug):
            facts.setdefault(
                wider,
                Fact(value=wider, evidence=quotes[slug][1], confidence=round(0.5 * scores[slug] / best, 2)),
            )
    return tuple(facts.values())
