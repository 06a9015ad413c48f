"""Word index and vector index kept together: write, erase, search. One thread of the owner uses it.

Vectors are written before the note that they exist, and erased after it: a crash between leaves a stray
vector, which the next opening removes, and never a passage that claims a vector it has not.
"""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from domain.chunks import Chunk
from memory.index import VectorIndex, Vectors
from memory.ranking import Found, best, needing_vectors
from memory.words import Entry, Scope, WordIndex


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
        return self._words.waiting(limit) if scope is None else needing_vectors(self, scope, terms, limit)

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
        return best(self, terms, vector, scope, limit)

    def size_of(self, scope: Scope) -> int:
        """How many passages the scope holds."""
        return self._words.size_of(scope)

    def in_scope(self, scope: Scope, limit: int) -> list[Entry]:
        """The passages of a scope."""
        return self._words.in_scope(scope, limit)

    def matching(self, terms: Sequence[str], scope: Scope, limit: int) -> list[Entry]:
        """The passages that share the rarest of the terms, best first."""
        return self._words.matching(terms, scope, limit)

    def entries(self, ids: Sequence[str]) -> list[Entry]:
        """The passages of these ids that exist."""
        return self._words.entries(ids)

    def idf(self, terms: Sequence[str]) -> dict[str, float]:
        """How telling each term is among all passages."""
        return self._words.idf(terms)

    def nearest(self, vector: Vectors, limit: int, scope: Scope) -> dict[str, float]:
        """Ids and cosines of the nearest vectors."""
        return self._vectors.nearest(
            vector, limit, subjects=scope.subjects, min_integrity=int(scope.min_integrity)
        )

    def cosines(self, vector: Vectors, entries: Sequence[Entry]) -> dict[str, float]:
        """Cosines of those of the passages that have a vector."""
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
