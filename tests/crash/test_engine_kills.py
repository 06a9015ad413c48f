"""The whole worker – lease, engine, workflows – is killed, frozen and restarted; what counts is what arrived."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import select

from evals.suites.durability import worker
from evals.suites.durability.arena import Arena, arena
from evals.suites.durability.campaign import run_campaign
from evals.suites.durability.kills import kill_among, kill_one_by_one
from evals.suites.durability.worker import POINTS
from runtime.store.tables import audit
from tests.fixtures.folders import memory_folder

KILLS_OF_ONE, KILLS_AMONG_TWO, SEED = 40, 20, 20261121
KILLED = -9
LEASE, GRACE = 1.0, 0.4  # seconds
RESTART = 5.0  # seconds from a worker's start to its first effect
NOT_TO_SEND = (
    "chainlit",
    "chromadb",
    "language.offline.brain",
    "numpy",
    "playwright",
    "sklearn",
    "tldextract",
)


@pytest_asyncio.fixture
async def place() -> AsyncIterator[Arena]:
    """A world on SQLite."""
    async with arena(folder=memory_folder()) as made:
        yield made


@pytest_asyncio.fixture
async def shared_place(postgres_url: str) -> AsyncIterator[Arena]:
    """A world on Postgres, where several workers live; a dead one's work is taken after a short lease."""
    async with arena(postgres_url, lease=LEASE, folder=memory_folder()) as made:
        yield made


async def assert_exactly_once(place: Arena) -> None:
    """Nothing doubled, nothing lost, doubt settled without a person."""
    tally = await place.tally()
    assert (tally.duplicates, tally.lost, tally.open, tally.refused) == (0, 0, 0, 0), tally
    assert tally.chain_ok
    assert tally.settled_alone >= 0.95 * tally.doubts, tally


def quiet(_: str) -> None:
    """Progress is for people."""


async def stopped(pid: int) -> None:
    """Wait until a process is frozen."""
    async with asyncio.timeout(30):
        while not is_frozen(pid):  # noqa: ASYNC110 – another process
            await asyncio.sleep(0.02)


def is_frozen(pid: int) -> bool:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"


async def test_kills_of_the_one_worker_lose_and_double_nothing(place: Arena) -> None:
    assert await kill_one_by_one(place, KILLS_OF_ONE, SEED, quiet) == KILLS_OF_ONE
    await assert_exactly_once(place)
    assert sorted(place.first_effects)[len(place.first_effects) // 2] <= RESTART


async def test_kills_among_two_workers_on_postgres_lose_and_double_nothing(shared_place: Arena) -> None:
    assert await kill_among(shared_place, KILLS_AMONG_TWO, 2, SEED, quiet) >= KILLS_AMONG_TWO
    await assert_exactly_once(shared_place)


async def test_a_worker_that_only_sends_loads_no_chat_language_vectors_or_browser(place: Arena) -> None:
    await place.add(1)
    job = worker.write(place.job(abrupt=False), place.home / "job.json")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "evals.suites.durability.worker", str(job), stdout=asyncio.subprocess.PIPE
    )
    loaded = (await process.communicate())[0].decode().split()
    assert place.post.count == 1
    assert "tools.effector" in loaded
    assert not set(NOT_TO_SEND) & set(loaded)


@pytest.mark.parametrize("point", [*POINTS[:6], "mid_settle"])
async def test_a_worker_killed_at_a_step_is_replaced_by_one_that_goes_on(place: Arena, point: str) -> None:
    await place.add(3)
    if point == "mid_settle":  # only doubt is settled
        assert await place.worked(place.job(die_at="after_250")) == KILLED
    assert await place.worked(place.job(die_at=point)) == KILLED
    assert await place.worked(place.job()) == 0
    await assert_exactly_once(place)


async def test_a_worker_thawed_past_its_lease_sends_nothing_of_what_it_began(shared_place: Arena) -> None:
    place = shared_place
    await place.add(3)
    frozen = place.start(place.job(die_at="after_claim", fate="frozen", after=2, stay=True))
    assert frozen.pid is not None
    await stopped(frozen.pid)
    assert await place.worked(place.job()) == 0  # another one waits out the lease, settles, and sends
    before = place.post.count
    os.kill(frozen.pid, signal.SIGCONT)
    await place.add(1)
    assert await place.worked(place.job()) == 0
    frozen.kill()
    await place.ended(frozen)
    assert place.post.count == before + 1
    await assert_exactly_once(place)


async def test_a_lone_worker_that_slept_gives_its_claim_back_and_sends_it_once(place: Arena) -> None:
    place.lease = LEASE
    await place.add(2)
    frozen = place.start(place.job(die_at="after_claim", fate="frozen"))
    assert frozen.pid is not None
    await stopped(frozen.pid)
    await asyncio.sleep(LEASE)
    os.kill(frozen.pid, signal.SIGCONT)
    assert await place.ended(frozen) == 0
    await assert_exactly_once(place)
    async with place.database.read() as tx:
        told = [body["code"] for body in (await tx.execute(select(audit.c.body))).scalars() if "code" in body]
    assert "lease_lost" in told


async def test_a_server_that_accepts_after_the_client_died_gets_no_second_mail(place: Arena) -> None:
    await place.add(1)
    place.post.accept_late(1.0)
    dying = place.start(place.job(stay=True))
    await place.post.taken()
    dying.kill()
    assert await place.ended(dying) == KILLED
    assert place.post.count == 0, "it has not accepted yet"
    assert await place.worked(place.job(grace=1.5)) == 0  # longer than the server may still be accepting
    assert place.post.count == 1
    await assert_exactly_once(place)


async def test_a_campaign_paused_killed_and_restarted_reaches_everybody_once(place: Arena) -> None:
    done = await run_campaign(place, 90, SEED, quiet)
    assert (done.finished, done.early, done.sent_while_paused) == (True, 0, 0)
    assert done.kills >= 1 and done.pauses >= 1
    assert (done.tally.duplicates, done.tally.lost, done.tally.open) == (0, 0, 0)
    assert place.post.count + done.tally.refused == done.audience
    assert done.tally.refused == 3  # numbers 40 and 80 opted out, the mailbox of number 60 is gone
