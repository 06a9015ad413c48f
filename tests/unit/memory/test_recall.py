"""Recall: what is found, with what provenance, and what happens when the index is lost, foreign or taken."""

import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from domain.chunks import Chunk
from domain.errors import Retryable
from domain.labels import SECRET, Integrity, Label, owner_label
from language.embeddings.hashed import HashedWords
from memory.recall import MAX_EMBEDDED_PER_RECALL, Memory
from tests.fixtures.recall import BIKES, PRICE, ROOTS, Shelves, ShortWords, StillClock, chunk


class DownWords(HashedWords):
    """A model whose server is down."""

    async def embed(self, texts: Sequence[str]) -> np.ndarray:
        raise Retryable("The embeddings server did not answer.", code="embedding_server_unreachable")


@pytest.fixture
async def memory(tmp_path: Path) -> AsyncIterator[Memory]:
    one = Memory(tmp_path / "vectors", HashedWords(), Shelves(ROOTS, BIKES, PRICE), StillClock())
    await one.open()
    yield one
    await one.close()


async def test_a_prospects_pages_are_read_at_the_first_recall_only(tmp_path: Path) -> None:
    source = Shelves()
    memory = Memory(tmp_path, HashedWords(), source, StillClock())
    await memory.open()
    source.chunks = [ROOTS, BIKES, PRICE]
    first = await memory.recall("how much is an inspection?", subjects=["bikes"])
    await memory.recall("batteries", subjects=["bikes"])
    state = await memory.state()
    await memory.close()
    assert first[0].text == PRICE.text
    assert source.asked == ["bikes"]
    assert (state.passages, state.embedded) == (2, 2)


async def test_a_hit_says_where_it_came_from_and_how_old_it_is(memory: Memory) -> None:
    hit = (await memory.recall("yearly inspection", subjects=None, limit=1))[0]
    assert (hit.id, hit.url, hit.subject, hit.label) == (PRICE.id, PRICE.url, "bikes", PRICE.label)
    assert hit.age_days == pytest.approx(40.0)
    assert hit.by == "meaning"
    assert hit.score > 0.2


async def test_other_subjects_are_never_recalled(memory: Memory) -> None:
    assert {hit.subject for hit in await memory.recall("electric bikes", subjects=["roots"])} == {"roots"}
    assert await memory.recall("electric bikes", subjects=[]) == []
    assert await memory.recall("   ", subjects=None) == []


async def test_low_integrity_is_filtered_where_asked(memory: Memory) -> None:
    note = chunk("seller", "Note: inspection of bikes is our best offer.", label=owner_label("ann"))
    await memory.remember("seller", [note])
    hits = await memory.recall("inspection of bikes", subjects=None, min_integrity=Integrity.CRM)
    assert [hit.id for hit in hits] == [note.id]


async def test_secrets_are_not_remembered(memory: Memory) -> None:
    secret = Label(integrity=Integrity.OWNER, readers=frozenset({SECRET}), origin="vault")
    await memory.remember("seller", [chunk("seller", "The password is tangerine.", label=secret)])
    assert not any(
        "tangerine" in hit.text for hit in await memory.recall("password tangerine", subjects=None)
    )


async def test_remembering_again_replaces_and_forgetting_erases(memory: Memory) -> None:
    await memory.remember("seller", [chunk("seller", "Old price list"), chunk("seller", "About us")])
    await memory.remember("seller", [chunk("seller", "New price list"), chunk("seller", "About us")])
    texts = {hit.text for hit in await memory.recall("price list about", subjects=["seller"])}
    assert texts == {"New price list", "About us"}
    assert await memory.forget(["seller"]) == 2
    assert await memory.recall("price list", subjects=["seller"]) == []


async def test_stale_subjects_are_read_again(tmp_path: Path) -> None:
    source = Shelves(ROOTS)
    memory = Memory(tmp_path, HashedWords(), source, StillClock())
    await memory.open()
    await memory.recall("implants", subjects=["roots"])
    source.chunks = [chunk("roots", "We moved the implants practice to Hamburg.")]
    await memory.mark_stale(["roots"])
    hits = await memory.recall("implants", subjects=["roots"])
    await memory.close()
    assert [hit.text for hit in hits] == ["We moved the implants practice to Hamburg."]


async def test_the_index_is_there_after_a_restart_without_asking_the_source(tmp_path: Path) -> None:
    for source in (Shelves(ROOTS, BIKES, PRICE), Shelves()):
        memory = Memory(tmp_path, HashedWords(), source, StillClock())
        await memory.open()
        await memory.catch_up()
        hits = await memory.recall("electric bikes", subjects=None, limit=1)
        await memory.close()
        assert [hit.id for hit in hits] == [BIKES.id]


@pytest.mark.parametrize("lost", ["chroma", "words.sqlite3"])
async def test_a_lost_part_of_the_index_is_rebuilt(tmp_path: Path, lost: str) -> None:
    import shutil

    source = Shelves(ROOTS, BIKES, PRICE)
    for round_ in range(2):
        memory = Memory(tmp_path, HashedWords(), source, StillClock())
        await memory.open()
        assert await memory.catch_up() == 0
        hits = await memory.recall("electric bikes", subjects=None, limit=1)
        await memory.close()
        assert [(hit.id, hit.by) for hit in hits] == [(BIKES.id, "meaning")]
        if round_ == 0:
            path = tmp_path / lost
            shutil.rmtree(path) if path.is_dir() else path.unlink()


@pytest.mark.parametrize("damaged", ["chroma/chroma.sqlite3", "words.sqlite3"])
async def test_a_damaged_file_is_rebuilt(tmp_path: Path, damaged: str) -> None:
    source = Shelves(ROOTS, BIKES, PRICE)
    first = Memory(tmp_path, HashedWords(), source, StillClock())
    await first.open()
    await first.close()
    (tmp_path / damaged).write_bytes(b"this is not a database " * 1_000)
    second = Memory(tmp_path, HashedWords(), source, StillClock())
    await second.open()
    await second.catch_up()
    hits = await second.recall("electric bikes", subjects=None, limit=1)
    await second.close()
    assert [(hit.id, hit.by) for hit in hits] == [(BIKES.id, "meaning")]


async def test_another_model_or_dimension_means_new_vectors(tmp_path: Path) -> None:
    source = Shelves(ROOTS, BIKES, PRICE)
    for embedder in (HashedWords(), ShortWords(), HashedWords()):
        memory = Memory(tmp_path, embedder, source, StillClock())
        await memory.open()
        before = await memory.state()
        await memory.catch_up()
        hits = await memory.recall("electric bikes", subjects=None, limit=1)
        await memory.close()
        assert (before.passages, before.embedded) == (3, 0)
        assert [hit.by for hit in hits] == ["meaning"]


async def test_a_second_owner_gets_a_clear_answer_and_recalls_by_words(
    memory: Memory, tmp_path: Path
) -> None:
    second = Memory(tmp_path / "vectors", HashedWords(), Shelves(ROOTS, BIKES, PRICE), StillClock())
    state = await second.open()
    assert not state.owner
    assert "in use by process" in state.reason
    hits = await second.recall("electric bikes", subjects=None)
    assert [(hit.id, hit.by) for hit in hits] == [(BIKES.id, "words")]
    with pytest.raises(Retryable) as caught:
        await second.remember("seller", [])
    assert caught.value.code == "index_owned_elsewhere"
    await second.close()


def test_the_lock_of_another_process_counts(tmp_path: Path) -> None:
    holder = (
        "import sys; from pathlib import Path; from memory.owner import OwnerLock\n"
        "lock = OwnerLock(Path(sys.argv[1])); lock.take(); print('taken', flush=True); sys.stdin.read()"
    )
    from memory.owner import OwnerLock

    root = Path(__file__).resolve().parents[3]
    with subprocess.Popen(
        [sys.executable, "-c", holder, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=root,
        text=True,
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "taken\n"
        with pytest.raises(Retryable, match=f"process {other.pid}"):
            OwnerLock(tmp_path).take()
        other.kill()
    OwnerLock(tmp_path).take()  # a dead owner holds nothing


async def test_without_its_model_recall_still_works_by_words(tmp_path: Path) -> None:
    memory = Memory(tmp_path, DownWords(), Shelves(ROOTS, BIKES, PRICE), StillClock())
    await memory.open()
    hits = await memory.recall("electric bikes", subjects=["bikes"], limit=1)
    await memory.close()
    assert [(hit.id, hit.by) for hit in hits] == [(BIKES.id, "words")]


async def test_one_recall_embeds_a_bounded_number_and_the_likeliest_first(tmp_path: Path) -> None:
    many = [chunk("big", f"Paragraph {number} about windows and doors") for number in range(200)]
    wanted = chunk("big", "The warranty covers broken hinges for ten years.")
    memory = Memory(tmp_path, HashedWords(), Shelves(), StillClock())
    await memory.open()
    await memory.remember("big", [*many, wanted], at_once=False)
    hits = await memory.recall("warranty for hinges", subjects=["big"], limit=1)
    state = await memory.state()
    left = await memory.catch_up(limit=50)
    await memory.close()
    assert [hit.id for hit in hits] == [wanted.id]
    assert state.embedded == MAX_EMBEDDED_PER_RECALL
    assert left == 201 - MAX_EMBEDDED_PER_RECALL - 50


async def test_a_stray_or_missing_vector_after_a_crash_is_mended(tmp_path: Path) -> None:
    source = Shelves(ROOTS, BIKES, PRICE)
    memory = Memory(tmp_path, HashedWords(), source, StillClock())
    await memory.open()
    await memory.catch_up()
    shelf = memory._owned()
    await memory._run(shelf._vectors.delete, [BIKES.id])  # the note that it exists stays
    await memory.close()
    again = Memory(tmp_path, HashedWords(), source, StillClock())
    state = await again.open()
    assert (state.passages, state.embedded) == (3, 2)
    assert await again.catch_up() == 0
    await again.close()


async def test_the_same_text_from_two_pages_is_given_once(memory: Memory) -> None:
    twin = Chunk(**{**PRICE.model_dump(), "id": "chk_twin", "url": "https://bikes.example/twin"})
    await memory.remember("bikes", [PRICE, twin])
    assert len(await memory.recall("yearly inspection costs", subjects=["bikes"])) == 1
