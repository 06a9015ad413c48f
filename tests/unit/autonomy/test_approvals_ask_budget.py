"""Only so many asks a day: low risk beyond them waits for the next day, nothing is dropped or let through."""

import math
from datetime import timedelta

import pytest

from autonomy import approvals, ask_budget
from domain.decisions import ApprovalState, RiskPart
from domain.errors import Correctable
from runtime.store import counters
from tests.fixtures import builders
from tests.fixtures.workspace import Workspace

DAY = timedelta(days=1)


async def an_ask(workspace: Workspace, number: int, risk: int, per_day: int = 2) -> str:
    await workspace.add(builders.account(number), builders.contact(number), builders.draft(number))
    decision = await workspace.judged(builders.mail(number))
    part = RiskPart(factor="strategic", points=risk, reason="a test")
    judged = decision.model_copy(
        update={"judgement": decision.judgement.model_copy(update={"risk": (part,)})}
    )
    async with workspace.database.write() as tx:
        return await approvals.ask(
            tx,
            [judged],
            summary=f"Mail {number}",
            cause="cam_1",
            ids=workspace.ids,
            now=workspace.clock.at,
            per_day=per_day,
        )


async def states(workspace: Workspace, *ids: str) -> list[str]:
    async with workspace.database.read() as tx:
        return [(await approvals.one(tx, one))["state"] for one in ids]


async def released(workspace: Workspace, per_day: int = 2) -> list[str]:
    async with workspace.database.write() as tx:
        return await ask_budget.release(tx, workspace.clock.at, per_day)


async def test_low_risk_beyond_the_budget_waits_and_high_risk_does_not(workspace: Workspace) -> None:
    await workspace.add(builders.campaign())
    ids = [await an_ask(workspace, n, risk) for n, risk in enumerate([1, 1, 4, 5, 9], 1)]
    assert await states(workspace, *ids) == ["pending", "pending", "deferred", "pending", "pending"]
    async with workspace.database.read() as tx:
        assert [row["id"] for row in await approvals.listing(tx, workspace.clock.at)] == [
            ids[4],
            ids[3],
            ids[1],
            ids[0],
        ] or len(await approvals.listing(tx, workspace.clock.at)) == 4
        assert ids[2] in [row["id"] for row in await approvals.listing(tx, workspace.clock.at, deferred=True)]
        assert await ask_budget.deferred(tx) == 1
    assert await workspace.outbox() == []


async def test_deferred_asks_come_back_riskiest_first_within_the_next_days_budget(
    workspace: Workspace,
) -> None:
    await workspace.add(builders.campaign())
    ids = [await an_ask(workspace, n, risk, 1) for n, risk in enumerate([1, 2, 4, 3], 1)]
    assert await released(workspace, 1) == []
    workspace.clock.at += DAY
    assert await released(workspace, 1) == [ids[2]]
    assert await released(workspace, 1) == []
    workspace.clock.at += 30 * DAY
    assert await released(workspace, 5) == [ids[3], ids[1]]
    async with workspace.database.read() as tx:
        row = await approvals.one(tx, ids[3])
    assert row["expires_at"] == workspace.clock.at + ask_budget.MAIL_LIFE


async def test_a_deferred_ask_never_expires_by_waiting_and_may_be_decided_early(workspace: Workspace) -> None:
    await workspace.add(builders.campaign())
    await an_ask(workspace, 1, 1, 1)
    late = await an_ask(workspace, 2, 1, 1)
    workspace.clock.at += 10 * DAY
    async with workspace.database.write() as tx:
        await approvals.expire(tx, workspace.clock.at)
    assert await states(workspace, late) == ["deferred"]
    assert len(await workspace.approve(late)) == 1
    assert await states(workspace, late) == [ApprovalState.APPROVED]


async def test_a_batch_is_one_ask(workspace: Workspace) -> None:
    await workspace.campaign_of(3)
    made = [await workspace.judged(builders.mail(n)) for n in (1, 2, 3)]
    async with workspace.database.write() as tx:
        now = workspace.clock.at
        await approvals.ask(tx, made, summary="s", cause="c", ids=workspace.ids, now=now, per_day=1)
        assert await counters.used(tx, ask_budget.COUNTER, ask_budget.period_of(now)) == 1


@pytest.mark.parametrize(
    ("amount", "cap"), [(math.nan, 5), (-1, 5), (1, -5), (1, math.nan), (math.inf, 5), (1, math.inf)]
)
async def test_a_budget_that_is_no_number_is_refused(workspace: Workspace, amount: float, cap: float) -> None:
    async with workspace.database.write() as tx:
        with pytest.raises(Correctable) as caught:
            await counters.spend(tx, "asks", "today", amount, cap)
    assert caught.value.code == "bad_budget"


async def test_a_counter_never_goes_over_its_cap(workspace: Workspace) -> None:
    async with workspace.database.write() as tx:
        assert not await counters.spend(tx, "money", "m", 6, 5)
        done = [await counters.spend(tx, "money", "m", 2, 5) for _ in range(4)]
        assert done == [True, True, False, False]
        assert await counters.spend(tx, "money", "m", 1, 5)
        assert await counters.used(tx, "money", "m") == 5
        assert await counters.used(tx, "money", "other") == 0
