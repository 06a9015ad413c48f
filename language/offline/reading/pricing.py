"""What a company charges, as its pages say it: plans with amounts, trials, quotes on request."""

import re
from dataclasses import dataclass

from language.offline.reading.offer import is_call
from language.offline.reading.price_tables import cell_labels
from language.offline.reading.ranking import Candidate
from language.offline.reading.sentences import MAX_QUOTE, clip, plain
from language.offline.reading.site import Line, PageKind, Site

_AMOUNT = (
    r"(?:(?:€|\$|£|CHF|EUR|USD|GBP|Fr\.|R\$|A\$|C\$|US\$)\s?\d[\d.,'’]*(?:\.?[–-])?(?:\s?k)?"
    r"|\d[\d.,'’]*(?:,[–-])?\s?(?:€|EUR\b|CHF\b|USD\b|GBP\b|£|\$|euros?\b|dollars?\b|kr\b|zł|"
    r"Franken\b|Euro\b))"
)
AMOUNT = re.compile(_AMOUNT, re.IGNORECASE)
_PERIOD = re.compile(
    r"(?:/|\bper\b|\ba\b|\ban\b|\bpro\b|\bpar\b|\bpor\b|\bal\b|\bim\b|\bje\b|\beach\b|\bevery\b|"
    r"\ball['’]|\bp\.)\s?"
    r"(?:calendar )?(?:months?|mo\b|mth|years?|yr|users?|seats?|employees?|days?|hours?|hr\b|sites?|"
    r"locations?|persons?|people|person|members?|"
    r"monat|jahr|nutzer|mitarbeiter|stunde|tag|benutzer|arbeitsplatz|person|mois|an\b|utilisateur|"
    r"heure|jour|personne|mes\b|año|usuario|hora|día|"
    r"mese|anno|utente|ora|giorno|maand|jaar|gebruiker|uur|mês|ano|utilizador|kg|kilo|m²|sqm|piece|"
    r"stück|pièce|order|"
    r"room|zimmer|night|nacht|nuit|noche|session|sitzung|placement|project|word|device|endpoint|"
    r"server|lesson|visit)"
    r"|\b(?:monthly|yearly|annually|monatlich|jährlich|mensuel\w*|par an|anual\w*|mensual\w*|"
    r"mensil\w*|annuo|maandelijks)\b",
    re.IGNORECASE,
)
_FROM = re.compile(
    r"\b(?:from|starting at|starts? at|starting from|ab|à partir de|dès|desde|a partir de|da|a "
    r"partire da|vanaf|only|nur|costs?|"
    r"kostet|coûte|cuesta|costa|kost|fee|price|preis|prix|precio|prezzo|prijs|flat rate|pauschal\w*|"
    r"festpreis|tarif)\b",
    re.IGNORECASE,
)
_NOT_A_PRICE = re.compile(
    r"\b(?:revenue|raised|funding|fined?|penalt\w+|million|billion|saved?|saves|saving|savings|"
    r"spart|sparen|ersparnis|ahorr\w+|économis\w+|risparmi\w*|bespar\w+|umsatz|investition\w*|"
    r"investi\w*|salary|gehalt|"
    r"budget|worth|turnover|profit|valued|cost us|spent|spend|loss|mio|mrd|millionen|milliarden|"
    r"bußgeld\w*|amende|"
    r"chiffre d'affaires|facturación|fatturato|grant|prize|spende|donat\w+|compensation|bonus|"
    r"earn\w*|wage|capital|stammkapital)\b",
    re.IGNORECASE,
)
_MODEL = re.compile(
    r"\b(?:free(?:\s+\d+[- ]day)? trial|\d+[- ]day (?:free )?trial|\d+ days? free|free plan|free "
    r"tier|free forever|freemium|pay[- ]as[- ]you[- ]go|"
    r"pay per (?!click)\w+|no set-?up fees?|no credit card|billed (?:annually|monthly|yearly)|"
    r"annual billing|cancel any ?time|fixed price|flat fee|hourly rate|"
    r"money[- ]back|(?<!no )per[- ]seat pricing|custom pricing|pricing on request|prices? on "
    r"request|contact us for (?:pricing|a quote|prices)|request a quote|"
    r"(?:free|no-obligation) quote|subscription-based|paid (?:hosted )?(?:service|subscription)|"
    r"subscription fee|placement fee|percentage of (?:the )?\w+|"
    r"% of (?:the )?(?:first[- ]year|annual|gross)\b|kostenlos (?:testen|ausprobieren)|kostenlose "
    r"testphase|\d+ tage (?:kostenlos|gratis|testen)|auf anfrage|"
    r"preis auf anfrage|individuelles angebot|unverbindliches angebot|kostenloses? angebot|"
    r"kostenvoranschlag|festpreis\w*|monatlich kündbar|essai gratuit|sur devis|devis gratuit|"
    r"sans engagement|tarifs? sur demande|prueba gratuita|prueba gratis|presupuesto (?:gratuito|sin "
    r"compromiso|gratis)|precio a consultar|sin compromiso|"
    r"prova gratuita|preventivo gratuito|preventivo personalizzato|prezzo su richiesta|senza "
    r"impegno|gratis proef\w*|offerte (?:op maat|aanvragen)|vrijblijvende offerte|"
    r"prijs op aanvraag|teste grátis|orçamento (?:gratuito|sem compromisso)|preço sob consulta|"
    r"(?:traffic|usage|volume)[- ]based (?:plans?|pricing)|"
    r"minimum order|mindestbestellwert|franco de port|discount for \w+|introductory discount)\b",
    re.IGNORECASE,
)
_ASKS = re.compile(
    (
        r"^(?:if|example|start|sign|try|get|book|request|explore|see|view|learn|contact|jetzt|testen|"
        r"essayez|prueba|provalo)\b"
    ),
    re.IGNORECASE,
)
_SECTION = re.compile(
    (
        r"\b(?:pricing|prices?|plans?|preise?|tarife?|tarifs?|precios|prezzi|listino|prijzen|preços|"
        r"packages|pakete|rates|fees|honorare?|conditions?)\b"
    ),
    re.IGNORECASE,
)
_PAGES = (
    PageKind.PRICING,
    PageKind.HOME,
    PageKind.PRODUCT,
    PageKind.AUDIENCE,
    PageKind.UNFIT,
    PageKind.ABOUT,
    PageKind.CONTACT,
    PageKind.OTHER,
    PageKind.COMPARE,
)
_NEVER_BEFORE = re.compile(r"^[\"“„«‘]")


@dataclass(frozen=True)
class _Term:
    """A way of paying; one sentence per topic is enough."""

    topic: str
    candidate: Candidate


def prices(site: Site, brand: str) -> list[Candidate]:
    """Amounts with what they pay for, and how one pays."""
    found: list[Candidate] = []
    terms: dict[str, Candidate] = {}
    named = {page.url: cell_labels(page, AMOUNT) for page in site.pages}
    for line in site.of(*_PAGES):
        if _NEVER_BEFORE.match(line.text) or line.tag == "quote":
            continue
        on_price_page = line.kind == PageKind.PRICING
        in_section = on_price_page or _SECTION.search(line.block.heading) is not None
        for sentence in line.sentences:
            if len(sentence) <= MAX_QUOTE:
                found += _amount(line, sentence, in_section, named[line.page.url])
                for term in _terms(line, sentence, in_section):
                    known = terms.get(term.topic)
                    if known is None or term.candidate.score > known.score:
                        terms[term.topic] = term.candidate
    return [*found, *terms.values()]


def _amount(line: Line, sentence: str, in_section: bool, named: dict[int, str]) -> list[Candidate]:
    match = AMOUNT.search(sentence)
    if match is None or _NOT_A_PRICE.search(sentence) or _foreign(line):
        return []
    periodic = _PERIOD.search(sentence, match.start()) is not None
    if not (
        in_section
        or (periodic and len(sentence.split()) <= 30)
        or _FROM.search(sentence[: match.start()][-30:])
    ):
        return []
    if len(sentence.split()) <= 8 and not periodic and not in_section:
        return []
    score = 5.0 + (2.0 if periodic else 0.0) + (2.0 if in_section else 0.0) - min(line.order, 100) / 100
    return [Candidate(_labelled(line, sentence, named.get(line.index, "")), line.quote(sentence), score)]


def _foreign(line: Line) -> bool:
    """True where the price may be a rival's."""
    return line.kind == PageKind.COMPARE


def _terms(line: Line, sentence: str, in_section: bool) -> list[_Term]:
    match = _MODEL.search(sentence)
    if (
        match is None
        or is_call(sentence)
        or not 2 <= len(sentence.split()) <= 32
        or line.block.href
        or line.tag in {"button", "td"}
    ):
        return []
    if AMOUNT.search(sentence) and _NOT_A_PRICE.search(sentence):
        return []
    home = 1.0 if line.kind in {PageKind.HOME, PageKind.PRICING} else 0.0
    asks = 1.0 if _ASKS.match(sentence) or _foreign(line) else 0.0
    short = 0.5 if len(sentence.split()) <= 14 else -1.0
    score = 3.5 + home + short - asks + (1.0 if in_section else 0.0)
    return [_Term(_topic(match.group()), Candidate(clip(plain(sentence), 140), line.quote(sentence), score))]


def _labelled(line: Line, sentence: str, named: str) -> str:
    """The sentence, with the plan it belongs to when the sentence is only an amount."""
    heading = plain(named or _beside(line) or line.block.heading)
    short = len(sentence.split()) <= 5
    value = plain(sentence)
    if (
        short
        and heading
        and len(heading.split()) <= 7
        and not line.is_heading
        and heading.casefold() not in value.casefold()
    ):
        return f"{heading}: {value}"
    return clip(value, 140)


def _beside(line: Line) -> str:
    """The table cell before an amount names what it pays for."""
    blocks = line.page.blocks
    before = blocks[line.index - 1] if line.index else None
    if line.block.kind != "td" or before is None or before.kind != "td" or AMOUNT.search(before.text):
        return ""
    return before.text if len(before.text.split()) <= 6 else ""


def _topic(words: str) -> str:
    """Trials in any wording are one topic; other terms stand for themselves."""
    lowered = words.casefold()
    topics = {
        "trial": (
            "trial",
            "days free",
            "testen",
            "testphase",
            "ausprobieren",
            "essai",
            "prueba",
            "prova",
            "proef",
            "teste",
        ),
        "quote": (
            "quote",
            "anfrage",
            "angebot",
            "devis",
            "presupuesto",
            "preventivo",
            "offerte",
            "orçamento",
            "request",
            "custom",
        ),
        "subscription": ("subscription", "paid"),
        "discount": ("discount",),
        "volume": ("based p",),
    }
    return next((topic for topic, parts in topics.items() if any(part in lowered for part in parts)), lowered)
