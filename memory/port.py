"""What memory asks of the store, and what it gives back. Memory owns no tables: facts live in SQL."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from domain.chunks import Chunk
from domain.labels import Label
from memory.index import Vectors
from memory.ranking import Found
from memory.words import Entry, Scope


class ChunkSource(Protocol):
    """Where passages come from; implemented over the store's pages and notes."""

    async def chunks_of(self, subjects: Sequence[str]) -> Sequence[Chunk]:
        """All passages about these subjects."""
        ...

    def all_chunks(self) -> AsyncIterator[Sequence[Chunk]]:
        """Every passage there is, in batches of some hundred, for a rebuild."""
        ...


class PassageIndex(Protocol):
    """Where passages and their vectors are kept. Synchronous: one thread of a process uses it."""

    def open(self) -> str:
        """Open or make it. Returns why all passages must be read again ("missing", "damaged"), else ""."""
        ...

    def close(self) -> None:
        """Release it."""
        ...

    def compact(self) -> None:
        """Leave nothing of what was erased."""
        ...

    def begin_rebuild(self) -> None:
        """Erase everything and note that the passages are being read again."""
        ...

    def end_rebuild(self) -> None:
        """Note that all passages are there again."""
        ...

    def counts(self) -> tuple[int, int]:
        """Passages, and how many of them have vectors."""
        ...

    def unknown(self, subjects: Sequence[str]) -> list[str]:
        """Subjects whose passages must be asked for."""
        ...

    def mark_stale(self, subjects: Sequence[str]) -> None:
        """Ask for the subjects' passages again at the next recall."""
        ...

    def put(self, subject: str, chunks: Sequence[Chunk]) -> None:
        """Make these the subject's passages; unchanged ones keep their vectors."""
        ...

    def add(self, chunks: Sequence[Chunk]) -> None:
        """Add passages of any subjects."""
        ...

    def forget(self, subjects: Sequence[str]) -> int:
        """Erase the subjects. Returns how many passages went."""
        ...

    def without_vector(self, scope: Scope | None, terms: Sequence[str], limit: int) -> list[Entry]:
        """Passages that still need a vector: those that share words with the query first."""
        ...

    def store(self, entries: Sequence[Entry], vectors: Vectors) -> None:
        """Keep the vectors of these passages, unless a passage went while it was being embedded."""
        ...

    def search(self, terms: Sequence[str], vector: Vectors | None, scope: Scope, limit: int) -> list[Found]:
        """The best passages by cosine plus weighted coverage of the query's words."""
        ...


SharedIndex = Callable[[str, int], PassageIndex]  # makes one for an embedder and its dimension


class Hit(BaseModel):
    """One recalled passage with where it came from and how old it is."""

    model_config = ConfigDict(frozen=True)

    id: str
    subject: str
    url: str
    heading: str
    text: str
    score: float  # cosine + 0.2 × coverage by meaning (at most 1.2); 0.6 × coverage by words
    age_days: float
    label: Label
    by: Literal["meaning", "words"]


class MemoryState(BaseModel):
    """How memory stands, for `doctor` and the status page."""

    model_config = ConfigDict(frozen=True)

    owner: bool
    embedder: str
    passages: int
    embedded: int
    reason: str  # why recall works by words only, "" when it does not
