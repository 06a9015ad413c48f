"""Takes apart a sentence that asks when to meet and something else, so that neither question hides the other."""

import re
from collections.abc import Sequence

from language.offline.replies.rules import met
from language.offline.replies.words import Sentence, folded

_AND = re.compile(r",?\s+(?:and|und|et|y|e|en|och|og|i)\s+", re.I)
_SHORTEST = 2  # words of a half
_MOST = 4  # places a sentence is tried at


def apart(said: Sequence[Sentence], languages: Sequence[str]) -> tuple[Sentence, ...]:
    """The sentences, those with two such questions as two."""
    return tuple(half for sentence in said for half in _halves(sentence, languages))


def _halves(sentence: Sentence, languages: Sequence[str]) -> tuple[Sentence, ...]:
    if not sentence.asks:
        return (sentence,)
    for place in list(_AND.finditer(sentence.text))[:_MOST]:
        parts = (sentence.text[: place.start()], sentence.text[place.end() :])
        found = tuple(Sentence(part, folded(part)) for part in parts)
        if min(len(one.words) for one in found) < _SHORTEST:
            continue
        one, other = (met(half, languages) for half in found)
        if one.asks and other.asks and ("asks_times" in one.names) != ("asks_times" in other.names):
            return found
    return (sentence,)
