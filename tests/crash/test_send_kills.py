"""Sending survives `kill -9` at any step: at the receiving end nothing is missing and nothing is there twice."""

import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from evals.market.process import MarketEndpoints, MarketProcess
from evals.suites.durability import arena
from runtime.store import audit
from tests.fixtures import builders
from tests.fixtures.workspace import Workspace

sys.path.append(str(Path(__file__).parent))  # the processes below get this path too
from mail_sender_process import POINTS, Job, run

KILLS, MAILS, SEED = 12, 16, 20261102
ANY_MOMENT_KILLS, MANY_MAILS, LONGEST = 12, 30, 0.008  # seconds: about as long as two mails take
KILLED = -9


@pytest_asyncio.fixture
async def market() -> AsyncIterator[MarketEndpoints]:
    """A sandbox whose mail server files Sent copies itself."""
    async with MarketProcess(companies=20) as running:
        yield running.endpoints


@pytest.fixture(scope="module")
def processes() -> ForkServerContext:
    """Fresh processes that need not import everything again."""
    return arena.processes()


@pytest.fixture
def job(market: MarketEndpoints, database_url: str) -> Job:
    return Job(database_url, market.smtp_url, market.imap_url, builders.TERMS, builders.MONDAY)


def worked(processes: ForkServerContext, job: Job) -> int | None:
    """Run one process to its end; its exit code."""
    process = processes.Process(target=run, args=(job,))
    process.start()
    process.join(60)
    return process.exitcode


async def mails_at(market: MarketEndpoints) -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {market.control_token}"}
    async with httpx2.AsyncClient(trust_env=False, headers=headers) as client:
        return (await client.get(f"{market.control_url}/mails")).json()


async def assert_settled(workspace: Workspace, market: MarketEndpoints, mails: int, held: int = 0) -> None:
    """Every mail arrived exactly once or, not having arrived, is held before a person's eyes."""
    arrived = Counter(mail["headers"]["Message-ID"] for mail in await mails_at(market))
    rows = await workspace.outbox()
    assert len(rows) == mails
    assert arrived == {row["message_id"]: 1 for row in rows if row["state"] == "sent"}
    others = [row for row in rows if row["state"] != "sent"]
    assert [(row["state"], row["resends"]) for row in others] in [[("held", 1)] * n for n in range(held + 1)]
    async with workspace.database.read() as tx:
        assert (await audit.verify(tx)).ok


@pytest.mark.parametrize("point", POINTS)
async def test_a_kill_at_each_step_loses_and_doubles_nothing(
    workspace: Workspace, market: MarketEndpoints, processes: ForkServerContext, job: Job, point: str
) -> None:
    await workspace.approved_mails(3)
    assert worked(processes, replace(job, die_at=point, after=2)) == KILLED
    assert worked(processes, replace(job, most_rounds=9)) == 0
    await assert_settled(workspace, market, mails=3)


async def test_many_kills_at_random_steps_lose_and_double_nothing(
    workspace: Workspace, market: MarketEndpoints, processes: ForkServerContext, job: Job
) -> None:
    await workspace.approved_mails(MAILS)
    chance, kills, places = random.Random(SEED), 0, Counter[str]()
    for point in [one for _ in range(KILLS // len(POINTS)) for one in chance.sample(POINTS, len(POINTS))]:
        ended = worked(processes, replace(job, die_at=point, after=chance.randint(1, 2)))
        assert ended == KILLED, f"after {kills} kills nothing was left to do at {point}"
        kills, places[point] = kills + 1, places[point] + 1
    assert set(places) == set(POINTS)
    assert worked(processes, replace(job, most_rounds=30)) == 0
    # A mail killed twice between claim and hand-over had its one resend: it is held, not guessed about.
    await assert_settled(workspace, market, MAILS, held=2)


@pytest.mark.both_engines
async def test_kills_at_any_moment_lose_and_double_nothing(
    workspace: Workspace, market: MarketEndpoints, processes: ForkServerContext, job: Job
) -> None:
    """Also in the middle of the SMTP dialogue, where no fault point stands."""
    await workspace.approved_mails(MANY_MAILS)
    chance = random.Random(SEED)
    ends = [
        worked(processes, replace(job, die_in=chance.uniform(0.0001, LONGEST)))
        for _ in range(ANY_MOMENT_KILLS)
    ]
    assert ends == [KILLED] * ANY_MOMENT_KILLS
    assert worked(processes, replace(job, most_rounds=30)) == 0
    # It takes two kills to bring one mail into lasting doubt.
    await assert_settled(workspace, market, MANY_MAILS, held=ANY_MOMENT_KILLS // 2)
