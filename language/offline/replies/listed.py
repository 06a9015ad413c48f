"""Answers about what our own site lists: the prices of plans, and customers by name. Nothing is added to the list.

No discount, no estimate, no promise: what the site does not list is not told here.
"""

import re
from collections.abc import Sequence

from domain.icp import ProfileFact
from language.offline.reading.pricing import AMOUNT
from language.offline.talk.material import Sentence

_MOST = 6
_PRICE = re.compile(
    r"\b(?:pric(?:e|es|ing)|costs?|charge|fees?|how much (?:is|are|for|do|would|per|a month)|preise?|preislich|"
    r"kost(?:et|en)?|teuer|tarife?|prix|tarifs?|co[uû]t(?:e|er|erait|ent|s)?|precios?|cuesta\w*|costar\w*|tarifas?|"
    r"prezz[oi]|costa\w*|costi|prijs|prijzen|tarief|tarieven|preço\w*|custa\w*)\b",
    re.I,
)
# Asked about one of these, a list of plans would not be the answer.
_APART = re.compile(
    r"\b(?:discount|rebate|cheaper|rabatt|nachlass|set-?up|install|onboard|implement|migrat|train|schulung|"
    r"einrichtung|einführung|integrat|support|cancel|kündig|contract|vertrag|trial|test|free|kostenlos|gratis|consult|"
    r"saves?|saving|spar|refund|shipping|versand|deliver|remise|descuento|sconto|korting|than\b|als bei|negotia)",
    re.I,
)
_WHO = re.compile(
    r"\b(?:who (?:else )?(?:(?:is |are )?us(?:es|ing)|works? with you|buys|(?:is|are) (?:your|already))|"
    r"(?:which|what|any) (?:\S+ ){0,3}(?:compan\w+|firms?|customers?|clients?|businesses|references?)|"
    r"(?:your|name some|have) (?:\S+ )?(?:customers|clients|references)|"
    r"wer (?:\S+ ){0,5}(?:nutzt|verwendet|benutzt|einsetzt|setzt|arbeitet)|"
    r"welche (?:\S+ ){0,3}(?:firmen|unternehmen|kunden|referenzen|betriebe)|ihre kunden|referenzkunden|referenzen|"
    r"qui (?:\S+ ){0,3}(?:utilise|travaille)|quels clients|vos clients|quién (?:\S+ ){0,3}(?:usa|utiliza)|"
    r"qué clientes|chi (?:\S+ ){0,3}(?:usa|utilizza)|quali clienti|wie (?:\S+ ){0,3}gebruikt|welke klanten)\b",
    re.I,
)
_ELSE = re.compile(r"\bwho else\b.*\b(?:us(?:es|ing)|work\w*|buys?|bought|customers?|clients?)\b", re.I)
_SAID = {
    "en": ("From the price list on our site:", "From our site, customers by name:"),
    "de": ("Auf unserer Seite stehen diese Preise:", "Auf unserer Seite stehen diese Kunden:"),
}
_PLAN = re.compile(r"^(?P<plan>.+), (?P<row>[^,:]+): (?P<amount>[^:]+)$")
_WORD = re.compile(r"[^\W\d_]{2,}")


def listed(question: str, facts: Sequence[ProfileFact], lang: str) -> list[list[Sentence]]:
    """Paragraphs that answer a question about list prices or customers; none when it asks for something else."""
    if _PRICE.search(question) and not _APART.search(question):
        return _prices([fact for fact in facts if fact.field == "pricing"], lang)
    if _WHO.search(question) or _ELSE.search(question):
        return _customers([fact for fact in facts if fact.field == "customer"], lang)
    return []


def _prices(facts: Sequence[ProfileFact], lang: str) -> list[list[Sentence]]:
    lines = [Sentence(f"- {_line(fact)}", fact.evidence, "price") for fact in facts if _labelled(fact)]
    return [[Sentence(_SAID[lang][0])], lines[:_MOST]] if lines else []


def _labelled(fact: ProfileFact) -> bool:
    """An amount with what it pays for, each word of it quoted."""
    label, _, amount = fact.value.rpartition(": ")
    quotes = " ".join(one.quote for one in fact.evidence).casefold()
    return (
        bool(label)
        and AMOUNT.search(amount) is not None
        and all(word.casefold() in quotes for word in _WORD.findall(fact.value))
    )


def _line(fact: ProfileFact) -> str:
    match = _PLAN.match(fact.value)
    if match is None:
        return fact.value
    return f"{match['plan']}: {match['amount']} ({match['row']})"


def _customers(facts: Sequence[ProfileFact], lang: str) -> list[list[Sentence]]:
    lines = [
        Sentence(f"- {fact.value.strip()}", fact.evidence[:1], "customer")
        for fact in facts
        if fact.value.strip().casefold() in fact.evidence[0].quote.casefold()
    ]
    return [[Sentence(_SAID[lang][1])], lines[:_MOST]] if lines else []
