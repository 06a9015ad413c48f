"""A BM25 index over what the sites say. Knows documents and terms, nothing of companies or protocols."""

import math
import re
import unicodedata
from bisect import bisect_left, bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from evals.market.world.atlas import DATA, read_yaml

_K1, _B = 1.4, 0.7
_WORD = re.compile(r"[a-z0-9]+")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_SNIPPET = 220
_SHORTEST = 120.0  # a page with next to no text must not win by brevity


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that can be found; `labels` are words the engine knows without their being on the page.

    `since` is when it appeared; what appears later is ranked by the same statistics as what was there before.
    """

    url: str
    title: str
    text: str
    labels: str = ""
    label_weight: float = 1.0
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A document, its score, and the terms it was found by."""

    document: Document
    score: float
    terms: tuple[str, ...]

    @property
    def snippet(self) -> str:
        """The sentences that matched, cut to a search result's length."""
        return snippet(self.document.text, self.terms)


class SearchIndex:
    """Ranks documents for a query."""

    def __init__(self, documents: Iterable[Document]) -> None:
        self._documents: list[Document] = []
        self._postings: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
        self._lengths: list[float] = []
        self._dates: list[datetime] = []
        self._settled = 0  # documents without a date come first; only they count for the statistics
        for document in sorted(documents, key=lambda one: one.since is not None):
            self.add(document)
            self._settled += document.since is None
        self._mean = sum(self._lengths[: self._settled]) / max(1, self._settled)

    def add(self, document: Document) -> None:
        """Make something findable."""
        number, weights = len(self._documents), _weights(document)
        self._documents.append(document)
        if document.since is not None:
            insort(self._dates, document.since)
        self._lengths.append(max(_SHORTEST, sum(weights.values())))
        for term, weight in weights.items():
            self._postings[term].append((number, weight))

    def appeared(self, at: datetime) -> int:
        """Count what has appeared by a moment beside what was there from the first."""
        return bisect_right(self._dates, at)

    def __len__(self) -> int:
        return len(self._documents)

    def search(self, query: str, at: datetime | None = None) -> list[Hit]:
        """Return all documents that match and exist by then, best first; `site:host` narrows them."""
        hosts = re.findall(r"\bsite:(\S+)", query.lower())
        terms = tokenize(re.sub(r"\bsite:\S+", " ", query))
        scores = self._score(terms)
        if hosts and not terms:
            scores = dict.fromkeys(range(len(self._documents)), 0.1)
        scores = {number: score for number, score in scores.items() if self._exists(number, at)}
        ranked = sorted(scores.items(), key=lambda pair: (-pair[1], self._documents[pair[0]].url))
        found = ((self._documents[number], score) for number, score in ranked)
        return [Hit(d, s, tuple(terms)) for d, s in found if not hosts or _on_host(d.url, hosts)]

    def _exists(self, number: int, at: datetime | None) -> bool:
        """Say whether a document has appeared."""
        since = self._documents[number].since
        return since is None or (at is not None and since <= at)

    def _score(self, terms: list[str]) -> dict[int, float]:
        """Add up BM25 over the terms."""
        scores: defaultdict[int, float] = defaultdict(float)
        for term in set(terms):
            postings = self._postings.get(term, ())
            known = bisect_left(postings, (self._settled, 0.0))
            rarity = math.log(1 + (self._settled - known + 0.5) / (known + 0.5))
            for number, weight in postings:
                norm = _K1 * (1 - _B + _B * self._lengths[number] / self._mean)
                scores[number] += rarity * weight * (_K1 + 1) / (weight + norm)
        return dict(scores)


@lru_cache(maxsize=1)
def stop_words() -> frozenset[str]:
    """Return the words that are not searched for."""
    return frozenset(read_yaml(DATA / "stopwords.yaml"))


def tokenize(text: str) -> list[str]:
    """Split text into lower-case terms without accents, stop words and plural endings."""
    plain = text.lower()
    if not plain.isascii():
        plain = unicodedata.normalize("NFKD", plain.replace("ß", "ss")).encode("ascii", "ignore").decode()
    stop = stop_words()
    return [_stem(word) for word in _WORD.findall(plain) if word not in stop]


def snippet(text: str, terms: Iterable[str]) -> str:
    """Return the sentences that hold most of the terms, cut to a search result's length."""
    wanted = set(terms)
    sentences = [s.strip() for s in _SENTENCE.split(text) if s.strip()]
    ranked = sorted(range(len(sentences)), key=lambda i: (-len(wanted & set(tokenize(sentences[i]))), i))
    chosen = " … ".join(sentences[i] for i in sorted(ranked[:2]))
    return chosen if len(chosen) <= _SNIPPET else f"{chosen[:_SNIPPET].rsplit(' ', 1)[0]} …"


def _weights(document: Document) -> dict[str, float]:
    """Count the terms of a document: the title thrice, labels by their weight."""
    weights: defaultdict[str, float] = defaultdict(float)
    for text, weight in (
        (document.text, 1.0),
        (document.title, 3.0),
        (document.labels, document.label_weight),
    ):
        for term in tokenize(text):
            weights[term] += weight
    return weights


def _stem(word: str) -> str:
    """Cut the plainest plural endings."""
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 3 and word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word


def _on_host(url: str, hosts: list[str]) -> bool:
    """Say whether an address lies on one of the hosts or below it."""
    host = url.split("/")[2]
    return any(host == wanted or host.endswith(f".{wanted}") for wanted in hosts)
