"""Memory: remember passages, recall them with provenance and age, rebuild the index. Never fetches."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import numpy as np

from domain.chunks import Chunk
from domain.errors import RainmakerError, Retryable
from domain.knowledge import squeeze, text_hash
from domain.labels import SECRET, Integrity
from language.embeddings.port import Embedder
from memory.index import Vectors
from memory.owner import OwnerLock
from memory.port import ChunkSource, Hit, MemoryState, PassageIndex, SharedIndex
from memory.ranking import Found
from memory.scan import scan
from memory.shelf import Shelf
from memory.stems import stems
from memory.words import Scope
from runtime.clock import Clock

log = logging.getLogger(__name__)

T = TypeVar("T")

MAX_EMBEDDED_PER_RECALL = 48  # about three seconds of the packaged model in the worst case
MAX_NEW_SUBJECTS_PER_RECALL = 50
_SUBJECTS_AT_ONCE = 10
_EMBED_BATCH = 16  # one or two seconds: a recall never waits longer for others' passages
_MAX_QUERY = 2_000
_MAX_LIMIT = 50


class Memory:
    """The recall of one workspace over a folder it owns; without the folder, recall works by words only.

    With `shared` there is no owner: every process of the workspace opens the same index.
    """

    def __init__(
        self,
        folder: Path,
        embedder: Embedder,
        source: ChunkSource,
        clock: Clock,
        *,
        shared: SharedIndex | None = None,
    ) -> None:
        self._folder = folder
        self._shared = shared
        self._embedder = embedder
        self._source = source
        self._clock = clock
        self._lock = OwnerLock(folder)
        self._shelf: PassageIndex | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._writing = asyncio.Lock()
        self._reason, self._code = "it is not open.", "index_not_open"

    async def open(self) -> MemoryState:
        """Take the folder and mend what is missing. Never fails for transport: the state says what is off."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="memory")
        try:
            if self._shared is None:
                self._lock.take()
            dimension = self._embedder.dimension or len((await self._embedder.embed(["a"]))[0])
            shelf = self._index(dimension)
            unread = await self._run(shelf.open)
        except RainmakerError as error:
            await self.close()
            self._reason, self._code = error.message, error.code
            log.warning("memory_by_words_only", extra={"code": error.code})
            return await self.state()
        self._shelf, self._reason, self._code = shelf, "", ""
        if unread:
            await self.rebuild(reason=unread)
        return await self.state()

    def _index(self, dimension: int) -> PassageIndex:
        make = self._shared or (lambda name, size: Shelf(self._folder, name, size))
        return make(self._embedder.name, dimension)

    async def close(self) -> None:
        """Release the folder."""
        if self._shelf is not None:
            await self._run(self._shelf.close)
            self._shelf = None
        if self._thread is not None:
            self._thread.shutdown()
            self._thread = None
        self._lock.release()
        self._reason, self._code = "it is not open.", "index_not_open"

    @property
    def code(self) -> str:
        """Why recall works by words only, as an error code; "" when it does not."""
        return self._code

    async def state(self) -> MemoryState:
        """Who owns the index and how much of it has vectors."""
        passages, embedded = await self._run(self._shelf.counts) if self._shelf else (0, 0)
        return MemoryState(
            owner=self._shelf is not None,
            embedder=self._embedder.name,
            passages=passages,
            embedded=embedded,
            reason=self._reason,
        )

    async def remember(self, subject: str, chunks: Sequence[Chunk], *, at_once: bool = True) -> None:
        """Make these the subject's passages.

        With `at_once` (our own site, notes) they get vectors now; without, at the first recall that needs
        them. Raises Retryable when another process owns the index.
        """
        shelf = self._owned()
        async with self._writing:
            await self._run(shelf.put, subject, _rememberable(chunks))
        scope = Scope((subject,), Integrity.UNTRUSTED)
        while at_once and await self._embed_waiting(shelf, scope, [], _EMBED_BATCH):
            pass

    async def recall(
        self,
        query: str,
        *,
        subjects: Sequence[str] | None,
        limit: int = 5,
        min_integrity: Integrity | None = None,
    ) -> list[Hit]:
        """The best passages about the subjects (None: about anything), best first."""
        asked = squeeze(query)[:_MAX_QUERY]
        if not asked or (subjects is not None and not subjects):
            return []
        scope = Scope(None if subjects is None else tuple(subjects), min_integrity or Integrity.UNTRUSTED)
        limit = max(1, min(limit, _MAX_LIMIT))
        now = await self._clock.now()
        if self._shelf is None:
            return _hits(await scan(self._source, stems(asked), scope), limit, now)
        return _hits(await self._search(self._shelf, asked, scope, limit), limit, now)

    async def mark_stale(self, subjects: Sequence[str]) -> None:
        """The subjects' pages were read anew: ask the source again at the next recall."""
        if self._shelf is not None:
            await self._run(self._shelf.mark_stale, subjects)

    async def compact(self) -> None:
        """Rewrite the word index, so that erased words are not left in its file."""
        shelf = self._owned()
        async with self._writing:
            await self._run(shelf.compact)

    async def forget(self, subjects: Sequence[str]) -> int:
        """Erase the subjects from both indexes. Returns how many passages went."""
        shelf = self._owned()
        async with self._writing:
            return await self._run(shelf.forget, subjects)

    async def rebuild(self, *, reason: str = "asked for") -> int:
        """Read every passage from the source again. Returns how many there are.

        Words are searchable at once; vectors come with recalls and with `catch_up`.
        """
        shelf = self._owned()
        async with self._writing:
            await self._run(shelf.begin_rebuild)
            async for batch in self._source.all_chunks():
                await self._run(shelf.add, _rememberable(batch))
            await self._run(shelf.end_rebuild)
        passages, _ = await self._run(shelf.counts)
        log.info("memory_rebuilt", extra={"reason": reason, "passages": passages})
        return passages

    async def catch_up(self, limit: int = 200) -> int:
        """Give up to `limit` waiting passages their vectors. Returns how many are still waiting."""
        shelf = self._owned()
        while limit > 0 and (done := await self._embed_waiting(shelf, None, [], min(_EMBED_BATCH, limit))):
            limit -= done
        passages, embedded = await self._run(shelf.counts)
        return passages - embedded

    async def _search(self, shelf: PassageIndex, asked: str, scope: Scope, limit: int) -> list[Found]:
        terms = stems(asked)
        if scope.subjects is not None:
            await self._meet(shelf, scope.subjects)
        vector = await self._vector(shelf, asked, terms, scope)
        return await self._run(shelf.search, terms, vector, scope, limit)

    async def _meet(self, shelf: PassageIndex, subjects: Sequence[str]) -> None:
        """Read the passages of subjects that were never asked about, a bounded number at a time."""
        unknown = await self._run(shelf.unknown, subjects)
        if not unknown:
            return
        async with self._writing:
            unknown = await self._run(shelf.unknown, subjects)  # another recall may have met them
            for start in range(0, min(len(unknown), MAX_NEW_SUBJECTS_PER_RECALL), _SUBJECTS_AT_ONCE):
                some = unknown[start : min(start + _SUBJECTS_AT_ONCE, MAX_NEW_SUBJECTS_PER_RECALL)]
                chunks = _rememberable(await self._source.chunks_of(some))
                for subject in some:
                    await self._run(shelf.put, subject, [one for one in chunks if one.subject == subject])
        if len(unknown) > MAX_NEW_SUBJECTS_PER_RECALL:
            log.info("recall_left_subjects", extra={"left": len(unknown) - MAX_NEW_SUBJECTS_PER_RECALL})

    async def _vector(
        self, shelf: PassageIndex, asked: str, terms: Sequence[str], scope: Scope
    ) -> Vectors | None:
        """The query's vector, once the likeliest waiting passages have theirs; None without a model."""
        try:
            if await self._run(shelf.without_vector, scope, terms, 1):
                await self._embed_waiting(shelf, scope, terms, MAX_EMBEDDED_PER_RECALL)
            return (await self._embedder.embed([asked]))[0]
        except RainmakerError as error:
            log.warning("recall_by_words_only", extra={"code": error.code})
            return None

    async def _embed_waiting(
        self, shelf: PassageIndex, scope: Scope | None, terms: Sequence[str], limit: int
    ) -> int:
        """Give up to `limit` passages their vectors. Returns how many."""
        async with self._writing:
            entries = await self._run(shelf.without_vector, scope, terms, limit)
            if entries:
                texts = [_embedded_text(entry.chunk()) for entry in entries]
                vectors = await self._embedder.embed(texts)
                await self._run(shelf.store, entries, np.asarray(vectors, dtype=np.float32))
        return len(entries)

    async def _run(self, work: Callable[..., T], *args: object) -> T:
        """Run on the one thread that touches the indexes."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, *args)

    def _owned(self) -> PassageIndex:
        if self._shelf is None:
            raise Retryable(f"The memory index cannot be written: {self._reason}", code=self._code)
        return self._shelf


def _rememberable(chunks: Sequence[Chunk]) -> list[Chunk]:
    """Secrets never enter a prompt, so they never enter the index that feeds prompts."""
    return [chunk for chunk in chunks if SECRET not in chunk.label.readers]


def _embedded_text(chunk: Chunk) -> str:
    if not chunk.heading or chunk.heading in chunk.text:
        return chunk.text
    return f"{chunk.heading}\n{chunk.text}"


def _hits(found: Sequence[Found], limit: int, now: datetime) -> list[Hit]:
    """The best ones as hits; the same text from several pages is given once."""
    hits: list[Hit] = []
    seen: set[str] = set()
    for one in found:
        chunk = one.entry.chunk()
        key = text_hash(chunk.text)
        if key in seen or one.score <= 0.0:
            continue
        seen.add(key)
        hits.append(_hit(chunk, one, now))
        if len(hits) == limit:
            break
    return hits


def _hit(chunk: Chunk, found: Found, now: datetime) -> Hit:
    return Hit(
        id=chunk.id,
        subject=chunk.subject,
        url=chunk.url,
        heading=chunk.heading,
        text=chunk.text,
        score=round(found.score, 4),
        age_days=max(0.0, (now - chunk.seen_at).total_seconds() / 86_400),
        label=chunk.label,
        by=found.by,
    )
