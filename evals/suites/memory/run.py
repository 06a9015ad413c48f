"""The suite `memory`: recall of notes by paraphrase, question and keywords; speed at 10,000 passages or more."""

import tempfile
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from domain.chunks import Chunk
from evals.suites.figures import Figure, SuiteResult, percentile, share
from evals.suites.memory.notes import KINDS, NOW, Kind, Notes, Question, StillClock, filler, notes, questions
from evals.suites.memory.word_search import WordSearch
from evals.suites.options import Options
from language.embeddings.hashed import HashedWords
from language.embeddings.port import Embedder, choose
from memory.port import Hit
from memory.recall import Memory

SEED = 1
CROWD = 400  # everyday notes with real vectors, so that the notes asked about have neighbours
MANY, MOST = 10_000, 100_000
LIMIT = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of asking every question."""

    found: dict[Kind, int]
    seconds: tuple[float, ...]
    hits: tuple[Hit, ...]


class SparedEmbedder:
    """Real vectors for what is asked about; random ones for filler, which would take an hour otherwise."""

    def __init__(self, real: Embedder, spared: frozenset[str]) -> None:
        self._real = real
        self._spared = spared
        self._random = np.random.default_rng(SEED)
        self.name, self.dimension = real.name, real.dimension

    async def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of the texts."""
        vectors = self._random.standard_normal((len(texts), self.dimension)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        rows = [row for row, text in enumerate(texts) if text not in self._spared]
        if rows:
            vectors[rows] = await self._real.embed([texts[row] for row in rows])
        return vectors


async def run(options: Options) -> SuiteResult:
    """Ask every question of memories of growing size."""
    embedder = choose("auto")
    crowd = [*notes(), *filler(CROWD, SEED)]
    figures = await _quality(crowd, embedder, options)
    figures |= await _speed(crowd, embedder, MANY, "10k", options)
    skipped: dict[str, str] = {}
    if options.full:
        figures |= await _speed(crowd, embedder, MOST, "100k", options)
    else:
        skipped["recall_ms_p95_100k"] = "100,000 passages take several minutes to index: run with --full"
    if embedder.name.startswith("hashed"):
        skipped["packaged_model"] = (
            "the packaged embedding model is not installed; hashed words were measured"
        )
    return SuiteResult("memory", (SEED,), figures, skipped)


async def _quality(crowd: Sequence[Chunk], embedder: Embedder, options: Options) -> dict[str, Figure]:
    options.say(f"asking {len(questions())} questions of {len(crowd)} notes with {embedder.name}")
    ours = await _asked_of(crowd, embedder)
    hashed = await _asked_of(crowd, HashedWords())
    words = WordSearch(crowd)
    theirs = {kind: 0 for kind in KINDS}
    for one in questions():
        theirs[one.kind] += one.answer in words.best(one.text, LIMIT)
    total = len(notes())
    goals = {"paraphrase": "≥ 0.83", "natural": "", "keyword": "≥ 0.95"}
    figures = {
        f"recall_at_5_{kind}": share(ours.found[kind], total, goals[kind], theirs[kind] / total)
        for kind in KINDS
    }
    good = sum(_has_provenance(hit) for hit in ours.hits)
    figures["provenance_complete"] = share(good, len(ours.hits), "1", 0.0)
    figures["recall_at_5_paraphrase_hashed"] = share(
        hashed.found["paraphrase"], total, "", theirs["paraphrase"] / total
    )
    return figures


async def _asked_of(chunks: Sequence[Chunk], embedder: Embedder) -> Asked:
    async def ask(memory: Memory) -> Asked:
        return await _ask_all(memory, questions())

    return await _with_memory(chunks, embedder, ask)


async def _speed(
    crowd: Sequence[Chunk], embedder: Embedder, size: int, name: str, options: Options
) -> dict[str, Figure]:
    options.say(f"indexing {size} notes")
    more = list(filler(size, SEED + 1))[: size - len(crowd)]
    chunks = [*crowd, *more]
    spared = SparedEmbedder(embedder, frozenset(chunk.text for chunk in more))

    async def ask(memory: Memory) -> Asked:
        await _ask_all(memory, questions()[:10])
        return await _ask_all(memory, questions())

    asked = await _with_memory(chunks, spared, ask)
    words = WordSearch(chunks)
    theirs = []
    for one in questions():
        started = time.perf_counter()
        words.best(one.text, LIMIT)
        theirs.append(time.perf_counter() - started)
    found = sum(asked.found.values())
    figures = {
        f"recall_ms_{label}_{name}": Figure(
            1000 * percentile(asked.seconds, at), "ms", goal, 1000 * percentile(theirs, at), len(theirs)
        )
        for label, at, goal in (("p50", 0.5, ""), ("p95", 0.95, "≤ 50"))
    }
    return figures | {f"recall_at_5_{name}": share(found, len(questions()))}


async def _with_memory(
    chunks: Sequence[Chunk], embedder: Embedder, ask: Callable[[Memory], Awaitable[Asked]]
) -> Asked:
    """Index the passages in a folder of their own, ask, and throw the folder away."""
    with tempfile.TemporaryDirectory(prefix="rainmaker-eval-") as folder:
        memory = Memory(Path(folder), embedder, Notes(chunks), StillClock())
        await memory.open()
        try:
            while await memory.catch_up(1000):
                pass
            return await ask(memory)
        finally:
            await memory.close()


async def _ask_all(memory: Memory, asked: Sequence[Question]) -> Asked:
    found: dict[Kind, int] = {kind: 0 for kind in KINDS}
    seconds: list[float] = []
    hits: list[Hit] = []
    for one in asked:
        started = time.perf_counter()
        given = await memory.recall(one.text, subjects=None, limit=LIMIT)
        seconds.append(time.perf_counter() - started)
        found[one.kind] += one.answer in {hit.id for hit in given}
        hits += given
    return Asked(found, tuple(seconds), tuple(hits))


def _has_provenance(hit: Hit) -> bool:
    """A hit says whose it is, where it was read, how old it is and how far it is trusted."""
    by_id = {chunk.id: chunk for chunk in notes()}
    known = by_id.get(hit.id)
    if not (hit.url and hit.subject and hit.label.origin != "unknown" and hit.age_days > 0):
        return False
    return known is None or (
        (hit.url, hit.label) == (known.url, known.label)
        and abs(hit.age_days - (NOW - known.seen_at).total_seconds() / 86_400) < 0.01
    )
