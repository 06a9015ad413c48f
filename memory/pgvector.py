"""The passages of one workspace in Postgres, for several processes: pgvector for meaning, arrays of stems for words.

Schema `recall`, made by code and rebuilt from the stored pages when it is gone. One thread of each process uses it.
"""

import logging
import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any, TypeVar

from domain.chunks import Chunk
from domain.errors import Correctable, Retryable
from domain.ids import digest
from memory import ranking
from memory.index import Vectors
from memory.ranking import Found
from memory.stems import stems
from memory.words import Entry, Scope, idf_of, telling

if TYPE_CHECKING:
    from psycopg import Connection

log = logging.getLogger(__name__)
T = TypeVar("T")

MISSING = "pgvector_missing"
_MAKING, _REBUILDING, _SUBJECT = 0x7261696F, 0x72616970, 0x72616971  # advisory locks
_FRESH = 10.0  # seconds a count is believed while other processes may write
_LONGEST_INDEXED = 2_000  # dimensions; beyond it pgvector compares one by one
_SCHEMA = """
CREATE SCHEMA IF NOT EXISTS recall;
CREATE TABLE IF NOT EXISTS recall.about (key text PRIMARY KEY, value text NOT NULL);
CREATE TABLE IF NOT EXISTS recall.subject (name text PRIMARY KEY);
CREATE TABLE IF NOT EXISTS recall.passage (
    no bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id text COLLATE "C" NOT NULL UNIQUE,
    subject text NOT NULL, integrity integer NOT NULL, stems text[] NOT NULL, body text NOT NULL,
    model text NOT NULL DEFAULT '', embedding vector);
CREATE INDEX IF NOT EXISTS passage_of_subject ON recall.passage (subject, integrity);
CREATE INDEX IF NOT EXISTS passage_of_model ON recall.passage (model, no);
CREATE INDEX IF NOT EXISTS passage_stems ON recall.passage USING gin (stems);
"""
_ENTRY = "SELECT id, model = %(model)s, array_to_string(stems, ' '), body FROM recall.passage WHERE "
_SCOPE = "integrity >= %(least)s AND (%(subjects)s::text[] IS NULL OR subject = ANY(%(subjects)s))"


class PgVectorShelf:
    """All passages of one workspace, shared by every process on the same database."""

    def __init__(self, address: dict[str, Any], embedder: str, dimension: int) -> None:
        self._address = address
        self._dimension = dimension
        self._model = f"{embedder}/{dimension}"
        self._connection: Connection[Any] | None = None
        self._documents: dict[str, int] = {}
        self._counted = (0, 0)
        self._counted_at = float("-inf")

    def open(self) -> str:
        """Make what is missing. Returns "missing" when this process is the one to read all passages again.

        Raises:
            Correctable: pgvector_missing. Retryable: recall_unreachable.
        """
        try:
            self._do(self._make)
        except Correctable:
            self.close()
            raise
        return "missing" if self._do(self._is_mine_to_build) else ""

    def close(self) -> None:
        """Leave; also ends a rebuild that was not finished."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def clear(self) -> None:
        """Erase everything."""
        self._forget_counts()
        self._do(lambda db: db.execute("TRUNCATE recall.passage, recall.subject"))

    def compact(self) -> None:
        """Let the server drop what was erased."""
        self._do(lambda db: db.execute("VACUUM recall.passage"), alone=True)

    def begin_rebuild(self) -> None:
        """Erase everything and note that the passages are being read again; another process's rebuild is awaited."""
        self._do(lambda db: db.execute("SELECT pg_advisory_lock(%s)", [_REBUILDING]), alone=True)
        self.clear()
        self._set_about("complete", "no")

    def end_rebuild(self) -> None:
        """Note that all passages are there again."""
        self._set_about("complete", "yes")
        self._do(lambda db: db.execute("SELECT pg_advisory_unlock_all()"), alone=True)

    def counts(self) -> tuple[int, int]:
        """Passages, and how many of them have vectors."""
        query = "SELECT count(*), count(*) FILTER (WHERE model = %s) FROM recall.passage"
        passages, embedded = self._rows(query, [self._model])[0]
        return passages, embedded

    def unknown(self, subjects: Sequence[str]) -> list[str]:
        """Subjects whose passages must be asked for."""
        query = "SELECT name FROM recall.subject WHERE name = ANY(%s)"
        known = {row[0] for row in self._rows(query, [list(subjects)])}
        return [subject for subject in dict.fromkeys(subjects) if subject not in known]

    def mark_stale(self, subjects: Sequence[str]) -> None:
        """Ask for the subjects' passages again at the next recall."""
        query = "DELETE FROM recall.subject WHERE name = ANY(%s)"
        self._do(lambda db: db.execute(query, [list(subjects)]))

    def put(self, subject: str, chunks: Sequence[Chunk]) -> None:
        """Make these the subject's passages; unchanged ones keep their vectors."""
        self._forget_counts()
        self._do(lambda db: self._replace(db, subject, chunks))

    def add(self, chunks: Sequence[Chunk]) -> None:
        """Add passages of any subjects."""
        self._forget_counts()
        self._do(lambda db: self._insert(db, chunks))

    def forget(self, subjects: Sequence[str]) -> int:
        """Erase the subjects. Returns how many passages went."""
        self._forget_counts()
        query = "DELETE FROM recall.passage WHERE subject = ANY(%s)"
        gone = self._do(lambda db: db.execute(query, [list(subjects)]).rowcount)
        self.mark_stale(subjects)
        return gone

    def without_vector(self, scope: Scope | None, terms: Sequence[str], limit: int) -> list[Entry]:
        """Passages that still need a vector: those that share words with the query first."""
        if scope is not None:
            return ranking.needing_vectors(self, scope, terms, limit)
        return self._entries("model <> %(model)s ORDER BY no LIMIT %(limit)s", limit=limit)

    def store(self, entries: Sequence[Entry], vectors: Vectors) -> None:
        """Keep the vectors of these passages, unless a passage went while it was being embedded."""
        query = "UPDATE recall.passage SET embedding = %s::vector, model = %s WHERE id = %s"
        rows = [
            (_written(vector), self._model, entry.id) for entry, vector in zip(entries, vectors, strict=True)
        ]
        self._do(lambda db: db.cursor().executemany(query, rows))

    def search(self, terms: Sequence[str], vector: Vectors | None, scope: Scope, limit: int) -> list[Found]:
        """The best passages by cosine plus weighted coverage of the query's words."""
        return ranking.best(self, terms, vector, scope, limit)

    def size_of(self, scope: Scope) -> int:
        """How many passages the scope holds."""
        query = f"SELECT count(*) FROM recall.passage WHERE {_SCOPE}"
        return int(self._rows(query, _scope(scope))[0][0])

    def in_scope(self, scope: Scope, limit: int) -> list[Entry]:
        """The passages of a scope."""
        return self._entries(f"{_SCOPE} ORDER BY no LIMIT %(limit)s", limit=limit, **_scope(scope))

    def matching(self, terms: Sequence[str], scope: Scope, limit: int) -> list[Entry]:
        """The passages that share the rarest of the terms, best first."""
        rare = telling(self._counts_of(terms), self._total())
        if not rare:
            return []
        weights = self.idf(rare)
        weight = " + ".join(
            f"CASE WHEN stems @> ARRAY[%(t{n})s] THEN %(w{n})s ELSE 0 END" for n in range(len(rare))
        )
        values = {f"t{n}": term for n, term in enumerate(rare)}
        values |= {f"w{n}": weights[term] for n, term in enumerate(rare)}
        where = f"stems && %(rare)s AND {_SCOPE} ORDER BY {weight} DESC, id LIMIT %(limit)s"
        return self._entries(where, rare=rare, limit=limit, **_scope(scope), **values)

    def entries(self, ids: Sequence[str]) -> list[Entry]:
        """The passages of these ids that exist."""
        return self._entries("id = ANY(%(ids)s)", ids=list(ids))

    def idf(self, terms: Sequence[str]) -> dict[str, float]:
        """How telling each term is among all passages."""
        counts, total = self._counts_of(terms), self._total()
        return {term: idf_of(number, total) for term, number in counts.items()}

    def nearest(self, vector: Vectors, limit: int, scope: Scope) -> dict[str, float]:
        """Ids and cosines of the nearest vectors."""
        return dict(self._do(lambda db: self._near(db, vector, limit, scope)))

    def cosines(self, vector: Vectors, entries: Sequence[Entry]) -> dict[str, float]:
        """Cosines of those of the passages that have a vector."""
        query = (
            "SELECT id, 1 - (embedding <=> %s::vector) FROM recall.passage WHERE id = ANY(%s) AND model = %s"
        )
        ids = [entry.id for entry in entries if entry.embedded]
        return dict(self._rows(query, [_written(vector), ids, self._model])) if ids else {}

    def _near(
        self, db: "Connection[Any]", vector: Vectors, limit: int, scope: Scope
    ) -> list[tuple[str, float]]:
        from psycopg import sql

        db.execute("SET LOCAL hnsw.iterative_scan = strict_order")  # go on when the filter left too few
        query = sql.SQL(
            "SELECT id, 1 - ({column} <=> %(vector)s::vector) FROM recall.passage"
            " WHERE model = {model} AND "
            + _SCOPE
            + " ORDER BY {column} <=> %(vector)s::vector LIMIT %(limit)s"
        ).format(column=self._column(), model=sql.Literal(self._model))
        return db.execute(query, {"vector": _written(vector), "limit": limit, **_scope(scope)}).fetchall()

    def _column(self) -> Any:
        from psycopg import sql

        return sql.SQL("(embedding::vector({}))").format(sql.Literal(self._dimension))

    def _make(self, db: "Connection[Any]") -> None:
        import psycopg

        db.execute("SELECT pg_advisory_xact_lock(%s)", [_MAKING])
        try:
            db.execute("CREATE EXTENSION IF NOT EXISTS vector")
            db.execute(_SCHEMA)
            self._make_near_index(db)
        except (psycopg.errors.UndefinedFile, psycopg.errors.FeatureNotSupported) as error:
            raise missing() from error
        except psycopg.errors.InsufficientPrivilege as error:
            raise missing(
                "The database user may not make the schema recall or the pgvector extension."
            ) from error

    def _make_near_index(self, db: "Connection[Any]") -> None:
        from psycopg import sql

        if self._dimension > _LONGEST_INDEXED:
            return
        query = "CREATE INDEX IF NOT EXISTS {} ON recall.passage USING hnsw ({} vector_cosine_ops) WHERE model = {}"
        name = sql.Identifier(f"passage_near_{digest([self._model])[:12]}")
        db.execute(sql.SQL(query).format(name, self._column(), sql.Literal(self._model)))

    def _is_mine_to_build(self, db: "Connection[Any]") -> bool:
        done = db.execute("SELECT value FROM recall.about WHERE key = 'complete'").fetchone()
        if done is not None and done[0] == "yes":
            return False
        return bool(db.execute("SELECT pg_try_advisory_lock(%s)", [_REBUILDING]).fetchone()[0])  # type: ignore[index]

    def _replace(self, db: "Connection[Any]", subject: str, chunks: Sequence[Chunk]) -> None:
        db.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_SUBJECT, subject])
        kept = [chunk.id for chunk in chunks]
        db.execute("DELETE FROM recall.passage WHERE subject = %s AND id <> ALL(%s)", [subject, kept])
        self._insert(db, chunks)
        db.execute("INSERT INTO recall.subject VALUES (%s) ON CONFLICT DO NOTHING", [subject])

    def _insert(self, db: "Connection[Any]", chunks: Sequence[Chunk]) -> None:
        query = (
            "INSERT INTO recall.passage (id, subject, integrity, stems, body) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (id) DO NOTHING"
        )
        rows = [
            (
                one.id,
                one.subject,
                int(one.label.integrity),
                stems(f"{one.heading} {one.text}"),
                one.model_dump_json(),
            )
            for one in chunks
        ]
        db.cursor().executemany(query, rows)

    def _set_about(self, key: str, value: str) -> None:
        query = (
            "INSERT INTO recall.about VALUES (%s, %s) ON CONFLICT (key) DO UPDATE SET value = excluded.value"
        )
        self._do(lambda db: db.execute(query, [key, value]))

    def _total(self) -> int:
        if time.monotonic() - self._counted_at > _FRESH:
            self._forget_counts()
            self._counted, self._counted_at = self.counts(), time.monotonic()
        return self._counted[0]

    def _counts_of(self, terms: Sequence[str]) -> dict[str, int]:
        self._total()  # counts that are too old go
        new = [term for term in set(terms) if term not in self._documents]
        query = (
            "SELECT term, (SELECT count(*) FROM recall.passage WHERE stems @> ARRAY[term])"
            " FROM unnest(%s::text[]) term"
        )
        if new:
            self._documents.update(self._rows(query, [new]))
        return {term: self._documents[term] for term in set(terms)}

    def _forget_counts(self) -> None:
        self._documents.clear()
        self._counted_at = float("-inf")

    def _entries(self, where: str, **values: object) -> list[Entry]:
        rows = self._rows(_ENTRY + where, {"model": self._model, **values})
        return [Entry(*row) for row in rows]

    def _rows(self, query: str, values: Any) -> list[Any]:
        return self._do(lambda db: db.execute(query.encode(), values).fetchall())

    def _do(self, work: "Callable[[Connection[Any]], T]", *, alone: bool = False) -> T:
        """One transaction (`alone`: none); once more on a new connection when the server was restarted under us."""
        import psycopg

        for left in (1, 0):
            try:
                db = self._connected()
                with nullcontext() if alone else db.transaction():
                    return work(db)
            except psycopg.OperationalError as error:
                self.close()
                if not left:
                    raise Retryable("The recall index does not answer.", code="recall_unreachable") from error
        raise AssertionError("unreachable")

    def _connected(self) -> "Connection[Any]":
        import psycopg

        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(**self._address, autocommit=True)
        return self._connection


def missing(why: str = "The database server has no pgvector extension.") -> Correctable:
    """Why several processes cannot share recall here."""
    return Correctable(
        why,
        code=MISSING,
        where="RAINMAKER_DATABASE_URL",
        hint="Install pgvector and run CREATE EXTENSION vector; until then one process alone recalls by meaning.",
    )


def _scope(scope: Scope) -> dict[str, Any]:
    subjects = None if scope.subjects is None else list(scope.subjects)
    return {"least": int(scope.min_integrity), "subjects": subjects}


def _written(vector: Vectors) -> str:
    return "[" + ",".join(map(repr, vector.astype(float).tolist())) + "]"
