"""Hashed words, pairs and letter groups: the embedder that is always there. Knows spelling, not meaning."""

import asyncio
import math
import re
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

NAME = "hashed-v1"
DIMENSION = 1024
_WORD = re.compile(r"[^\W_]+")
_SHORT = 3  # words this short are mostly grammar in European languages
_MAX_CHARACTERS = 20_000


class HashedWords:
    """Signed feature hashing into 1,024 dimensions; the same text gives the same vector on any machine."""

    name = NAME
    dimension = DIMENSION

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of the texts; a text without a word is the zero vector."""
        return await asyncio.to_thread(_embed_all, list(texts))


def _embed_all(texts: list[str]) -> NDArray[np.float32]:
    result = np.zeros((len(texts), DIMENSION), dtype=np.float32)
    for row, text in enumerate(texts):
        _fill(result[row], text[:_MAX_CHARACTERS])
    return result


def _fill(vector: NDArray[np.float32], text: str) -> None:
    counts: Counter[str] = Counter()
    weights: dict[str, float] = {}
    for feature, weight in _features(text):
        counts[feature] += 1
        weights[feature] = weight
    for feature, count in counts.items():
        code = zlib.crc32(feature.encode("utf-8", "replace"))
        sign = 1.0 if code & 0x8000_0000 else -1.0  # the sign lets collisions cancel out
        vector[code % DIMENSION] += sign * weights[feature] * (1.0 + math.log(count))
    length = float(np.linalg.norm(vector))
    if length > 0.0:
        vector /= length


def _features(text: str) -> Iterator[tuple[str, float]]:
    words = _WORD.findall(_folded(text))
    for word in words:
        yield f"w:{word}", 0.3 if len(word) <= _SHORT else 1.0
        if len(word) > _SHORT:
            yield from ((f"c:{group}", 0.3) for group in _letter_groups(word))
    for left, right in pairwise(words):
        yield f"b:{left} {right}", 0.5


def _letter_groups(word: str) -> Iterator[str]:
    bounded = f"<{word}>"
    for size in (3, 4):
        for start in range(len(bounded) - size + 1):
            yield bounded[start : start + size]


def _folded(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in spread if not unicodedata.combining(letter))
