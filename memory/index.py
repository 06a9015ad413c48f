"""The vector index: one Chroma collection in a folder with one owner. Holds vectors and ids, no text.

Everything here can be thrown away and rebuilt. The caller takes the owner's lock before it opens this.
"""

import logging
import re
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.models.Collection import Collection

log = logging.getLogger(__name__)

Vectors = NDArray[np.float32]

_BATCH = 1_000
_PREFIX = "passages"


class VectorIndex:
    """Vectors by id with cosine distance. Synchronous: one thread uses it."""

    def __init__(self, folder: Path, embedder: str, dimension: int) -> None:
        self._folder = folder
        self._wanted = {"embedder": embedder, "dimension": dimension}
        self._name = collection_name(embedder, dimension)
        self._client: Client | None = None
        self._collection: Collection | None = None
        self._count: int | None = None  # counting takes 8 ms at 100,000 vectors

    def open(self) -> str:
        """Open the index, or begin it anew. Returns why it is empty, "" when it was there and fits."""
        existed = (self._folder / "chroma.sqlite3").exists()
        try:
            return self._open(existed)
        except Exception:  # edge: whatever the library makes of a damaged file, a rebuild mends it
            log.warning("vector_index_damaged", exc_info=True)
            self._drop_broken_client()
            shutil.rmtree(self._folder, ignore_errors=True)
            self._open(existed=False)
            return "damaged"

    def close(self) -> None:
        """Release the files."""
        self._collection = None
        if self._client is not None:
            _close(self._client)
            self._client = None

    def clear(self) -> None:
        """Begin the collection anew."""
        self._count = None
        client = self._opened_client()
        client.delete_collection(self._name)
        self._collection = self._create(client)

    def count(self) -> int:
        """Vectors held."""
        if self._count is None:
            self._count = self._opened().count()
        return self._count

    def ids(self) -> list[str]:
        """The ids of all vectors."""
        return list(self._opened().get(include=[])["ids"])

    def upsert(self, ids: Sequence[str], vectors: Vectors, about: Sequence[Mapping[str, str | int]]) -> None:
        """Add or replace vectors; `about` holds the subject and integrity that searches filter by."""
        self._count = None
        for start in range(0, len(ids), _BATCH):
            part = slice(start, start + _BATCH)
            self._opened().upsert(
                ids=list(ids[part]),
                embeddings=vectors[part],
                metadatas=[dict(entry) for entry in about[part]],
            )

    def delete(self, ids: Sequence[str]) -> None:
        """Erase vectors; unknown ids are fine."""
        self._count = None
        for start in range(0, len(ids), _BATCH):
            self._opened().delete(ids=list(ids[start : start + _BATCH]))

    def vectors(self, ids: Sequence[str]) -> tuple[list[str], Vectors]:
        """Those of the ids that have a vector, and the vectors, one a row."""
        found: list[str] = []
        rows: list[Vectors] = []
        for start in range(0, len(ids), _BATCH):
            part = self._opened().get(ids=list(ids[start : start + _BATCH]), include=["embeddings"])
            if part["ids"] and part["embeddings"] is not None:
                found += part["ids"]
                rows.append(np.asarray(part["embeddings"], dtype=np.float32))
        return found, np.concatenate(rows) if rows else np.zeros((0, 0), dtype=np.float32)

    def nearest(
        self, vector: Vectors, limit: int, *, subjects: Sequence[str] | None = None, min_integrity: int = 0
    ) -> dict[str, float]:
        """Ids and cosines of the nearest vectors. Filters cost about 100 ms at 100,000 vectors."""
        total = self.count()
        if not total:
            return {}
        answer = self._opened().query(
            query_embeddings=[vector],
            n_results=min(limit, total),
            where=_filter(subjects, min_integrity),
            include=["distances"],
        )
        distances = (answer["distances"] or [[]])[0]
        return {key: 1.0 - far for key, far in zip(answer["ids"][0], distances, strict=True)}

    def _open(self, existed: bool) -> str:
        self._client = _new_client(self._folder)
        stale = [one.name for one in self._client.list_collections() if one.name != self._name]
        for name in stale:
            self._client.delete_collection(name)
        self._collection = self._create(self._client)
        if stale:
            return "other_embedder"
        if {key: (self._collection.metadata or {}).get(key) for key in self._wanted} != self._wanted:
            self.clear()
            return "other_embedder"
        self._probe()
        return "" if existed else "missing"

    def _create(self, client: "Client") -> "Collection":
        return client.get_or_create_collection(
            self._name,
            metadata=self._wanted,
            embedding_function=None,
            configuration={"hnsw": {"space": "cosine"}},
        )

    def _probe(self) -> None:
        """One search, so that damage and a wrong dimension show now and not in the middle of an answer."""
        probe = np.zeros(int(self._wanted["dimension"]), dtype=np.float32)
        probe[0] = 1.0
        self.nearest(probe, 1)

    def _drop_broken_client(self) -> None:
        """The library caches a client that failed to start; closing that one would raise."""
        from chromadb.api.shared_system_client import SharedSystemClient

        self._client = self._collection = self._count = None
        SharedSystemClient.clear_system_cache()

    def _opened(self) -> "Collection":
        if self._collection is None:
            raise RuntimeError("the vector index is closed")
        return self._collection

    def _opened_client(self) -> "Client":
        if self._client is None:
            raise RuntimeError("the vector index is closed")
        return self._client


def _close(client: object) -> None:
    close = getattr(client, "close", None)  # the client has it, its published interface does not
    if close is not None:
        close()


def collection_name(embedder: str, dimension: int) -> str:
    """A name the library accepts that tells vectors of different models apart."""
    slug = re.sub(r"[^a-z0-9]+", "-", embedder.lower()).strip("-")[:100]
    return f"{_PREFIX}-{slug}-{dimension}"


def _new_client(folder: Path) -> "Client":
    import chromadb
    from chromadb.config import Settings

    folder.mkdir(parents=True, exist_ok=True)
    client = chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))
    return cast("Client", client)  # declared as its interface, which lacks `close`


def _filter(subjects: Sequence[str] | None, min_integrity: int) -> Any:
    parts: list[dict[str, Any]] = []
    if subjects is not None:
        parts.append({"subject": {"$in": list(subjects)}})
    if min_integrity:
        parts.append({"integrity": {"$gte": min_integrity}})
    return {"$and": parts} if len(parts) > 1 else (parts[0] if parts else None)
