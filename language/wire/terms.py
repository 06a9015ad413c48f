"""Normalised terms for ICP lines and the test whether a quote really speaks of a value.

Terms come from the product's own lists, never from a model.
"""

import re

from domain.icp import LineField

_SIGNALS = {
    "hiring": r"hir(?:e|ing)|recruit|vacanc|job opening|stellenangebot|recrute",
    "funding": r"fund(?:ing|ed)|raised|series [a-e]\b|investment round|seed round",
    "expansion": r"expan(?:d|sion)|new (?:office|market|branch|location)|entering",
    "new_site": r"new (?:web ?site|site)|relaunch|redesign",
}
_WORD = re.compile(r"[^\W_]{3,}")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_EMPTY = frozenset(
    _WORD.findall(
        """
    the and for with from that this these those their your our you are all any who which what into
    than more most per have has not und der die das für mit von den dem ein eine les des une pour
    avec dans sur los las con para una companies company businesses business teams team people
    customers based
    """
    )
)


def terms_for(field: LineField, text: str) -> tuple[str, ...]:
    """The terms scoring compares for what a line says; empty when the lists do not know it."""
    from language.offline.lexicon import canonical

    readers = {
        LineField.INDUSTRY: canonical.industry_slugs,
        LineField.GEOGRAPHY: canonical.country_codes,
        LineField.SIZE: canonical.size_terms,
        LineField.TECHNOLOGY: canonical.technology_names,
        LineField.ROLE: canonical.role_slugs,
        LineField.LANGUAGE: canonical.language_codes,
        LineField.SIGNAL: signal_names,
        LineField.KEYWORD: _keyword,
    }
    reader = readers.get(field)
    return tuple(reader(text)) if reader else ()


def signal_names(text: str) -> tuple[str, ...]:
    """Signals a text speaks of."""
    lowered = text.lower()
    return tuple(name for name, pattern in _SIGNALS.items() if re.search(pattern, lowered))


def _keyword(text: str) -> tuple[str, ...]:
    word = " ".join(text.lower().split()).strip(" .,;:!?\"'")
    return (word,) if 0 < len(word) <= 60 else ()


def content_words(text: str) -> set[str]:
    """Words that carry meaning, lower case, cut to a crude stem so that plural and singular meet."""
    return {word[:6] for word in _WORD.findall(text.casefold()) if word not in _EMPTY}


def literally_in(value: str, quote: str) -> bool:
    """True when every word of the value stands in the quote (names of people and companies)."""
    shown = set(re.findall(r"\w+", quote.casefold()))
    words = re.findall(r"\w+", value.casefold())
    return bool(words) and all(word in shown for word in words)


def numbers_in(value: str, quote: str) -> bool:
    """True when every number of the value stands in the quote."""
    shown = set(_NUMBER.findall(quote))
    return all(number in shown for number in _NUMBER.findall(value))


def speaks_of(value: str, quote: str) -> bool:
    """True when the quote shares words with the value and holds all its numbers."""
    return numbers_in(value, quote) and bool(content_words(value) & content_words(quote))
