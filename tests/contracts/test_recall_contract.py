"""Recall over the index in the home and over the one in Postgres: the same passages with the same scores."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import make_url

from domain.chunks import Chunk
from domain.labels import SECRET, Integrity, Label, owner_label
from language.embeddings.hashed import HashedWords
from memory.pgvector import PgVectorShelf
from memory.recall import Memory
from runtime.store.engine import Database
from runtime.store.postgres import connect_args
from service.recall_desk import RecallDesk
from tests.fixtures.postgres import PostgresServer
from tests.fixtures.recall import BIKES, PRICE, ROOTS, Shelves, ShortWords, StillClock, chunk

NOTE = chunk("seller", "Note: inspection of bikes is our best offer.", label=owner_label("ann"))
Open = Callable[..., Awaitable[Memory]]


@pytest_asyncio.fixture(params=["home", "postgres"])
async def open_memory(request: pytest.FixtureRequest, home: Path) -> AsyncIterator[Open]:
    """Opens a memory over the same index each time; every one is closed at the end."""
    opened: list[Memory] = []
    options = {}
    if request.param == "postgres":
        address = connect_args(make_url(request.getfixturevalue("empty_postgres_url")))
        options["shared"] = lambda name, dimension: PgVectorShelf(address, name, dimension)

    async def one(
        *chunks: Chunk, source: Shelves | None = None, embedder: HashedWords | None = None
    ) -> Memory:
        source = source or Shelves(*(chunks or (ROOTS, BIKES, PRICE)))
        memory = Memory(home / "vectors", embedder or HashedWords(), source, StillClock(), **options)
        opened.append(memory)
        state = await memory.open()
        assert state.reason == ""
        return memory

    yield one
    for memory in opened:
        await memory.close()


async def test_a_hit_says_where_it_came_from_and_how_it_was_found(open_memory: Open) -> None:
    memory = await open_memory()
    hit = (await memory.recall("yearly inspection", subjects=None, limit=1))[0]
    assert (hit.id, hit.url, hit.subject, hit.label) == (PRICE.id, PRICE.url, "bikes", PRICE.label)
    assert (hit.age_days, hit.by) == (pytest.approx(40.0), "meaning")
    vectors = await HashedWords().embed(["yearly inspection", PRICE.text])
    assert hit.score == pytest.approx(float(vectors[0] @ vectors[1]) + 0.2, abs=0.001)


async def test_a_subjects_pages_are_read_at_the_first_recall_only(open_memory: Open) -> None:
    source = Shelves()
    memory = await open_memory(source=source)
    source.chunks = [ROOTS, BIKES, PRICE]
    first = await memory.recall("how much is an inspection?", subjects=["bikes"])
    await memory.recall("batteries", subjects=["bikes"])
    state = await memory.state()
    assert first[0].text == PRICE.text
    assert source.asked == ["bikes"]
    assert (state.owner, state.passages, state.embedded) == (True, 2, 2)


async def test_other_subjects_low_integrity_and_secrets_stay_away(open_memory: Open) -> None:
    memory = await open_memory()
    secret = Label(integrity=Integrity.OWNER, readers=frozenset({SECRET}), origin="vault")
    await memory.remember("seller", [NOTE, chunk("seller", "The password is tangerine.", label=secret)])
    assert {hit.subject for hit in await memory.recall("electric bikes", subjects=["roots"])} == {"roots"}
    trusted = await memory.recall("inspection of bikes", subjects=None, min_integrity=Integrity.CRM)
    assert [hit.id for hit in trusted] == [NOTE.id]
    assert not any("tangerine" in hit.text for hit in await memory.recall("password", subjects=None))


async def test_remembering_again_replaces_and_forgetting_erases(open_memory: Open) -> None:
    memory = await open_memory()
    await memory.remember("seller", [chunk("seller", "Old price list"), chunk("seller", "About us")])
    await memory.remember("seller", [chunk("seller", "New price list"), chunk("seller", "About us")])
    assert {hit.text for hit in await memory.recall("price list about", subjects=["seller"])} == {
        "New price list",
        "About us",
    }
    assert await memory.forget(["seller"]) == 2
    assert await memory.recall("price list", subjects=["seller"]) == []
    await memory.compact()


async def test_stale_subjects_are_read_again(open_memory: Open) -> None:
    source = Shelves(ROOTS)
    memory = await open_memory(source=source)
    await memory.recall("implants", subjects=["roots"])
    source.chunks = [chunk("roots", "We now also straighten teeth.")]
    await memory.mark_stale(["roots"])
    hits = await memory.recall("straighten teeth", subjects=["roots"])
    assert [hit.text for hit in hits] == ["We now also straighten teeth."]


async def test_what_was_remembered_is_there_after_closing(open_memory: Open) -> None:
    memory = await open_memory()
    await memory.catch_up()
    await memory.close()
    state = await (await open_memory(source=Shelves())).state()
    assert (state.passages, state.embedded) == (3, 3)


async def test_another_model_gives_every_passage_a_new_vector(open_memory: Open) -> None:
    memory = await open_memory()
    await memory.catch_up()
    await memory.close()
    memory = await open_memory(embedder=ShortWords())
    assert (await memory.state()).embedded == 0
    assert await memory.catch_up() == 0
    assert (await memory.recall("electric bikes", subjects=None))[0].by == "meaning"


async def test_a_rebuild_reads_everything_from_the_source(open_memory: Open) -> None:
    memory = await open_memory()
    await memory.remember("gone", [chunk("gone", "This page is gone.")])
    assert await memory.rebuild() == 3
    assert "gone" not in {hit.subject for hit in await memory.recall("page is gone", subjects=None)}


async def test_a_large_index_is_searched_by_meaning_and_by_rare_words(open_memory: Open) -> None:
    many = [
        chunk(f"s{n % 9}", f"Company number {n} repairs machine type {n % 7} in town {n % 50}.")
        for n in range(2_300)
    ]
    needle = chunk("needle", "Falconry lessons beside the old lighthouse.")
    memory = await open_memory(*many, needle)
    by_words = await memory.recall("falconry near a lighthouse", subjects=None, limit=3)
    assert by_words[0].id == needle.id
    assert (await memory.recall("falconry", subjects=None, limit=1))[0].by == "meaning"


async def test_two_processes_share_the_index_in_postgres(empty_postgres_url: str, tmp_path: Path) -> None:
    address = connect_args(make_url(empty_postgres_url))

    def memory_of(source: Shelves) -> Memory:
        return Memory(
            tmp_path,
            HashedWords(),
            source,
            StillClock(),
            shared=lambda name, dimension: PgVectorShelf(address, name, dimension),
        )

    first, second = memory_of(Shelves(ROOTS, BIKES, PRICE)), memory_of(Shelves())
    assert [(await one.open()).owner for one in (first, second)] == [True, True]
    await first.remember("seller", [NOTE])
    hits = await second.recall("inspection of bikes", subjects=["seller"])
    assert [(hit.id, hit.by) for hit in hits] == [(NOTE.id, "meaning")]
    await second.remember("seller", [])
    assert await first.recall("inspection of bikes", subjects=["seller"]) == []
    for one in (first, second):
        await one.close()


async def test_recall_outlives_a_restart_of_the_server(
    postgres_server: PostgresServer, empty_postgres_url: str, tmp_path: Path
) -> None:
    address = connect_args(make_url(empty_postgres_url))
    memory = Memory(
        tmp_path,
        HashedWords(),
        Shelves(BIKES),
        StillClock(),
        shared=lambda name, dimension: PgVectorShelf(address, name, dimension),
    )
    await memory.open()
    postgres_server.restart("fast")
    assert (await memory.recall("electric bikes", subjects=["bikes"]))[0].id == BIKES.id
    await memory.close()


async def test_without_the_extension_one_process_recalls_from_its_home(
    postgres_server: PostgresServer, postgres_url: str, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A user who may not make the extension stands for a server that has none."""
    name = str(make_url(postgres_url).database)
    postgres_server.sql("DO $$ BEGIN CREATE ROLE plain LOGIN; EXCEPTION WHEN duplicate_object THEN END $$")
    postgres_server.sql("GRANT SELECT ON ALL TABLES IN SCHEMA public TO plain", name)
    database = Database(make_url(postgres_url).set(username="plain").render_as_string(hide_password=False))
    desk = RecallDesk(home / "vectors", HashedWords(), database, StillClock())
    state = await (await desk.memory()).state()
    await desk.close()
    await database.close()
    assert (state.owner, state.reason) == (True, "")
    assert (home / "vectors" / "chroma").exists()
    assert "recall_not_shared" in caplog.messages
