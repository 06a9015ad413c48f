"""What memory asks of the store, and what it gives back. Memory owns no tables: facts live in SQL."""

from collections.abc import AsyncIterator, Sequence
from typing import Literal, Protocol

from pydantic import BaseModel, ConfigDict

from domain.chunks import Chunk
from domain.labels import Label


class ChunkSource(Protocol):
    """Where passages come from; implemented over the store's pages and notes."""

    async def chunks_of(self, subjects: Sequence[str]) -> Sequence[Chunk]:
        """All passages about these subjects."""
        ...

    def all_chunks(self) -> AsyncIterator[Sequence[Chunk]]:
        """Every passage there is, in batches of some hundred, for a rebuild."""
        ...


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
