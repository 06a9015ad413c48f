"""A real company's site, when the shared data folder is there: profile and ICP, every quote on its page."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from evals.market.process import MarketProcess
from service.bootstrap import open_house

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def real(reading_at, house_settings, shared_sites, tmp_path_factory) -> AsyncIterator[tuple]:
    if not (shared_sites / "plausible.example").is_dir():
        pytest.skip(f"the real site is not here: {shared_sites} has no folder plausible.example")
    async with MarketProcess(
        companies=20, sites=[shared_sites], mail_user="robin@plausible.example"
    ) as running:
        settings = house_settings(tmp_path_factory.mktemp("real"), running.endpoints)
        async with open_house(settings) as house, reading_at(running.endpoints) as reader:
            yield house, reader


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def read(real, person_at) -> dict:
    return await person_at(real[0]).do("onboard", url="http://plausible.example")


async def test_a_real_company_is_named_and_described(read):
    assert "plausible" in read["profile"]["name"].casefold()
    fields = {fact["field"] for fact in read["profile"]["fields"]}
    assert {"name", "offer", "audience", "pricing"} <= fields
    assert read["pages"] >= 10


async def test_its_customer_profile_can_decide_who_fits(read):
    assert any(line["kind"] == "hard" and line["match"] for line in read["icp"]["lines"])


@pytest.mark.parametrize("part", ["profile", "icp"])
async def test_every_quote_is_visible_on_its_page(read, real, part):
    entries = read["profile"]["fields"] if part == "profile" else read["icp"]["lines"]
    evidence = [one for entry in entries for one in entry["evidence"]]
    assert evidence
    assert await real[1].misses(evidence) == []
