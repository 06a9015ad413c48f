"""An approval is one click by one entitled person on one exact text, once, in time."""

import asyncio
from datetime import timedelta

import pytest

from autonomy import approvals
from domain.actions import QualifyProspects, ResumeSending
from domain.decisions import ApprovalState, Verdict
from domain.errors import Correctable, Refused
from tests.fixtures import builders
from tests.fixtures.workspace import Workspace


async def an_ask(workspace: Workspace, count: int = 2) -> str:
    await workspace.campaign_of(count)
    return await workspace.asked([await workspace.judged(builders.mail(n)) for n in range(1, count + 1)])


async def items_of(workspace: Workspace, approval_id: str) -> list[dict]:
    async with workspace.database.read() as tx:
        return await approvals.items(tx, approval_id)


async def state_of(workspace: Workspace, approval_id: str) -> str:
    async with workspace.database.read() as tx:
        return (await approvals.one(tx, approval_id))["state"]


async def reject(workspace: Workspace, approval_id: str, *wanted: str, role: str = "owner") -> None:
    async with workspace.database.write() as tx:
        await approvals.reject(tx, approval_id, wanted=wanted, by="olga", role=role, now=workspace.clock.at)


async def refused(workspace: Workspace, approval_id: str, *wanted: str, role: str = "owner") -> str:
    with pytest.raises(Refused) as caught:
        await workspace.approve(approval_id, *wanted, role=role)
    return caught.value.code


async def test_approving_gives_one_permit_for_each_exact_text(workspace: Workspace) -> None:
    approval = await an_ask(workspace)
    granted = await workspace.approve(approval)
    assert len({one.permit_id for one in granted}) == 2
    assert [row["action_hash"] for row in await workspace.outbox()] == [
        one.decision.proposal.action.hash for one in granted
    ]
    assert await state_of(workspace, approval) == ApprovalState.APPROVED


@pytest.mark.parametrize("role", ["viewer", "", "agent", "OWNER"])
async def test_a_wrong_role_decides_nothing(workspace: Workspace, role: str) -> None:
    approval = await an_ask(workspace)
    assert await refused(workspace, approval, role=role) == "role_may_not_approve"
    with pytest.raises(Refused):
        await reject(workspace, approval, role=role)
    assert await workspace.outbox() == []


@pytest.mark.parametrize("role", ["owner", "manager", "rep"])
async def test_entitled_roles_may_decide(workspace: Workspace, role: str) -> None:
    approval = await an_ask(workspace, 1)
    assert len(await workspace.approve(approval, role=role)) == 1


async def test_a_second_click_says_who_was_first(workspace: Workspace) -> None:
    approval = await an_ask(workspace)
    await workspace.approve(approval, by="olga")
    with pytest.raises(Refused, match="already approved by olga"):
        await workspace.approve(approval, by="tom")
    assert len(await workspace.outbox()) == 2


async def test_two_clicks_at_once_queue_each_mail_once(workspace: Workspace) -> None:
    approval = await an_ask(workspace)
    results = await asyncio.gather(*(workspace.approve(approval) for _ in range(3)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in results) == ["Refused", "Refused", "list"]
    assert len(await workspace.outbox()) == 2


async def test_an_expired_ask_does_nothing(workspace: Workspace) -> None:
    approval = await an_ask(workspace)
    workspace.clock.at += approvals.LIFE
    assert await refused(workspace, approval) == "approval_expired"
    async with workspace.database.write() as tx:
        assert await approvals.expire(tx, workspace.clock.at) == 1
        assert await approvals.expire(tx, workspace.clock.at) == 0
    assert await state_of(workspace, approval) == ApprovalState.EXPIRED
    assert {item["state"] for item in await items_of(workspace, approval)} == {"expired"}
    assert await workspace.notes(approval) == ["asked", "expired"]


async def test_mail_may_wait_a_week_and_other_acts_a_day(workspace: Workspace) -> None:
    mail = await an_ask(workspace)
    act = QualifyProspects(prospect_ids=(), qualified=True, reason="r")
    decision = await workspace.judged(act)
    forced = decision.model_copy(
        update={"judgement": decision.judgement.model_copy(update={"verdict": Verdict.ASK})}
    )
    other = await workspace.asked([forced])
    async with workspace.database.read() as tx:
        lives = [(await approvals.one(tx, one))["expires_at"] - workspace.clock.at for one in (mail, other)]
    assert lives == [timedelta(days=7), timedelta(hours=24)]


async def test_single_items_are_decided_by_item_proposal_or_draft(workspace: Workspace) -> None:
    approval = await an_ask(workspace, 3)
    first, second, _ = await items_of(workspace, approval)
    await workspace.approve(approval, first["id"])
    await reject(workspace, approval, second["proposal_id"])
    assert await state_of(workspace, approval) == ApprovalState.PENDING
    await workspace.approve(approval, "dra_3")
    assert await state_of(workspace, approval) == ApprovalState.APPROVED
    assert [row["contact_id"] for row in await workspace.outbox()] == ["con_1", "con_3"]
    assert await refused(workspace, approval, second["id"]) == "already_decided"


async def test_one_item_named_twice_is_decided_once(workspace: Workspace) -> None:
    approval = await an_ask(workspace)
    first = (await items_of(workspace, approval))[0]
    assert len(await workspace.approve(approval, first["id"], "dra_1", first["proposal_id"])) == 1


async def test_an_item_of_another_ask_is_not_part_of_this_one(workspace: Workspace) -> None:
    first = await an_ask(workspace, 1)
    await workspace.add(builders.account(2), builders.contact(2), builders.draft(2))
    second = await workspace.asked([await workspace.judged(builders.mail(2))])
    foreign = (await items_of(workspace, second))[0]
    for name in (foreign["id"], foreign["proposal_id"], "dra_2", "nonsense"):
        with pytest.raises(Correctable) as caught:
            await workspace.approve(first, name)
        assert caught.value.code == "unknown_item"
    assert await workspace.outbox() == []


async def test_an_unknown_ask_is_named(workspace: Workspace) -> None:
    with pytest.raises(Correctable) as caught:
        await workspace.approve("app_none")
    assert caught.value.code == "unknown_approval"


async def test_rejecting_all_closes_the_ask_and_queues_nothing(workspace: Workspace) -> None:
    approval = await an_ask(workspace)
    await reject(workspace, approval)
    assert await state_of(workspace, approval) == ApprovalState.REJECTED
    assert await refused(workspace, approval) == "already_decided"
    assert await workspace.outbox() == []


async def test_an_edit_is_a_new_item_and_the_old_text_can_never_be_approved(workspace: Workspace) -> None:
    approval = await an_ask(workspace, 1)
    (old,) = await items_of(workspace, approval)
    edited = await workspace.judged(
        builders.mail(subject="Another question for Northwind"), actor=builders.OWNER
    )
    async with workspace.database.write() as tx:
        new = await approvals.replace(tx, old, edited, by="olga", ids=workspace.ids, now=workspace.clock.at)
    assert [item["id"] for item in await items_of(workspace, approval)] == [new]
    (granted,) = await workspace.approve(approval, old["id"])  # the old name leads to the new text
    assert granted.decision.proposal.action.hash == edited.proposal.action.hash
    (row,) = await workspace.outbox()
    assert row["action"]["subject"] == "Another question for Northwind"


async def test_a_text_changed_by_hand_after_the_ask_is_not_approved(workspace: Workspace) -> None:
    approval = await an_ask(workspace, 1)
    (item,) = await items_of(workspace, approval)
    evil = builders.mail(subject="Win a prize")
    await workspace.tamper("proposals", item["proposal_id"], action=evil.model_dump(mode="json"))
    assert await refused(workspace, approval) == "approval_mismatch"
    await workspace.tamper("approval_items", item["id"], action_hash=evil.hash)
    assert await refused(workspace, approval) == "approval_mismatch"
    assert await workspace.outbox() == []


async def test_asks_are_listed_by_risk_and_only_while_they_live(workspace: Workspace) -> None:
    low = await an_ask(workspace, 1)
    await workspace.add(builders.account(2, country="DE"), builders.contact(2), builders.draft(2))
    high = await workspace.asked([await workspace.judged(builders.mail(2))])
    async with workspace.database.read() as tx:
        assert [row["id"] for row in await approvals.listing(tx, workspace.clock.at)] == [high, low]
        assert await approvals.listing(tx, workspace.clock.at + approvals.LIFE) == []


async def test_nobody_but_an_owner_can_even_ask_to_start_again(workspace: Workspace) -> None:
    decision = await workspace.judged(ResumeSending())
    assert decision.judgement.verdict is Verdict.REFUSE


async def test_a_text_with_lone_surrogates_is_refused_and_still_on_record(workspace: Workspace) -> None:
    await workspace.campaign_of(1)
    decision = await workspace.judged(builders.mail(subject="Hi \ud800", body="\udfff" * 10))
    assert decision.judgement.verdict is Verdict.REFUSE
    assert await workspace.notes(decision.id) == ["decision"]
