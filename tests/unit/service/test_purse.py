"""The day's web requests and tokens: taken before they are used, never beyond the cap, by all processes together."""

import asyncio
from datetime import timedelta

import pytest

from autonomy import budgets
from autonomy.budgets import Budgets
from domain.errors import BudgetSpent
from service import purse as purses
from service.purse import BLOCK, Purse

pytestmark = [pytest.mark.rule("G15"), pytest.mark.both_engines]


async def used(workspace, kind: budgets.Kind) -> int:
    async with workspace.database.read() as tx:
        return await budgets.used(tx, kind, workspace.clock.at)


def purse(workspace, **caps: int) -> Purse:
    return Purse(workspace.database, workspace.clock, Budgets(**caps))


async def test_requests_stop_at_the_cap_with_one_sentence_that_names_the_setting(workspace) -> None:
    mine = purse(workspace, fetches=3)
    for _ in range(3):
        await mine.fetch()
    with pytest.raises(BudgetSpent) as caught:
        await mine.fetch()
    assert caught.value.code == "budget_spent"
    assert caught.value.message == "The workspace's 3 web requests of today are used up."
    assert "RAINMAKER_FETCHES_PER_DAY" in (caught.value.hint or "")
    assert await used(workspace, "fetches") == 3


async def test_many_requests_of_two_processes_stay_within_one_cap(workspace) -> None:
    cap = BLOCK + 7
    both = [purse(workspace, fetches=cap) for _ in range(2)]
    done = await asyncio.gather(*(both[n % 2].fetch() for n in range(2 * cap)), return_exceptions=True)
    allowed = sum(one is None for one in done)
    for one in both:
        await one.close()
    assert all(one is None or isinstance(one, BudgetSpent) for one in done)
    assert allowed == await used(workspace, "fetches") == cap


async def test_what_is_left_of_a_block_goes_back_when_a_process_ends(workspace) -> None:
    mine = purse(workspace, fetches=10 * BLOCK)
    await mine.fetch()
    assert await used(workspace, "fetches") == BLOCK
    await mine.close()
    assert await used(workspace, "fetches") == 1


async def test_a_new_day_has_its_own_requests(workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purses, "CoarseClock", lambda clock: clock)  # a second need not pass for a day to
    mine = purse(workspace, fetches=1)
    await mine.fetch()
    workspace.clock.at += timedelta(days=1)
    await mine.fetch()
    with pytest.raises(BudgetSpent):
        await mine.fetch()


async def test_tokens_are_set_aside_and_then_counted_as_they_were_used(workspace) -> None:
    mine = purse(workspace, tokens=1000)
    at = await mine.take(800)
    with pytest.raises(BudgetSpent):
        await mine.take(300)
    await mine.settle(800, 500, at)
    assert await used(workspace, "tokens") == 500
    await mine.settle(0, 900, at)  # a server that took more than anybody could know
    assert await used(workspace, "tokens") == 1400
    with pytest.raises(BudgetSpent):
        await mine.take(1)
