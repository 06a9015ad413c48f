"""The story on Postgres with two workers on one database: found, approved and sent once, whoever does what."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio

from domain.errors import Refused
from evals.market.process import MarketEndpoints, MarketProcess
from runtime.settings import Settings
from service.bootstrap import House, open_house

SELLER = "pitchloom.example"
START = "2026-11-23T09:30:00+00:00"  # a Monday
pytestmark = pytest.mark.asyncio(loop_scope="module")
shared = pytest_asyncio.fixture(scope="module", loop_scope="module")


@shared
async def small_market() -> AsyncIterator[MarketEndpoints]:
    async with MarketProcess(
        companies=60, clock="stepped", start=START, mail_user=f"robin@{SELLER}"
    ) as running:
        yield running.endpoints


@shared
async def workers(
    small_market: MarketEndpoints,
    house_settings: Callable[[Path, MarketEndpoints], Settings],
    tmp_path_factory: pytest.TempPathFactory,
    postgres_server,
) -> AsyncIterator[list[House]]:
    """Two houses in one home, on one database; opened at once, so both migrate it."""
    url = postgres_server.fresh(migrated=False)
    settings = house_settings(tmp_path_factory.mktemp("home"), small_market)
    both = [open_house(settings.model_copy(update={"database_url": url})) for _ in range(2)]
    async with AsyncExitStack() as stack:
        yield list(await asyncio.gather(*(stack.enter_async_context(house) for house in both)))


async def test_what_one_worker_learns_the_other_recalls(workers, person_at) -> None:
    one, two = map(person_at, workers)
    await one.do("onboard", url=f"http://{SELLER}/")
    answer = await two.do("chat", text="what do we sell?")
    assert answer["citations"]


async def test_two_workers_send_every_approved_mail_once(workers, person_at, sink_at, small_market) -> None:
    one, two = map(person_at, workers)
    await one.do("prospects_find", limit=6)
    await two.do("campaign_plan", limit=6)
    await one.do("campaign_launch")
    approval = (await two.do("approvals"))[0]
    answers = await asyncio.gather(
        *(who.do("approve", id=approval["id"]) for who in (one, two)), return_exceptions=True
    )
    late = [answer for answer in answers if isinstance(answer, Exception)]
    assert len(late) == 1 and isinstance(late[0], Refused)
    async with sink_at(small_market) as sink:
        for _ in range(12):
            turns = await asyncio.gather(*(who.do("tick", until_idle=True) for who in (one, two)))
            if all(turn["next_due"] is None for turn in turns):
                break
            await sink.step(4)
        away = [one for one in await sink.mails() if small_market.mail_user not in str(one["To"])]
    mails = Counter(str(mail["Message-ID"]) for mail in away)  # without the morning pages to our own mailbox
    states = Counter(row["state"] for row in (await one.do("campaign_report"))["list"])
    assert set(mails.values()) == {1}
    assert states == {"sent": len(approval["items"])}
    assert len(mails) == len(approval["items"])


async def test_the_chain_both_wrote_is_whole(workers, person_at) -> None:
    for worker in workers:
        assert (await person_at(worker).do("audit_verify"))["ok"]
