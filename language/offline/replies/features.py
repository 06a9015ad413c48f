"""What the reply classifier sees of a sentence: its embedding, its English ideas, its words and letter groups.

Decides nothing. Every change here or in the glosses asks for new weights (`python -m language.offline.replies.train`).
"""

import logging
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from language.embeddings.minilm import DIMENSION, MiniLm
from language.embeddings.weights import packaged_model
from language.offline.replies.glossing import Glossed, glossed
from language.offline.replies.words import folded

log = logging.getLogger(__name__)
_IDEAS, _LETTERS, _SHAPE = 1_024, 4_096, 3
WIDTH = DIMENSION + _IDEAS + _LETTERS + _SHAPE + 1  # the last is constant
_SAYS = (3.0, 3.0, 2.0, 0.5)  # how much each part counts; chosen by cross-validation
_REACH = 5  # ideas that far apart still count as a pair
_LONG = 30  # words; longer sentences are all alike
Matrix = NDArray[np.float32]
Pieces = Iterable[tuple[str, float]]


def seen(texts: Sequence[str], *, embedded: bool) -> Matrix:
    """One row a text; the embedding's part is zero when it is not asked for or not installed."""
    glosses = [glossed(text) for text in texts]
    found = np.zeros((len(texts), WIDTH), dtype=np.float32)
    if embedded and texts:
        found[:, :DIMENSION] = _SAYS[0] * _embedded([one.text for one in glosses])
    ideas, letters = DIMENSION + _IDEAS, DIMENSION + _IDEAS + _LETTERS
    for row, text, gloss in zip(found, texts, glosses, strict=True):
        row[DIMENSION:ideas] = _SAYS[1] * _hashed(_of_ideas(gloss), _IDEAS)
        row[ideas:letters] = _SAYS[2] * _hashed(_of_words(folded(text)), _LETTERS)
        row[letters:-1] = [_SAYS[3] * part for part in _shape(text)]
        row[-1] = 1.0
    return found


def embeds() -> bool:
    """True when the sentence model is installed."""
    return packaged_model() is not None


def _embedded(texts: Sequence[str]) -> Matrix:
    return _sentence_model()._embed(
        list(texts)
    )  # in the caller's thread: reading a reply runs in one already


@cache
def _sentence_model() -> MiniLm:
    return MiniLm()


def _hashed(pieces: Pieces, width: int) -> Matrix:
    vector = np.zeros(width, dtype=np.float32)
    for piece, value in pieces:
        code = zlib.crc32(piece.encode("utf-8", "replace"))
        vector[code % width] += value if code & 0x8000_0000 else -value
    length = float(np.linalg.norm(vector))
    return vector / length if length else vector


def _of_ideas(gloss: Glossed) -> Iterator[tuple[str, float]]:
    said = gloss.ideas
    yield from ((f"i{idea}", 1.0) for idea in dict.fromkeys(said))
    for place, idea in enumerate(said):
        yield from ((f"p{idea}>{other}", 0.7) for other in said[place + 1 : place + _REACH] if other != idea)


def _of_words(words: tuple[str, ...]) -> Iterator[tuple[str, float]]:
    for word in words:
        yield f"w{word}", 1.0
        bounded = f"<{word}>"
        yield from ((f"c{bounded[n : n + 4]}", 0.35) for n in range(len(bounded) - 3) if len(word) > 3)
    yield from ((f"b{left} {right}", 0.8) for left, right in pairwise(words))


def _shape(text: str) -> tuple[float, float, float]:
    words = len(folded(text))
    return float(text.rstrip().endswith("?")), min(words, _LONG) / _LONG, float(words <= 2)
