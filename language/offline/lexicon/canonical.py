"""One spelling per idea: industries, roles, technologies, languages; places and sizes are re-exported.

Every function reads free text in several languages and returns slugs or codes in order of appearance;
what the lists do not know is absent, never guessed.
"""

from collections.abc import Sequence
from functools import cache
from importlib import resources
from typing import Any

import yaml

from language.offline.lexicon.matching import Hit, PhraseIndex, Token, tokens
from language.offline.lexicon.places import country_codes, country_label, zones_of
from language.offline.lexicon.sizes import size_terms

__all__ = [
    "country_codes",
    "country_label",
    "industry_ancestors",
    "industry_hits",
    "industry_label",
    "industry_slugs",
    "language_codes",
    "role_hits",
    "role_label",
    "role_slugs",
    "size_terms",
    "technology_hits",
    "technology_names",
    "zones_of",
]

_INDUSTRY_FILES = (
    "industries_services.yaml",
    "industries_places.yaml",
    "industries_goods.yaml",
)
_ROMANCE = frozenset({"fr", "es", "it", "pt"})  # their compounds name the head first
_LABEL_LANGUAGES = ("en", "de", "fr", "es", "nl", "it", "pt", "sv", "da", "nb", "pl")


def industry_slugs(text: str) -> tuple[str, ...]:
    """Industries a text names, e.g. "online retailers and law firms" → ("e-commerce", "law")."""
    return _unique(industry_hits(tokens(text), text))


def industry_hits(words: Sequence[Token], text: str) -> list[Hit]:
    """Every mention of an industry in a tokenised text, with its place; compounds keep their head only."""
    return _heads(_industry_index().find(words), text)


def industry_label(slug: str, lang: str = "en") -> str:
    """The industry for people, in the plural ("dental practices"); the slug when it is unknown."""
    return _label(_industries(), slug, lang)


def industry_ancestors(slug: str) -> tuple[str, ...]:
    """Wider industries an industry belongs to, nearest first: e-commerce → ("retail",)."""
    found: list[str] = []
    parent = _industries().get(slug, {}).get("in", "")
    while parent and parent not in found:
        found.append(parent)
        parent = _industries().get(parent, {}).get("in", "")
    return tuple(found)


def role_slugs(text: str) -> tuple[str, ...]:
    """Roles a title or sentence names: "Head of Marketing" → ("head-of-marketing",)."""
    return _unique(role_hits(tokens(text)))


def role_hits(words: Sequence[Token]) -> list[Hit]:
    """Every mention of a role in a tokenised text."""
    return _role_index().find(words)


def role_label(slug: str, lang: str = "en") -> str:
    """The role for people, in the plural; the slug when it is unknown."""
    return _label(_load("roles.yaml"), slug, lang)


def technology_names(text: str) -> tuple[str, ...]:
    """Named tools and platforms in a text, lower case: "We run on Shopify" → ("shopify",)."""
    return _unique(technology_hits(tokens(text)))


def technology_hits(words: Sequence[Token]) -> list[Hit]:
    """Every mention of a named tool in a tokenised text."""
    return _technology_index().find(words)


def language_codes(text: str) -> tuple[str, ...]:
    """ISO 639-1 codes of the languages a text names: "in English and German" → ("en", "de")."""
    return _unique(_language_index().search(text))


def _unique(hits: list[Hit]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(hit.value for hit in hits))


def _heads(hits: list[Hit], text: str) -> list[Hit]:
    """Drop the modifier of two adjacent mentions: "hotel software" is software, "agence hôtelière" an agency."""
    kept: list[Hit] = []
    for hit in hits:
        previous = kept[-1] if kept else None
        if previous is None or text[previous.end : hit.start].strip(" -\u2011") or previous.end == hit.start:
            kept.append(hit)
        elif hit.value in industry_ancestors(previous.value):
            continue  # "performance marketing agency": the first word already says more
        elif (previous.lang not in _ROMANCE and not hit.weak) or previous.weak or hit.value == "software":
            kept[-1] = hit
    return kept


def _label(entries: dict[str, dict[str, str]], slug: str, lang: str) -> str:
    entry = entries.get(slug, {})
    words = entry.get(lang) or entry.get("en") or slug
    return words.split("|")[0].strip().lstrip("~=")


@cache
def _load(name: str) -> dict[str, Any]:
    text = resources.files("language.offline.lexicon").joinpath(name).read_text(encoding="utf-8")
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@cache
def _industries() -> dict[str, dict[str, str]]:
    return {slug: entry for name in _INDUSTRY_FILES for slug, entry in _load(name).items()}


@cache
def _industry_index() -> PhraseIndex:
    return PhraseIndex(_phrases(_industries()))


@cache
def _role_index() -> PhraseIndex:
    return PhraseIndex(_phrases(_load("roles.yaml")))


def _phrases(entries: dict[str, dict[str, str]]) -> list[tuple[str, str, str]]:
    return [
        (phrase, slug, lang)
        for slug, entry in entries.items()
        for lang, words in entry.items()
        if lang != "in"
        for phrase in words.split("|")
    ]


@cache
def _technology_index() -> PhraseIndex:
    rows = []
    for words in _load("technologies.yaml").values():
        for entry in words.split("|"):
            phrase, _, name = entry.partition(">")
            rows.append((phrase, (name or phrase).strip().lstrip("=").casefold(), "en"))
    return PhraseIndex(rows, stems=False)


@cache
def _language_index() -> PhraseIndex:
    from babel import Locale

    rows = []
    for code in _LABEL_LANGUAGES:
        for language, name in Locale(code).languages.items():
            if len(language) == 2 and len(name) > 3:
                rows.append((name, language, code))
    return PhraseIndex(rows, stems=False)
