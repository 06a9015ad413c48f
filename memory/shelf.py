"""Word index and vector index kept together: write, erase, search. One thread of the owner uses it.

Vectors are written before the note that they exist, and erased after it: a crash between leaves a stray
vector, which the next opening removes, and never a passage that claims a vector it has not.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from domain.chunks import Chunk
from memory.index import VectorIndex, Vectors
from memory.words import Entry, Scope, WordIndex, coverage

COVERAGE_WEIGHT = 0.2  # measured: lifts keyword queries without hurting paraphrases
WORDS_ONLY_WEIGHT = 0.6  # a passage without a vector stays below a good match by meaning
_EXACT = 2_000  # scopes up to this size are compared one by one, which beats a filtered search
_CANDIDATES = 60


class Found(NamedTuple):
    """One passage with its score; `by` says whether its vector or only its words were compared."""

    entry: Entry
    score: float
    by: Literal["meaning", "words"]


class Shelf:
    """All passages of one workspace."""

    def __init__(self, folder: Path, embedder: str, dimension: int) -> None:
        self._folder = folder
        self._model = f"{embedder}/{dimension}"
        self._vectors = VectorIndex(folder / "chroma", embedder, dimension)
        self._opened: WordIndex | None = None

    @property
    def _words(self) -> WordIndex:
        if self._opened is None:
            raise RuntimeError("the shelf is closed")
        return self._opened

    def open(self) -> str:
        """Open both indexes. Returns "missing" or "damaged" when all must be read again, else ""."""
        reason = self._open_words()
        vectors_new = self._vectors.open()
        if vectors_new or self._words.about("model") != self._model:
            self._vectors.clear()
            self._words.set_embedded([], only=True)
            self._words.set_about("model", self._model)
        elif self._vectors.count() != self._words.count(embedded=True):
            self._reconcile()
        return reason

    def close(self) -> None:
        """Release the files."""
        self._vectors.close()
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def clear(self) -> None:
        """Erase everything."""
        self._words.clear()
        self._vectors.clear()

    def compact(self) -> None:
        """Leave nothing of what was erased in the files."""
        self._words.compact()

    def begin_rebuild(self) -> None:
        """Erase everything and note that the passages are being read again."""
        self.clear()
        self._words.set_about("complete", "no")

    def end_rebuild(self) -> None:
        """Note that all passages are there again."""
        self._words.set_about("complete", "yes")

    def counts(self) -> tuple[int, int]:
        """Passages, and how many of them have vectors."""
        return self._words.count(), self._words.count(embedded=True)

    def unknown(self, subjects: Sequence[str]) -> list[str]:
        """Subjects whose passages must be asked for."""
        return self._words.unknown(subjects)

    def mark_stale(self, subjects: Sequence[str]) -> None:
        """Ask for the subjects' passages again at the next recall."""
        self._words.mark_stale(subjects)

    def put(self, subject: str, chunks: Sequence[Chunk]) -> None:
        """Make these the subject's passages; unchanged ones keep their vectors."""
        self._vectors.delete(self._words.replace(subject, chunks))

    def add(self, chunks: Sequence[Chunk]) -> None:
        """Add passages of any subjects."""
        self._words.add(chunks)

    def forget(self, subjects: Sequence[str]) -> int:
        """Erase the subjects. Returns how many passages went."""
        gone = self._words.forget(subjects)
        self._vectors.delete(gone)
        return len(gone)

    def without_vector(self, scope: Scope | None, terms: Sequence[str], limit: int) -> list[Entry]:
        """Passages that still need a vector: those that share words with the query first."""
        if scope is None:
            return self._words.waiting(limit)
        ranked = [entry for entry in self._words.matching(terms, scope, _CANDIDATES) if not entry.embedded]
        if scope.subjects is not None and len(ranked) < limit:
            seen = {entry.id for entry in ranked}
            others = self._words.in_scope(scope, _EXACT)
            ranked += [entry for entry in others if not entry.embedded and entry.id not in seen]
        return ranked[:limit]

    def store(self, entries: Sequence[Entry], vectors: Vectors) -> None:
        """Keep the vectors of these passages, unless a passage went while it was being embedded."""
        present = self._words.present([entry.id for entry in entries])
        rows = [row for row, entry in enumerate(entries) if entry.id in present]
        chunks = [entries[row].chunk() for row in rows]
        ids = [chunk.id for chunk in chunks]
        about = [{"subject": one.subject, "integrity": int(one.label.integrity)} for one in chunks]
        self._vectors.upsert(ids, vectors[rows], about)
        self._words.set_embedded(ids)

    def search(self, terms: Sequence[str], vector: Vectors | None, scope: Scope, limit: int) -> list[Found]:
        """The best passages by cosine plus weighted coverage of the query's words."""
        entries, cosines = self._candidates(terms, vector, scope, limit)
        weights = self._words.idf(terms)
        found = [_scored(entry, cosines.get(entry.id), coverage(weights, entry.stems)) for entry in entries]
        return sorted(found, key=lambda one: (-one.score, one.entry.id))

    def _candidates(
        self, terms: Sequence[str], vector: Vectors | None, scope: Scope, limit: int
    ) -> tuple[list[Entry], dict[str, float]]:
        if not scope.everything and self._words.size_of(scope) <= _EXACT:
            entries = self._words.in_scope(scope, _EXACT)
            return entries, self._cosines(vector, entries)
        wanted = max(_CANDIDATES, 4 * limit)
        by_words = self._words.matching(terms, scope, wanted)
        if vector is None:
            return by_words, {}
        cosines = self._vectors.nearest(
            vector, wanted, subjects=scope.subjects, min_integrity=int(scope.min_integrity)
        )
        others = [entry for entry in by_words if entry.id not in cosines]
        near = self._words.entries(list(cosines))
        return near + others, cosines | self._cosines(vector, others)

    def _cosines(self, vector: Vectors | None, entries: Sequence[Entry]) -> dict[str, float]:
        if vector is None:
            return {}
        ids, stored = self._vectors.vectors([entry.id for entry in entries if entry.embedded])
        return dict(zip(ids, (stored @ vector).tolist(), strict=True)) if ids else {}

    def _reconcile(self) -> None:
        """After a crash: believe the vectors that are really there."""
        held = self._vectors.ids()
        known = self._words.present(held)
        self._vectors.delete([key for key in held if key not in known])
        self._words.set_embedded(sorted(known), only=True)

    def _open_words(self) -> str:
        path = self._folder / "words.sqlite3"
        existed = path.exists()
        try:
            self._opened = WordIndex(path)
            complete = self._words.about("complete") == "yes"
        except sqlite3.DatabaseError:
            path.unlink(missing_ok=True)
            self._opened = WordIndex(path)
            return "damaged"
        return "" if complete else ("damaged" if existed else "missing")


def _scored(entry: Entry, cosine: float | None, covered: float) -> Found:
    if cosine is None:
        return Found(entry, WORDS_ONLY_WEIGHT * covered, "words")
    return Found(entry, cosine + COVERAGE_WEIGHT * covered, "meaning")
