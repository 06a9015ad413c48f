"""The forecast of our own deals: sums with intervals, what is assumed said, reasons that add up, and an honest no."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import insert

from graph.specialists.deal_views import detail_text
from runtime.store import deals, model_pipeline
from runtime.store.deal_tables import deals as stored
from runtime.store.due import DueRow
from service import forecasts
from tests.fixtures import builders

MONDAY, DAY = builders.MONDAY, timedelta(days=1)
STAGES = ("discovery", "evaluation", "proposal", "negotiation", "won")
AHEAD = (MONDAY + 30 * DAY).date()


class Pipeline:
    """Deals written the way the product does."""

    def __init__(self, lived_in: Any) -> None:
        self.lived_in = lived_in
        self.count = self.moved = 0

    async def open(self, stage: str, amount: str | None = "10000", currency: str = "EUR") -> str:
        self.count += 1
        deal_id, at = f"dea_{self.count}", self.lived_in.clock.at
        row = {
            "id": deal_id,
            "account_id": f"acc_{self.count}",
            "name": f"Firm {self.count}",
            "stage": stage,
            "amount": Decimal(amount) if amount else None,
            "currency": currency if amount else "",
            "next_step": "call",
            "next_step_at": at + 7 * DAY,
            "signals": [],
            "opened_at": at,
            "stage_since": at,
        }
        label = {"integrity": 3, "readers": [], "origin": "crm"}
        async with self.lived_in.house.database.write() as tx:
            await tx.execute(insert(stored).values(**row, **label))
        return deal_id

    async def move(self, deal_id: str, before: str, after: str) -> None:
        at = self.lived_in.clock.at
        self.moved += 1
        closed = {"closed_at": at} if after in ("won", "lost") else {}
        row = {
            "deal_id": deal_id,
            "before": before,
            "after": after,
            "reason": "r",
            "decision_id": "d",
            "by": "x",
        }
        async with self.lived_in.house.database.write() as tx:
            await deals.add_move(tx, {**row, "id": f"mov_{self.moved:04}", "at": at})
            await deals.change(tx, deal_id, stage=after, stage_since=at, **closed)

    async def ended(self, won: int, lost: int) -> None:
        """Deals that went all the way, or were lost in negotiation."""
        for number in range(won + lost):
            deal_id = await self.open("discovery")
            for before, after in pairwise(STAGES):
                is_lost = after == "won" and number >= won
                await self.move(deal_id, before, "lost" if is_lost else after)

    async def keep(self) -> str:
        return (await forecasts.keep_day(self.lived_in.house, DueRow("", "k", "k", MONDAY))).detail


@pytest.fixture
def pipeline(lived_in: Any) -> Pipeline:
    return Pipeline(lived_in)


async def test_without_deals_there_is_an_honest_nothing(lived_in: Any, pipeline: Pipeline) -> None:
    found = await lived_in.do("forecast")
    assert found["note"] == "There is no open deal to forecast."
    told = await lived_in.do("chat", text="what is the forecast?")
    assert found["note"] in told["answer"]
    assert found["commit"]["value"] == found["pipeline"]["upper"] == "0.00"
    assert await pipeline.keep() == "no deal yet"
    assert (found["changes"], found["deals"], found["backtest"]) == ([], [], None)


async def test_without_closed_deals_first_guesses_stand_in_and_it_says_so(
    lived_in: Any, pipeline: Pipeline
) -> None:
    await pipeline.open("negotiation")
    await pipeline.open("discovery", amount=None)
    await pipeline.open("discovery", currency="USD")
    await pipeline.open("discovery", currency="EUR")
    found = await lived_in.do("forecast", until=MONDAY.date() + timedelta(days=300))
    assert "Cannot say yet: 0 of our deals have closed" in found["note"]
    assert "first guess" in found["chances"]["negotiation"]["said"]
    assert found["currency"] == "EUR"
    assert [one["deal"] for one in found["assumed"]] == ["dea_1", "dea_4"]
    assert "first guesses of the time" in found["assumed"][0]["why"]
    assert any("its amount is in USD" in one for one in found["left_out"])
    assert Decimal(found["commit"]["value"]) <= Decimal(found["pipeline"]["value"])
    assert Decimal(found["pipeline"]["lower"]) <= Decimal(found["pipeline"]["value"])
    (row, *_) = await lived_in.do("deals")
    assert row["win_probability"] is None
    assert row["win"]["said"].startswith("Cannot say yet")
    assert 0 < row["win"]["first_guess"] < 1


async def test_a_person_says_when_a_deal_closes_and_how_firmly(lived_in: Any, pipeline: Pipeline) -> None:
    deal = await pipeline.open("discovery")
    await lived_in.do("deals_expect", id=deal, on=AHEAD, call="commit")
    found = await lived_in.do("forecast")
    (one,) = found["deals"]
    assert (one["close_on"], one["close_on_assumed"], one["category"]) == (AHEAD.isoformat(), False, "commit")
    assert found["commit"]["deals"] == 1
    assert found["assumed"] == []
    await lived_in.do("deals_expect", id=deal, call="none")
    assert (await lived_in.do("forecast"))["deals"][0]["called"] is None
    assert (await lived_in.fails("deals_expect", id=deal)).code == "nothing_said"
    assert (await lived_in.fails("deals_expect", id=deal, on=date(2020, 1, 1))).code == "past_date"
    assert (await lived_in.fails("forecast", until=date(2020, 1, 1))).code == "bad_until"
    await pipeline.move(deal, "discovery", "lost")
    assert (await lived_in.fails("deals_expect", id=deal, on=AHEAD)).code == "closed_deal"
    lived_in.clock.at = MONDAY + 60 * DAY


async def test_what_changed_adds_up_and_deals_have_a_chance_once_some_closed(
    lived_in: Any, pipeline: Pipeline
) -> None:
    await pipeline.ended(won=4, lost=3)
    moved = await pipeline.open("proposal", "20000")
    lost = await pipeline.open("negotiation", "30000")
    for one in (moved, lost):
        await lived_in.do("deals_expect", id=one, on=AHEAD)
    assert await pipeline.keep() == "9 deals"
    assert await pipeline.keep() == "kept before"
    before = await lived_in.do("forecast")
    assert before["changes_said"].startswith("No earlier day")
    lived_in.clock.at = MONDAY + 8 * DAY
    await pipeline.move(moved, "proposal", "negotiation")
    await pipeline.move(lost, "negotiation", "lost")
    found = await lived_in.do("forecast")
    assert found["since"] == MONDAY.date().isoformat()
    assert {one["why"] for one in found["changes"]} == {"stage_moved", "lost"}
    effects = sum(Decimal(one["effect"]) for one in found["changes"])
    value = Decimal(found["pipeline"]["value"]) - Decimal(before["pipeline"]["value"])
    assert abs(effects - value) < 5  # chances are kept with four digits
    assert "8 closed deals of our own, 4 of them won" in found["note"]
    (row,) = await lived_in.do("deals")
    assert 0 < row["win"]["lower"] <= row["win_probability"] <= row["win"]["upper"] < 1
    assert row["win"]["negative"]
    assert "Chance to win" in detail_text(await lived_in.do("deals_show", id=moved))  # what the chat answers


async def test_nothing_later_than_a_moment_is_learnt_from(lived_in: Any, pipeline: Pipeline) -> None:
    await pipeline.ended(won=2, lost=2)
    until = lived_in.clock.at
    async with lived_in.house.database.read() as tx:
        then = await model_pipeline.ended(tx, until)
    lived_in.clock.at = MONDAY + 20 * DAY
    await pipeline.ended(won=3, lost=0)
    async with lived_in.house.database.read() as tx:
        assert await model_pipeline.ended(tx, until) == then
        assert len(await model_pipeline.ended(tx, lived_in.clock.at)) == 7


async def test_past_periods_are_looked_back_at(lived_in: Any, pipeline: Pipeline) -> None:
    await pipeline.ended(won=3, lost=3)
    for month in range(5):
        lived_in.clock.at = MONDAY + month * 28 * DAY
        deal = await pipeline.open("negotiation")
        await pipeline.keep()
        lived_in.clock.at += 7 * DAY
        await pipeline.move(deal, "negotiation", "won" if month % 2 else "lost")
    lived_in.clock.at = MONDAY + 141 * DAY
    found = await lived_in.do("forecast")
    assert found["backtest"]["periods"] >= 3
    assert 0 <= found["backtest"]["inside_80"] <= found["backtest"]["periods"]
    assert "lay inside their 80 % interval" in found["backtest_said"]
