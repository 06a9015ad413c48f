"""Recall by words alone, straight from the source, for a process that does not own the index."""

import asyncio
import math
from collections import Counter
from collections.abc import Sequence

from domain.chunks import Chunk
from domain.labels import SECRET
from memory.port import ChunkSource
from memory.ranking import WORDS_ONLY_WEIGHT, Found
from memory.stems import stems
from memory.words import Entry, Scope, coverage

MAX_SCANNED = 5_000


async def scan(source: ChunkSource, terms: Sequence[str], scope: Scope) -> list[Found]:
    """Passages that share words with the query, best first; looks at no more than 5,000 of them."""
    chunks = await _read(source, scope)
    return await asyncio.to_thread(_ranked, chunks, terms)


async def _read(source: ChunkSource, scope: Scope) -> list[Chunk]:
    found: list[Chunk] = []
    if scope.subjects is not None:
        found.extend(await source.chunks_of(scope.subjects))
    else:
        async for batch in source.all_chunks():
            found.extend(batch)
            if len(found) >= MAX_SCANNED:
                break
    return [
        chunk
        for chunk in found[:MAX_SCANNED]
        if chunk.label.integrity >= scope.min_integrity and SECRET not in chunk.label.readers
    ]


def _ranked(chunks: Sequence[Chunk], terms: Sequence[str]) -> list[Found]:
    texts = [stems(f"{chunk.heading} {chunk.text}") for chunk in chunks]
    documents = Counter(stem for text in texts for stem in set(text))
    weights = {
        term: math.log(1.0 + (len(chunks) - documents[term] + 0.5) / (documents[term] + 0.5))
        for term in terms
    }
    found = [
        Found(
            Entry(chunk.id, False, "", chunk.model_dump_json()),
            WORDS_ONLY_WEIGHT * coverage(weights, " ".join(text)),
            "words",
        )
        for chunk, text in zip(chunks, texts, strict=True)
        if weights.keys() & set(text)
    ]
    return sorted(found, key=lambda one: (-one.score, one.entry.id))
