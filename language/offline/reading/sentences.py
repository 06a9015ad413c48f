"""Cuts visible text into sentences that stay verbatim, so that each can be quoted."""

import re
from functools import lru_cache

_BREAK = re.compile(r"(?<=[.!?…])[\"”»’')\]]*\s+(?=[\"“„«‘(¿¡\[]*[A-ZÀ-ÖØ-ÞŁŚŻČŠŽ0-9])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:Dr|Mr|Mrs|Ms|Prof|St|Inc|Ltd|Co|Corp|No|Nr|vs|approx|ca|bzw|inkl|zzgl|evtl|ggf|usw|"
    r"etc|Str|Tel|Jr|Sr|"
    r"Sra|Srta|Mme|Mlle|Ing|Dipl|med|dent|av|Av|Sig|Dott|Avv|min|max|Mio|Mrd|e\.g|i\.e|z\.\s?B|"
    r"u\.\s?a|d\.\s?h|p\.\s?ex|"
    r"P\.S|S\.A|S\.L|B\.V|N\.V|U\.S|U\.K|a\.m|p\.m)|\b[A-ZÄÖÜ])\.$"
)
MAX_QUOTE = 320  # a longer sentence is a paragraph without full stops


@lru_cache(maxsize=16384)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of one block, in order, each verbatim."""
    parts: list[str] = []
    start = 0
    for match in _BREAK.finditer(text):
        if _ABBREVIATION.search(text[start : match.start()]):
            continue
        parts.append(text[start : match.end()].strip())
        start = match.end()
    parts.append(text[start:].strip())
    return tuple(part for part in parts if part)


def sentence_around(text: str, start: int) -> str:
    """The sentence of a block that holds the character at `start`."""
    position = 0
    for sentence in sentences(text):
        position = text.index(sentence, position)
        if position <= start < position + len(sentence):
            return sentence
        position += len(sentence)
    return text


def clip(text: str, limit: int) -> str:
    """The text, cut at a word when it is longer than `limit`, with an ellipsis."""
    if len(text) <= limit:
        return text
    return text[: limit - 1].rsplit(" ", 1)[0].rstrip(" ,;:–-") + "…"


def plain(text: str) -> str:
    """A value for people: no decoration, no trailing full stop, no emoji."""
    cleaned = re.sub(r"[\U0001F000-\U0001FAFF\u2600-\u27BF\uFE0F\u200d→←»«►▸✓✔•]+", " ", text)
    cleaned = re.sub(r"\s+", " ", cleaned).strip(" \t-–—|·•:;,\"“”„'")
    return cleaned[:-1] if cleaned.endswith(".") and not cleaned.endswith("..") else cleaned
