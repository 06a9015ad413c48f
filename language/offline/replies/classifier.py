"""What was learned from labelled phrases: the likeliest kind of a sentence, and how likely it opts out or complains.

Two sets of weights lie beside it, with and without the sentence model; `train.py` makes both from the phrases.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

import numpy as np
import yaml

from domain.replies import ReplyKind
from language.offline.replies.features import Matrix, embeds, seen
from language.offline.replies.glossing import glossed, idea_of
from language.offline.replies.words import folded

WEIGHTS = "weights.npz"
_KNOWN_SHARE = 0.5  # of a sentence's words
LEAVING = (ReplyKind.UNSUBSCRIBE, ReplyKind.COMPLAINT)


@dataclass(frozen=True, slots=True)
class Weights:
    """One column a kind, and one for leaving (opting out or complaining) against all else."""

    kinds: tuple[ReplyKind, ...]
    by_kind: Matrix
    leaving: Matrix
    words: frozenset[str]  # met in training


@dataclass(frozen=True, slots=True)
class Judged:
    """A sentence: how likely each kind is, and how likely it opts out or complains."""

    chances: Mapping[ReplyKind, float]
    leaving: float

    @property
    def kind(self) -> ReplyKind:
        """The likeliest kind."""
        return max(self.chances, key=lambda kind: self.chances[kind])

    @property
    def probability(self) -> float:
        """Of the likeliest kind."""
        return self.chances[self.kind]

    @property
    def complains(self) -> bool:
        """True when, if it leaves, it rather complains."""
        return self.chance_of(ReplyKind.COMPLAINT) > self.chance_of(ReplyKind.UNSUBSCRIBE)

    def chance_of(self, kind: ReplyKind) -> float:
        """The probability of a kind; none of one it never learned."""
        return self.chances.get(kind, 0.0)


def likely(text: str) -> tuple[ReplyKind, float]:
    """The likeliest kind and its probability. Opting out is told by `judged`, here it is unsure."""
    found = judged((text,))[0]
    return (ReplyKind.UNSURE, 0.0) if found.kind in LEAVING else (found.kind, found.probability)


def judged(texts: tuple[str, ...], *, embedded: bool = True) -> tuple[Judged, ...]:
    """Every sentence judged; without the sentence model it is a thousandth of the work and less sure."""
    embedded = embedded and embeds()
    known = {text: _memory[text, embedded] for text in texts if (text, embedded) in _memory}
    fresh = [text for text in dict.fromkeys(texts) if text not in known]
    known |= zip(fresh, _judged(fresh, embedded), strict=True)
    if len(_memory) > _MOST_REMEMBERED:
        _memory.clear()
    _memory.update({(text, embedded): known[text] for text in fresh})
    return tuple(known[text] for text in texts)


# One mail is read twice (opting out at once, the rest later), and its sentences are asked about more than once.
_MOST_REMEMBERED = 256
_memory: dict[tuple[str, bool], Judged] = {}


def _judged(texts: Sequence[str], embedded: bool) -> list[Judged]:
    weights = _weights(embedded)
    clear = [text for text in texts if _understood(text, weights.words)]
    rows = seen(clear, embedded=embedded)
    chances = softmax(rows @ weights.by_kind).tolist() if clear else []
    leaves = softmax(rows @ weights.leaving)[:, 1].tolist() if clear else []
    found = {
        text: Judged(dict(zip(weights.kinds, one, strict=True)), left)
        for text, one, left in zip(clear, chances, leaves, strict=True)
    }
    return [found.get(text) or Judged({ReplyKind.UNSURE: 0.0}, 0.0) for text in texts]


def _understood(text: str, words: frozenset[str]) -> bool:
    """True when enough of the words were met in training or have a gloss; of others nothing was learned."""
    said = [word for word in folded(text) if word not in (",", "?")]
    language = glossed(text).language
    known = sum(word in words or bool(idea_of(word, language)) for word in said)
    return bool(said) and known >= _KNOWN_SHARE * len(said)


def softmax(scores: Matrix) -> Matrix:
    """Rows as probabilities."""
    raised = np.exp(scores - scores.max(1, keepdims=True))
    return raised / raised.sum(1, keepdims=True)


def training_phrases() -> tuple[tuple[ReplyKind, str], ...]:
    """The labelled phrases the weights come from, each once, in the order of the files."""
    rows: dict[str, tuple[ReplyKind, str]] = {}
    for text in training_texts():
        for kind, phrases in yaml.safe_load(text).items():
            for phrase in phrases:
                rows.setdefault(" ".join(folded(phrase)), (ReplyKind(kind), phrase))
    return tuple(rows.values())


def training_texts() -> tuple[str, ...]:
    """The training files as they stand."""
    return _texts("training")


def gloss_texts() -> tuple[str, ...]:
    """The gloss files as they stand; weights are good for these only."""
    return _texts("glosses")


def _texts(folder: str) -> tuple[str, ...]:
    found = files("language.offline.replies").joinpath(folder)
    names = sorted(one.name for one in found.iterdir() if one.name.endswith(".yaml"))
    return tuple(found.joinpath(name).read_text("utf-8") for name in names)


@cache
def _weights(embedded: bool) -> Weights:
    mark = "embedded" if embedded else "plain"
    with (
        as_file(files("language.offline.replies").joinpath(WEIGHTS)) as path,
        np.load(path, allow_pickle=False) as stored,
    ):
        return Weights(
            kinds=tuple(ReplyKind(str(name)) for name in stored["kinds"]),
            by_kind=stored[f"{mark}_by_kind"].astype(np.float32),
            leaving=stored[f"{mark}_leaving"].astype(np.float32),
            words=frozenset(str(stored["words"]).split()),
        )


def stored_digest() -> str:
    """The digest of the phrases and glosses the stored weights were made from."""
    with (
        as_file(files("language.offline.replies").joinpath(WEIGHTS)) as path,
        np.load(path, allow_pickle=False) as stored,
    ):
        return str(stored["digest"])
