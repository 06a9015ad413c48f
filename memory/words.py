"""The word index: passages, their stems and whether they have vectors, in an SQLite file that can be rebuilt.

Not the truth: every row is a copy of a passage whose fact lives in SQL. One thread uses it.
"""

import json
import math
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from domain.chunks import Chunk
from domain.labels import Integrity
from memory.stems import stems

SCHEMA_VERSION = "1"
_MANY = 400  # bound variables a statement
_COMMON = 0.02  # a stem in more than this share of a large index finds nothing by itself
_LARGE = 2_000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS about (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS subject (name TEXT PRIMARY KEY);
CREATE TABLE IF NOT EXISTS passage (
    no INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, subject TEXT NOT NULL, integrity INTEGER NOT NULL,
    embedded INTEGER NOT NULL DEFAULT 0, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS passage_of_subject ON passage (subject, integrity);
CREATE INDEX IF NOT EXISTS passage_waiting ON passage (no) WHERE embedded = 0;
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (stems, tokenize = 'unicode61');
CREATE VIRTUAL TABLE IF NOT EXISTS vocabulary USING fts5vocab ('words', 'row');
"""


class Scope(NamedTuple):
    """Which passages may be recalled; None means all subjects."""

    subjects: tuple[str, ...] | None
    min_integrity: Integrity

    @property
    def everything(self) -> bool:
        """True when nothing is filtered out."""
        return self.subjects is None and self.min_integrity == Integrity.UNTRUSTED


class Entry(NamedTuple):
    """One passage of the index, still as stored text."""

    id: str
    embedded: bool
    stems: str
    body: str

    def chunk(self) -> Chunk:
        """The passage itself."""
        return Chunk.model_validate_json(self.body)


class WordIndex:
    """Passages by words. Each public method is one transaction."""

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        # Erased text must not stay in free pages; a lost commit only costs a rebuild.
        self._db.executescript(
            "PRAGMA secure_delete=ON; PRAGMA journal_mode=DELETE; PRAGMA synchronous=NORMAL;" + _SCHEMA
        )
        if self.about("schema") not in (None, SCHEMA_VERSION):
            raise sqlite3.DatabaseError("the word index has another schema")
        self.set_about("schema", SCHEMA_VERSION)
        self._frequency: dict[str, int] = {}
        self._total: int | None = None

    def close(self) -> None:
        """Release the file."""
        self._db.close()

    def compact(self) -> None:
        """Merge the word lists and rewrite the file: erased words stay in neither."""
        self._db.execute("INSERT INTO words (words) VALUES ('optimize')")
        self._db.execute("VACUUM")

    def about(self, key: str) -> str | None:
        """A stored fact about the index itself."""
        row = self._db.execute("SELECT value FROM about WHERE key = ?", (key,)).fetchone()
        return row[0] if row else None

    def set_about(self, key: str, value: str) -> None:
        """Store a fact about the index itself."""
        self._db.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (key, value))

    def count(self, *, embedded: bool = False) -> int:
        """Passages, or only those with a vector."""
        if embedded:
            return self._db.execute("SELECT count(*) FROM passage WHERE embedded = 1").fetchone()[0]
        if self._total is None:
            self._total = self._db.execute("SELECT count(*) FROM passage").fetchone()[0]
        return self._total or 0

    def unknown(self, subjects: Sequence[str]) -> list[str]:
        """Those of the subjects whose passages were never read, or are marked stale."""
        known = {
            row[0]
            for part in _parts(subjects)
            for row in self._db.execute(f"SELECT name FROM subject WHERE name IN ({_marks(part)})", part)
        }
        return [subject for subject in dict.fromkeys(subjects) if subject not in known]

    def mark_stale(self, subjects: Sequence[str]) -> None:
        """Have the subjects read again at the next recall; their passages stay until then."""
        for part in _parts(subjects):
            self._db.execute(f"DELETE FROM subject WHERE name IN ({_marks(part)})", part)

    def add(self, chunks: Iterable[Chunk]) -> None:
        """Add passages; those that are there already are left alone."""
        with _transaction(self._db):
            self._add(chunks)

    def replace(self, subject: str, chunks: Sequence[Chunk]) -> list[str]:
        """Make these the subject's passages. Returns the ids that are gone."""
        wanted = {chunk.id for chunk in chunks}
        with _transaction(self._db):
            rows = self._db.execute("SELECT id FROM passage WHERE subject = ?", (subject,)).fetchall()
            gone = [row[0] for row in rows if row[0] not in wanted]
            self._drop(gone)
            self._add(chunks)
            self._db.execute("INSERT OR REPLACE INTO subject VALUES (?)", (subject,))
        return gone

    def forget(self, subjects: Sequence[str]) -> list[str]:
        """Erase the subjects' passages. Returns their ids."""
        gone: list[str] = []
        with _transaction(self._db):
            for part in _parts(subjects):
                rows = self._db.execute(f"SELECT id FROM passage WHERE subject IN ({_marks(part)})", part)
                gone += [row[0] for row in rows]
            self._drop(gone)
        self.mark_stale(subjects)
        return gone

    def clear(self) -> None:
        """Erase everything but the facts about the index."""
        self._forget_counts()
        with _transaction(self._db):
            for table in ("words", "passage", "subject"):
                self._db.execute(f"DELETE FROM {table}")

    def set_embedded(self, ids: Sequence[str], *, only: bool = False) -> None:
        """Note which passages have vectors; with `only`, all others have none."""
        with _transaction(self._db):
            if only:
                self._db.execute("UPDATE passage SET embedded = 0 WHERE embedded = 1")
            for part in _parts(ids):
                self._db.execute(f"UPDATE passage SET embedded = 1 WHERE id IN ({_marks(part)})", part)

    def present(self, ids: Sequence[str]) -> set[str]:
        """Those of the ids the index holds."""
        return {entry.id for entry in self.entries(ids)}

    def waiting(self, limit: int) -> list[Entry]:
        """Passages without a vector, oldest first."""
        return self._select("p.embedded = 0 ORDER BY p.no LIMIT ?", [limit])

    def size_of(self, scope: Scope) -> int:
        """How many passages the scope holds."""
        where, values = _condition(scope)
        return self._db.execute(f"SELECT count(*) FROM passage p WHERE {where}", values).fetchone()[0]

    def in_scope(self, scope: Scope, limit: int) -> list[Entry]:
        """The passages of a scope."""
        where, values = _condition(scope)
        return self._select(f"{where} LIMIT ?", [*values, limit])

    def entries(self, ids: Sequence[str]) -> list[Entry]:
        """The passages of these ids that exist."""
        found: list[Entry] = []
        for part in _parts(ids):
            found += self._select(f"p.id IN ({_marks(part)})", part)
        return found

    def matching(self, terms: Sequence[str], scope: Scope, limit: int) -> list[Entry]:
        """The passages that share the rarest of the terms, best first."""
        rare = telling({term: self._documents(term) for term in set(terms)}, self.count())
        if not rare:
            return []
        where, values = _condition(scope)
        query = " OR ".join(f'"{term}"' for term in rare)
        return self._select(
            f"words MATCH ? AND {where} ORDER BY bm25(words) LIMIT ?", [query, *values, limit]
        )

    def idf(self, terms: Iterable[str]) -> dict[str, float]:
        """How telling each term is among all passages; always above zero."""
        total = self.count()
        return {term: idf_of(self._documents(term), total) for term in set(terms)}

    def _documents(self, term: str) -> int:
        if term not in self._frequency:
            row = self._db.execute("SELECT doc FROM vocabulary WHERE term = ?", (term,)).fetchone()
            self._frequency[term] = row[0] if row else 0
        return self._frequency[term]

    def _select(self, where: str, values: Sequence[object]) -> list[Entry]:
        rows = self._db.execute(
            "SELECT p.id, p.embedded, words.stems, p.body FROM words JOIN passage p ON p.no = words.rowid"
            f" WHERE {where}",
            values,
        )
        return [Entry(row[0], bool(row[1]), row[2], row[3]) for row in rows]

    def _forget_counts(self) -> None:
        self._frequency.clear()
        self._total = None

    def _add(self, chunks: Iterable[Chunk]) -> None:
        self._forget_counts()
        for chunk in chunks:
            added = self._db.execute(
                "INSERT OR IGNORE INTO passage (id, subject, integrity, body) VALUES (?, ?, ?, ?)",
                (chunk.id, chunk.subject, int(chunk.label.integrity), chunk.model_dump_json()),
            )
            if added.rowcount:
                text = " ".join(stems(f"{chunk.heading} {chunk.text}"))
                self._db.execute("INSERT INTO words (rowid, stems) VALUES (?, ?)", (added.lastrowid, text))

    def _drop(self, ids: Sequence[str]) -> None:
        self._forget_counts()
        for part in _parts(ids):
            marks = _marks(part)
            self._db.execute(
                f"DELETE FROM words WHERE rowid IN (SELECT no FROM passage WHERE id IN ({marks}))", part
            )
            self._db.execute(f"DELETE FROM passage WHERE id IN ({marks})", part)


class _transaction:  # noqa: N801 – reads as a verb where it is used
    """BEGIN … COMMIT, or ROLLBACK when the block raises."""

    def __init__(self, db: sqlite3.Connection) -> None:
        self._db = db

    def __enter__(self) -> None:
        self._db.execute("BEGIN IMMEDIATE")

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._db.execute("COMMIT" if kind is None else "ROLLBACK")


def coverage(terms: dict[str, float], text: str) -> float:
    """Share of the query's idf weight that a passage's stems cover, 0–1."""
    whole = sum(terms.values())
    if not whole:
        return 0.0
    padded = f" {text} "  # searching the text is several times faster than splitting it
    return sum(weight for term, weight in terms.items() if f" {term} " in padded) / whole


def telling(documents: dict[str, int], total: int) -> list[str]:
    """The rarest terms that occur; in a large index common ones would touch half of it."""
    ceiling = total if total <= _LARGE else total * _COMMON
    counted = sorted((count, term) for term, count in documents.items())
    return [term for count, term in counted if 0 < count <= ceiling][:8]


def idf_of(documents: int, total: int) -> float:
    """How telling a term is that occurs in so many of all passages; always above zero."""
    return math.log(1.0 + (total - documents + 0.5) / (documents + 0.5))


def _condition(scope: Scope) -> tuple[str, list[object]]:
    parts, values = ["p.integrity >= ?"], [int(scope.min_integrity)]
    if scope.subjects is not None:
        # One JSON value instead of one variable a subject: their number is not bounded here.
        parts.append("p.subject IN (SELECT value FROM json_each(?))")
        return " AND ".join(parts), [*values, json.dumps(scope.subjects)]
    return " AND ".join(parts), [*values]


def _parts(items: Sequence[str]) -> Iterator[list[str]]:
    for start in range(0, len(items), _MANY):
        yield list(items[start : start + _MANY])


def _marks(items: Sequence[str]) -> str:
    return ",".join("?" * len(items))
