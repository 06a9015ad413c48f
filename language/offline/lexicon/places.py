"""Countries, regions, big cities and time zones: from names in several languages to codes.

Knows no addresses; "us" the pronoun, Polish your résumé and Turkey sandwiches are not countries.
"""

import re
from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

import yaml

from language.offline.lexicon.matching import Hit, PhraseIndex, Token, fold, tokens

_NAME_LANGUAGES = (
    "en",
    "de",
    "fr",
    "es",
    "nl",
    "it",
    "pt",
    "sv",
    "da",
    "nb",
    "fi",
    "pl",
    "cs",
)
_SHOUTED = {"US", "UK", "EU", "USA", "UAE"}
_BEFORE_LANGUAGE = {
    "in",
    "speak",
    "speaks",
    "speaking",
    "auf",
    "en",
    "em",
    "spricht",
    "sprechen",
    "into",
    "translated",
}
_LANGUAGE_WORDS = re.compile(
    r"\b(?:German|French|Spanish|Italian|Dutch|Portuguese|Polish|Danish|Swedish|Norwegian|Finnish|"
    r"Chinese|Japanese|"
    r"Korean|Turkish|Russian|Ukrainian|Greek|Czech|Hungarian|Romanian|deutsch|français|español|"
    r"italiano|português|"
    r"französisch|spanisch|italienisch|nederlands)\b",
    re.IGNORECASE,
)
_AMERICAN = {
    "US",
    "USA",
    "Atlanta",
    "Savannah",
    "Augusta",
    "Florida",
    "Alabama",
    "Tennessee",
    "GA",
    "Texas",
}
_VERB_AFTER = {"your", "the", "up", "it", "this", "and", "my", "our"}


def country_codes(text: str) -> tuple[str, ...]:
    """ISO 3166 alpha-2 codes of countries and regions a text names; a region gives all its members."""
    codes = [code for hit in country_hits(tokens(text), text) for code in hit.value.split()]
    return tuple(dict.fromkeys(codes))


def country_hits(words: Sequence[Token], text: str) -> list[Hit]:
    """Every mention of a country or region; a region's value holds several codes separated by spaces."""
    return [hit for hit in _country_index().find(words) if hit.value and not _is_false(hit, words, text)]


def country_label(code: str, lang: str = "en") -> str:
    """The country's name for people; the code when it is unknown."""
    return _territories(lang).get(code.upper(), code)


def city_hits(words: Sequence[Token]) -> list[Hit]:
    """Big cities named in a text; the value is the country code."""
    return [hit for hit in _city_index().find(words) if words[hit.first].text[:1].isupper()]


def city_country(city: str) -> str:
    """The country of a big city whose name belongs to one country only, else ""."""
    hits = [hit for hit in _city_index().search(city)]
    return hits[0].value if len(hits) == 1 else ""


def zones_of(country: str, city: str = "") -> tuple[str, ...]:
    """IANA zones where companies of a country work; a known city or state narrows them; unknown → ()."""
    code = country.upper()
    zones = _country_zones(code)
    if len(zones) < 2 or not city:
        return zones
    named = {hit.value for hit in _zone_index().search(city)} & set(zones)
    own = {zone for zone in zones if fold(zone.rsplit("/", 1)[-1].replace("_", " ")) == fold(city.strip())}
    return tuple(zone for zone in zones if zone in (named or own)) or zones


def _is_false(hit: Hit, words: Sequence[Token], text: str) -> bool:
    """True for shouted text ("CONTACT US"), verbs ("Polish your …") and language names ("in German")."""
    word = words[hit.first]
    before = words[hit.first - 1] if hit.first else None
    after = words[hit.last] if hit.last < len(words) else None
    if hit.last - hit.first > 1:
        return False
    if word.text in _SHOUTED:
        return _shouted(before, after)
    if word.text == "Georgia" and ({other.text for other in words} & _AMERICAN):
        return True
    if word.text == "Polish" and after is not None and after.fold in _VERB_AFTER:
        return True
    return bool(_LANGUAGE_WORDS.fullmatch(word.text)) and _is_language(before, after, words, hit)


def _shouted(before: Token | None, after: Token | None) -> bool:
    near = [word for word in (before, after) if word is not None]
    loud = [word for word in near if len(word.text) > 2 and word.text.isupper() and word.text not in _SHOUTED]
    return bool(loud) and not (before is not None and before.text in {"THE", "IN"})


def _is_language(before: Token | None, after: Token | None, words: Sequence[Token], hit: Hit) -> bool:
    if after is not None and after.fold in {
        "version",
        "language",
        "sprache",
        "speaking",
        "speaker",
        "speakers",
    }:
        return True
    if before is None:
        return False
    if before.fold in _BEFORE_LANGUAGE:
        return (
            after is None
            or after.fold in {"and", "or", "und", "et", "y", "e", "oder"}
            or _after_gap(words, hit)
        )
    others = words[max(0, hit.first - 2) : hit.first]
    return any(_LANGUAGE_WORDS.fullmatch(word.text) or word.fold == "english" for word in others)


def _after_gap(words: Sequence[Token], hit: Hit) -> bool:
    """True when the next word does not continue the phrase (punctuation between)."""
    return hit.last < len(words) and words[hit.last].start - hit.end > 1


@cache
def _data() -> dict[str, Any]:
    text = resources.files("language.offline.lexicon").joinpath("places.yaml").read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def _territories(lang: str) -> dict[str, str]:
    from babel import Locale

    code = lang if lang in _NAME_LANGUAGES else "en"
    names = Locale(code).territories
    return {
        key: name
        for key, name in names.items()
        if len(key) == 2 and key not in {"EU", "EZ", "UN", "XA", "XB", "ZZ"}
    }


@cache
def _country_index() -> PhraseIndex:
    data = _data()
    skipped = {fold(name) for name in data["skip_names"]}
    exact = {fold(name) for name in data["exact_names"]}
    rows: list[tuple[str, str, str]] = []
    for lang in _NAME_LANGUAGES:
        for code, name in _territories(lang).items():
            if fold(name) not in skipped and len(name) > 3:
                rows.append((f"={name}" if fold(name) in exact else name, code, lang))
    for codes, words in [*data["demonyms"].items(), *data["regions"].items()]:
        rows += [(phrase, str(codes), "en") for phrase in words.split("|")]
    rows += [(name, "US", "en") for name in data["states_us"].split("|")]
    rows += [
        (phrase, "", "en") for phrase in ("contact us", "about us", "New England", "New Jersey turnpike")
    ]
    return PhraseIndex(rows, stems=False)


@cache
def _city_index() -> PhraseIndex:
    rows = [(name, code, "") for code, names in _data()["cities"].items() for name in names.split("|")]
    return PhraseIndex(rows, stems=False)


@cache
def _zone_index() -> PhraseIndex:
    rows = []
    for zone, names in _data()["zones"].items():
        for name in names.split("|"):
            short = name.strip()
            rows.append((f"={short}" if short.isupper() and len(short) < 4 else short, zone, ""))
    return PhraseIndex(rows, stems=False)


@cache
def _country_zones(code: str) -> tuple[str, ...]:
    data = _data()
    if code in data["one_zone"]:
        return (data["one_zone"][code],)
    if code in data["business_zones"]:
        return tuple(data["business_zones"][code])
    return _zone_table().get(code, ())


@cache
def _zone_table() -> dict[str, tuple[str, ...]]:
    table: dict[str, list[str]] = {}
    text = resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line and not line.startswith("#"):
            code, _, zone, *_ = line.split("\t")
            table.setdefault(code, []).append(zone)
    return {code: tuple(zones) for code, zones in table.items()}
