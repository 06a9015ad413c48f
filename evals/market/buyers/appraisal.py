"""How a letter strikes its reader: what it gets right, what it gets wrong, how it sounds, when it comes.

Read from what really arrived. Nothing here knows who sent it or how it was written.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from evals.market.buyers.records import Appraisal, Economics, Mind
from evals.market.world.atlas import Atlas, read_yaml
from evals.market.world.records import Company, Person

_TEMPER = Path(__file__).resolve().parent / "data" / "temper.yaml"
_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)
_NUMBER = re.compile(r"\d[\d.,]*")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n{2,}")
_GREETING = re.compile(r"^\s*(?P<line>[^\n,!:]{2,60})[,!:]\s*$", re.M)
_LONG, _LONGEST = 150, 300  # words
_SAME = 0.8  # share of words in common from which a text is the one before
_OPENS, _CLOSES = 8, 18
_SOON = 2.0  # days


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: a person or a mailbox of a company, their mind, language and zone, and what came before."""

    company: Company
    person: Person | None
    mind: Mind
    language: str
    earlier: Sequence[str] = ()  # texts of unasked letters before this one
    days_since: float = 99.0  # the last of them
    crowd: int = 0  # colleagues who got an unasked letter in the last seven days


@dataclass(frozen=True, slots=True)
class Sheet:
    """The letter as paper: subject, text, local time of arrival, and whether a header offers a way out."""

    subject: str
    text: str
    local: datetime
    one_click: bool


def appraise(atlas: Atlas, seller: Economics, reader: Reader, sheet: Sheet) -> Appraisal:
    """What strikes the reader."""
    body = own_words(sheet.text)
    low = f"{sheet.subject}\n{body}".lower()
    spoken = language_of(body)
    falsehoods = tuple(untruths(atlas, seller, reader.company, body, spoken))
    specific = tuple(_specifics(atlas, reader.company, body))
    greeted = greeting_of(body, reader.person.name, reader.company) if reader.person else ""
    count = len(_WORD.findall(body))
    before = len(reader.earlier)
    features = {
        "relevance": _relevance(seller, reader.mind, low, spoken),
        "named": float(greeted == "right"),
        "wrong_name": float(greeted == "wrong"),
        "company": float(short_name(reader.company.name) in low),
        "specific": min(1.0, len(specific) / 2) if not falsehoods else 0.0,
        "untrue": float(min(2, len(falsehoods))),
        "repeat": float(any(alike(body, own_words(one)) for one in reader.earlier)),
        "pressure": _share(low, "pressure"),
        "flattery": _share(low, "flattery"),
        "promise": _share(low, "promise"),
        "long": min(1.0, max(0, count - _LONG) / (_LONGEST - _LONG)),
        "night": float(sheet.local.weekday() >= 5 or not _OPENS <= sheet.local.hour < _CLOSES),
        "foreign": float(spoken not in {reader.language, "en", ""})
        or 0.4 * float(spoken == "en" != reader.language),
        "no_way_out": float(not sheet.one_click and not marks(low, "way_out")),
        "touch": float(min(before, 6)),
        "soon": float(before > 0 and reader.days_since < _SOON),
        "over": float(max(0, before + 1 - reader.mind.patience)),
        "crowd": float(min(reader.crowd, 4)),
    }
    because = (*(f"false: {one}" for one in falsehoods), *(f"true: {one}" for one in specific))
    return Appraisal({name: round(value, 4) for name, value in features.items()}, because)


def own_words(text: str) -> str:
    """Without the signature and what is quoted."""
    own = text.split("\n-- \n")[0].split("\n--\n")[0]
    return "\n".join(line for line in own.splitlines() if not line.startswith(">"))


def greeting_of(body: str, name: str, company: Company) -> str:
    """Whether the first line names this reader: right, wrong, or nobody."""
    found = _GREETING.search(body.lstrip()[:120])
    if found is None:
        return ""
    own = {part.lower() for part in _WORD.findall(name)}
    said = {part.lower() for part in _WORD.findall(found["line"]) if part[:1].isupper()}
    if said & own:
        return "right"
    others = {part.lower() for one in company.people for part in _WORD.findall(one.name)} - own
    firm = {part.lower() for part in _WORD.findall(company.name)}
    first = _WORD.search(found["line"])
    greets = first is not None and first[0].lower() in _greeting_words()  # "Thank you!" names nobody
    return "wrong" if said & others or (greets and said - firm - _greeting_words()) else ""


@lru_cache(maxsize=1)
def _greeting_words() -> frozenset[str]:
    return frozenset(word for words in _temper()["greeting"].values() for word in words)


def _relevance(seller: Economics, mind: Mind, low: str, spoken: str) -> float:
    """The share of what they care about that the letter speaks of; the first counts most."""
    if not mind.cares:
        return 0.5
    words = {one.name: one.words.get(spoken) or one.words.get("en", ()) for one in seller.topics}
    weights = [1 / (place + 1) for place in range(len(mind.cares))]
    met = sum(
        w for w, name in zip(weights, mind.cares, strict=True) if any(one in low for one in words[name])
    )
    return met / sum(weights)


def untruths(atlas: Atlas, seller: Economics, company: Company, body: str, spoken: str) -> Iterator[str]:
    """What the letter says about its reader's company that is not so."""
    for sentence in _SENTENCE.split(body):
        low = sentence.lower()
        if not (_says(low, "about_you", spoken) or short_name(company.name) in low):
            continue
        yield from _wrong_tools(atlas, company, sentence, low, spoken)
        yield from _wrong_numbers(company, low, spoken)
        if _says(low, "award", spoken):
            yield "an award"


def _wrong_tools(atlas: Atlas, company: Company, sentence: str, low: str, spoken: str) -> Iterator[str]:
    if not _says(low, "uses", spoken):
        return
    own = {name.lower() for _, name in company.technologies}
    for name in (one for names in atlas.technologies.values() for one in names):
        if name in sentence and name.lower() not in own:
            yield f"uses {name}"


def _wrong_numbers(company: Company, low: str, spoken: str) -> Iterator[str]:
    least, most = 0.75 * company.employees, 1.34 * company.employees
    for found in _NUMBER.finditer(low):
        after, before = low[found.end() : found.end() + 24], low[max(0, found.start() - 16) : found.start()]
        number = int(re.sub(r"\D", "", found[0]) or 0)
        of_staff = any(word in after for word in _words("staff", spoken))
        of_start = 1500 < number < 2100 and any(word in before for word in _words("since", spoken))
        if of_staff and not least <= number <= most:
            yield f"{number} people"
        elif of_start and number != company.founded:
            yield f"since {number}"


def _specifics(atlas: Atlas, company: Company, body: str) -> Iterator[str]:
    """What it says that is true of this company and of few others."""
    for group, name in company.technologies:
        if group != "analytics" and re.search(rf"\b{re.escape(name)}\b", body):
            yield name
    if re.search(rf"\b{re.escape(company.address.city)}\b", body):
        yield company.address.city
    for number in (company.employees, company.founded):
        if number >= 10 and re.search(rf"\b{number}\b", body):
            yield str(number)
    trade = atlas.trade(company.language, company.industry, company.kind)
    for offer in trade.offers:
        if offer.lower()[:40] in body.lower():
            yield offer[:40]


def language_of(body: str) -> str:
    """The language of a text by its commonest words; "" when there are too few."""
    found = Counter(_WORD.findall(body.lower()))
    counts = {code: sum(found[word] for word in known) for code, known in _common().items()}
    best = max(counts, key=lambda code: counts[code])
    return best if counts[best] >= 3 else ""


@lru_cache(maxsize=1)
def _common() -> Mapping[str, frozenset[str]]:
    return {code: frozenset(words) for code, words in _temper()["common"].items()}


def alike(one: str, other: str) -> bool:
    """Whether two texts are nearly the same."""
    first, second = set(_WORD.findall(one.lower())), set(_WORD.findall(other.lower()))
    return bool(first and second) and len(first & second) / len(first | second) >= _SAME


def marks(low: str, what: str) -> tuple[str, ...]:
    """Words of a kind (pressure, flattery, promise, way_out) that a text in small letters holds, in any language."""
    return tuple(word for words in _temper()[what].values() for word in words if word in low)


def _share(low: str, what: str) -> float:
    """0, 0.5 or 1: none, one or more marks of this kind."""
    return min(1.0, 0.5 * len(marks(low, what)))


def _says(low: str, what: str, spoken: str) -> bool:
    return _pattern(what, spoken).search(low) is not None


@lru_cache(maxsize=64)
def _pattern(what: str, spoken: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, _words(what, spoken)))})")


def _words(what: str, spoken: str) -> Sequence[str]:
    return _temper()[what].get(spoken) or _temper()[what]["en"]


def short_name(name: str) -> str:
    """A company's name as people write it."""
    return re.sub(r"\s+(gmbh|ltd|llc|inc|sarl|bv|srl|sl|ag|kg|plc|llp)\.?$", "", name.lower()).strip()


@lru_cache(maxsize=1)
def _temper() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return read_yaml(_TEMPER)
