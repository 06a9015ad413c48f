"""The simple alternative: BM25 over plain words, in memory. Knows neither stems nor meaning."""

import heapq
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from domain.chunks import Chunk

_WORD = re.compile(r"\w+")
_K1, _B = 1.2, 0.75


class WordSearch:
    """Ranks passages by the words they share with a query (Okapi BM25)."""

    def __init__(self, chunks: Iterable[Chunk]) -> None:
        self._postings: dict[str, list[tuple[int, int]]] = defaultdict(list)
        self._ids: list[str] = []
        self._lengths: list[int] = []
        for chunk in chunks:
            words = _WORD.findall(chunk.text.lower())
            for word, count in Counter(words).items():
                self._postings[word].append((len(self._ids), count))
            self._ids.append(chunk.id)
            self._lengths.append(len(words))
        self._mean = sum(self._lengths) / max(1, len(self._lengths))

    def best(self, query: str, limit: int) -> list[str]:
        """Ids of the best passages."""
        scores: dict[int, float] = defaultdict(float)
        for word in set(_WORD.findall(query.lower())):
            held = self._postings.get(word, [])
            idf = math.log(1 + (len(self._ids) - len(held) + 0.5) / (len(held) + 0.5))
            for row, count in held:
                length = _K1 * (1 - _B + _B * self._lengths[row] / self._mean)
                scores[row] += idf * count * (_K1 + 1) / (count + length)
        return [self._ids[row] for row in heapq.nlargest(limit, scores, key=lambda row: scores[row])]
