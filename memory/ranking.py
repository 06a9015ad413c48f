"""How passages are ranked: cosine plus weighted coverage of the query's words, over whatever index holds them."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

from memory.index import Vectors
from memory.words import Entry, Scope, coverage

COVERAGE_WEIGHT = 0.2  # measured: lifts keyword queries without hurting paraphrases
WORDS_ONLY_WEIGHT = 0.6  # a passage without a vector stays below a good match by meaning
EXACT = 2_000  # scopes up to this size are compared one by one, which beats a filtered search
CANDIDATES = 60


class Found(NamedTuple):
    """One passage with its score; `by` says whether its vector or only its words were compared."""

    entry: Entry
    score: float
    by: Literal["meaning", "words"]


class Look(Protocol):
    """What an index can tell about its passages."""

    def size_of(self, scope: Scope) -> int:
        """How many passages the scope holds."""
        ...

    def in_scope(self, scope: Scope, limit: int) -> list[Entry]:
        """The passages of a scope."""
        ...

    def matching(self, terms: Sequence[str], scope: Scope, limit: int) -> list[Entry]:
        """The passages that share the rarest of the terms, best first."""
        ...

    def entries(self, ids: Sequence[str]) -> list[Entry]:
        """The passages of these ids that exist."""
        ...

    def idf(self, terms: Sequence[str]) -> dict[str, float]:
        """How telling each term is among all passages."""
        ...

    def nearest(self, vector: Vectors, limit: int, scope: Scope) -> dict[str, float]:
        """Ids and cosines of the nearest vectors."""
        ...

    def cosines(self, vector: Vectors, entries: Sequence[Entry]) -> dict[str, float]:
        """Cosines of those of the passages that have a vector."""
        ...


def best(look: Look, terms: Sequence[str], vector: Vectors | None, scope: Scope, limit: int) -> list[Found]:
    """The best passages of a scope, best first; without a vector by words alone."""
    entries, cosines = _candidates(look, terms, vector, scope, limit)
    weights = look.idf(terms)
    found = [_scored(entry, cosines.get(entry.id), coverage(weights, entry.stems)) for entry in entries]
    return sorted(found, key=lambda one: (-one.score, one.entry.id))


def needing_vectors(look: Look, scope: Scope, terms: Sequence[str], limit: int) -> list[Entry]:
    """Passages of a scope without a vector: those that share words with the query first."""
    ranked = [entry for entry in look.matching(terms, scope, CANDIDATES) if not entry.embedded]
    if scope.subjects is not None and len(ranked) < limit:
        seen = {entry.id for entry in ranked}
        others = look.in_scope(scope, EXACT)
        ranked += [entry for entry in others if not entry.embedded and entry.id not in seen]
    return ranked[:limit]


def _candidates(
    look: Look, terms: Sequence[str], vector: Vectors | None, scope: Scope, limit: int
) -> tuple[list[Entry], dict[str, float]]:
    if not scope.everything and look.size_of(scope) <= EXACT:
        entries = look.in_scope(scope, EXACT)
        return entries, {} if vector is None else look.cosines(vector, entries)
    wanted = max(CANDIDATES, 4 * limit)
    by_words = look.matching(terms, scope, wanted)
    if vector is None:
        return by_words, {}
    cosines = look.nearest(vector, wanted, scope)
    others = [entry for entry in by_words if entry.id not in cosines]
    near = look.entries(list(cosines))
    return near + others, cosines | look.cosines(vector, others)


def _scored(entry: Entry, cosine: float | None, covered: float) -> Found:
    if cosine is None:
        return Found(entry, WORDS_ONLY_WEIGHT * covered, "words")
    return Found(entry, cosine + COVERAGE_WEIGHT * covered, "meaning")
