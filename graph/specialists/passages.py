"""Sentences of our own published pages that speak about a question, as evidence. Ranks words; knows no meaning."""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from domain.knowledge import Evidence
from domain.labels import web_label
from language.offline.replies.subjects import plain
from memory.stems import stems

_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[^\s])")
SHORTEST, LONGEST = 15, 300  # characters of a sentence that can be quoted


def speaking_of(question: str, pages: Sequence[Mapping[str, Any]], limit: int) -> list[Evidence]:
    """The sentences that share the most telling words or subjects with the question, best first."""
    wanted = _terms(question)
    found = [
        (sentence, page)
        for page in pages
        for line in str(page["text"]).splitlines()
        for sentence in _SENTENCE.split(line.strip())
        if SHORTEST <= len(sentence) <= LONGEST
    ]
    words = [_terms(sentence) for sentence, _ in found]
    spread = Counter(word for one in words for word in one)
    scored = [
        (sum(math.log(1 + len(found) / spread[word]) for word in one & wanted), number)
        for number, one in enumerate(words)
        if one & wanted
    ]
    best = sorted(scored, key=lambda pair: (-pair[0], pair[1]))[:limit]
    return [_evidence(*found[number]) for _, number in best]


def _terms(text: str) -> frozenset[str]:
    """Its words, and what they are about: a page in another language than the question is found by that."""
    return frozenset((*stems(text), *stems(plain(text))))


def _evidence(sentence: str, page: Mapping[str, Any]) -> Evidence:
    url, seen_at = str(page["url"]), page["fetched_at"]
    assert isinstance(seen_at, datetime)
    return Evidence(url=url, quote=" ".join(sentence.split()), seen_at=seen_at, label=web_label(url))
