"""The recall port: memory over the stored pages. Memory opens at first use; the index is rebuildable."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from pathlib import Path

from domain.chunks import Chunk
from domain.errors import RainmakerError
from domain.labels import Integrity, Label
from language.embeddings.port import Embedder
from language.port import Passage
from memory import pgvector
from memory.chunks import chunk_text
from memory.recall import Memory
from runtime.clock import Clock
from runtime.store import knowledge
from runtime.store.engine import Database
from runtime.store.postgres import connect_args

log = logging.getLogger(__name__)


class StoredPages:
    """Passages of the pages in the store."""

    def __init__(self, database: Database) -> None:
        self._db = database

    async def chunks_of(self, subjects: Sequence[str]) -> Sequence[Chunk]:
        """All passages about these subjects."""
        async with self._db.read() as tx:
            rows = await knowledge.page_texts(tx, subjects)
        return [chunk for row in rows for chunk in _chunks(row)]

    async def all_chunks(self) -> AsyncIterator[Sequence[Chunk]]:
        """Every passage, one subject's pages at a time."""
        async with self._db.read() as tx:
            subjects = await knowledge.page_subjects(tx)
        for start in range(0, len(subjects), 50):
            yield await self.chunks_of(subjects[start : start + 50])


def _chunks(row: dict[str, object]) -> Sequence[Chunk]:
    label, seen = row["label"], row["fetched_at"]
    if not isinstance(label, Label) or not isinstance(seen, datetime):
        return ()
    return chunk_text(str(row["subject"]), str(row["text"]), url=str(row["url"]), label=label, seen_at=seen)


class RecallDesk:
    """Recall for specialists."""

    def __init__(self, folder: Path, embedder: Embedder, database: Database, clock: Clock) -> None:
        self._folder = folder
        self._embedder = embedder
        self._clock = clock
        self._shared = not database.is_sqlite
        self._source = StoredPages(database)
        self._memory = self._shared_memory(database) if self._shared else self._own_memory()
        self._opening = asyncio.Lock()
        self._opened = False
        self._background: asyncio.Task[None] | None = None

    async def memory(self) -> Memory:
        """The memory, opened."""
        async with self._opening:
            if not self._opened:
                state = await self._memory.open()
                if self._shared and self._memory.code == pgvector.MISSING:
                    log.warning("recall_not_shared", extra={"reason": state.reason})
                    self._shared, self._memory = False, self._own_memory()
                    await self._memory.open()
                self._opened = True
        return self._memory

    def _own_memory(self) -> Memory:
        """An index in the home, which one process owns."""
        return Memory(self._folder, self._embedder, self._source, self._clock)

    def _shared_memory(self, database: Database) -> Memory:
        """An index in the same Postgres, open to every process."""
        address = connect_args(database.url)

        def make(embedder: str, dimension: int) -> pgvector.PgVectorShelf:
            return pgvector.PgVectorShelf(address, embedder, dimension)

        return Memory(self._folder, self._embedder, self._source, self._clock, shared=make)

    async def close(self) -> None:
        """Release the index; what has no vector yet gets it later."""
        if self._background is not None:
            self._background.cancel()
            await asyncio.gather(self._background, return_exceptions=True)
        if self._opened:
            await self._memory.close()

    async def passages(self, question: str, subjects: Sequence[str] | None, limit: int) -> Sequence[Passage]:
        """The nearest passages with provenance and age."""
        memory = await self.memory()
        hits = await memory.recall(question, subjects=subjects, limit=limit)
        return [
            Passage(
                id=hit.id,
                url=hit.url,
                text=hit.text,
                age_days=hit.age_days,
                trusted=hit.label.integrity >= Integrity.CRM,
            )
            for hit in hits
        ]

    async def remember(self, subject: str) -> None:
        """Index a subject's stored pages: words now, vectors beside other work (a page costs half a second)."""
        memory = await self.memory()
        if not (await memory.state()).owner:
            return
        await memory.remember(subject, await self._source.chunks_of([subject]), at_once=False)
        if self._background is None or self._background.done():
            self._background = asyncio.create_task(self._embed_rest())

    async def relearn(self, subjects: Sequence[str]) -> None:
        """Take the subjects' pages as they are now and leave nothing of the old text in the index.

        Raises:
            Retryable: index_owned_elsewhere.
        """
        if not self._shared and not self._folder.exists():
            return
        memory = await self.memory()
        for subject in subjects:
            await memory.remember(subject, await self._source.chunks_of([subject]), at_once=False)
        await memory.compact()
        if self._background is not None:
            self._background.cancel()
            await asyncio.gather(self._background, return_exceptions=True)
        async with self._opening:  # the library keeps old text in memory and would write it out again
            await memory.close()
            self._opened = False

    async def _embed_rest(self) -> None:
        memory = await self.memory()
        try:
            while await memory.catch_up(16):
                pass
        except RainmakerError as error:
            log.warning("embedding_stopped", extra={"code": error.code})

    async def catch_up(self, limit: int) -> None:
        """Give some waiting passages their vectors; nothing happens before memory was first used."""
        if self._opened and (await self._memory.state()).owner:
            await self._memory.catch_up(limit)
