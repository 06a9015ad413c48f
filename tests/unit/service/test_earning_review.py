"""Earned autonomy on rows: clean reviews lift a level through the gate, one overturned act takes it back."""

from dataclasses import replace
from datetime import timedelta

import pytest_asyncio

from autonomy import earning as rules
from autonomy.judge import judge
from autonomy.policy import Policy, Row
from domain.actions import EditDraft
from runtime.store import audit, authority, harms, people, talks
from service import earning
from tests.fixtures import builders

KIND = "edit_draft"


def policy(level="earned"):
    return Policy(
        rows=(
            Row(id="T-1", agents=("outreach",), action=KIND, level=level, reason="earn it", owner="o"),
            Row(id="T-2", agents=("*",), action="change_autonomy", level="notify", reason="r", owner="o"),
        )
    )


@pytest_asyncio.fixture
async def bar(lived_in, monkeypatch):
    """A house where a few clean decisions are enough, so that a test need not write hundreds."""
    monkeypatch.setattr(rules, "BAR", 0.4)
    await lived_in.workspace.campaign_of(1)
    return replace(lived_in, house=replace(lived_in.house, policy=policy()))


async def proposed(bar, tx, action):
    proposal = builders.proposal(action).model_copy(update={"id": bar.house.ids.new("prp")})
    house = bar.house
    return await judge(tx, proposal, policy=house.policy, terms=house.terms, ids=house.ids, now=bar.clock.at)


async def decided(bar, count, *, reject=0):
    """`count` asks decided one by one, the last `reject` of them against."""
    made = []
    for number in range(count):
        action = EditDraft(draft_id="dra_1", body=f"Text {number}")
        async with bar.house.database.write() as tx:
            made.append(await proposed(bar, tx, action))
            kind = "rejected" if number >= count - reject else "approved"
            await audit.append(
                tx,
                at=bar.clock.at,
                kind=kind,
                subject=made[-1].id,
                by="olga",
                body={"approval": f"app_{number}", "action_hash": action.hash},
            )
    return made


async def level(bar):
    async with bar.house.database.read() as tx:
        return await authority.earned_level(tx, "outreach", KIND)


async def lifted(bar):
    await decided(bar, 6)
    assert await earning.review(bar.house) == []
    assert await level(bar) == 1


async def test_clean_reviews_lift_one_level_with_a_reason_in_the_chain(bar):
    await lifted(bar)
    assert await earning.review(bar.house) == []
    assert await level(bar) == 1  # what counted for the first step counts for no second one
    async with bar.house.database.read() as tx:
        rows = await authority.earned_levels(tx)
        kinds = [row["kind"] for row in await audit.everything(tx)]
    assert "6 reviewed decisions, 0 overturned" in rows[0]["reason"]
    assert kinds[-2:] == ["decision", "done"]


async def test_too_few_reviews_move_nothing_and_the_report_says_what_is_missing(bar):
    await decided(bar, 2)
    await earning.review(bar.house)
    assert await level(bar) == 0
    told = await earning.report(bar.house)
    (agent,) = told["agents"]
    assert (agent["n"], agent["overturned"], agent["level"], agent["means"]) == (2, 0, 0, "asks")
    assert agent["missing"] == "4 more decisions that nobody overturns."
    assert told["weeks"] == [{"week": "2026-W45", "n": 2, "overturned": 0, "rate": 0.0}]


async def test_without_an_earned_row_nothing_moves(bar):
    await decided(bar, 6)
    house = replace(bar.house, policy=policy("ask"))
    await earning.review(house)
    assert await level(bar) == 0
    assert "no row with the level `earned`" in (await earning.report(house))["agents"][0]["missing"]


async def test_a_rejection_after_the_step_takes_it_back_even_while_the_clock_stands(bar):
    await lifted(bar)
    await decided(bar, 1, reject=1)
    await earning.review(bar.house)
    assert await level(bar) == 0
    await earning.review(bar.house)
    assert await level(bar) == 0


async def test_an_undo_of_an_older_decision_counts_when_it_happens(bar):
    made = await decided(bar, 6)
    await earning.review(bar.house)
    async with bar.house.database.write() as tx:
        await audit.append(tx, at=bar.clock.at, kind="undone", subject=made[0].id, by="olga", body={})
    await earning.review(bar.house)
    assert await level(bar) == 0


async def test_a_breach_takes_both_levels_step_by_step(bar):
    await lifted(bar)
    await decided(bar, 6)
    await earning.review(bar.house)
    assert await level(bar) == 2
    refused = EditDraft(draft_id="dra_9", body="b")
    async with bar.house.database.write() as tx:
        assert (await proposed(bar, tx, refused)).judgement.verdict == "refuse"
    await earning.review(bar.house)
    assert await level(bar) == 0


async def test_nothing_moves_while_effects_are_stopped_and_all_is_made_up_for_later(bar):
    await decided(bar, 6)
    for stop, expected in (("effects", 0), ("none", 1)):
        async with bar.house.database.write() as tx:
            await people.throw_switch(
                tx, scope="workspace", level=stop, reason="r", by="olga", at=bar.clock.at
            )
        await earning.review(bar.house)
        assert await level(bar) == expected


async def test_a_table_that_forbids_the_move_is_told(bar):
    rows = (
        policy().rows[0],
        Row(id="T-3", agents=("*",), action="change_autonomy", level="deny", reason="no", owner="o"),
    )
    house = replace(bar.house, policy=Policy(rows=rows))
    await decided(bar, 6)
    (problem,) = await earning.review(house)
    assert "could not be moved" in problem
    assert await earning.review(house) == []


async def test_a_complaint_about_a_mail_is_the_agents_who_proposed_it(lived_in, sink):
    rows = await lived_in.workspace.approved_mails(2)
    await lived_in.do("tick", until_idle=True)
    async with lived_in.house.database.write() as tx:
        await authority.set_earned_level(
            tx, "outreach", "send_email", 2, reason="given", at=lived_in.clock.at - timedelta(days=1)
        )
        await talks.add_event(
            tx,
            event_id=lived_in.house.ids.new("evt"),
            kind=harms.COMPLAINED,
            subject=rows[0]["id"],
            body={},
            cause="",
            at=lived_in.clock.at,
        )
    assert await earning.review(lived_in.house) == []
    async with lived_in.house.database.read() as tx:
        assert await authority.earned_level(tx, "outreach", "send_email") == 0
    told = await earning.report(lived_in.house)
    assert [one["overturned"] for one in told["weeks"]] == [1]
