"""An act that needs two people gets two different ones, and the chain itself must say so."""

import pytest
from sqlalchemy import insert

from autonomy import approvals, votes
from autonomy.policy import Policy, Row
from domain.errors import Refused
from runtime.store import audit
from runtime.store.tables import approval_votes
from tests.fixtures import builders
from tests.fixtures.workspace import Workspace
from tools.execute import Permit, execute

TWO = Policy(
    rows=(
        Row(
            id="T-1",
            agents=("*",),
            action="send_email",
            level="ask",
            approvers=2,
            reason="Two read it.",
            owner="ceo",
        ),
    )
)


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    workspace.policy = TWO
    return workspace


async def an_ask(workspace: Workspace, count: int = 1) -> str:
    await workspace.campaign_of(count)
    return await workspace.asked([await workspace.judged(builders.mail(n)) for n in range(1, count + 1)])


async def test_the_first_yes_is_kept_and_the_second_by_somebody_else_grants(workspace: Workspace) -> None:
    approval = await an_ask(workspace)
    assert await workspace.approve(approval, by="olga") == []
    assert await workspace.outbox() == []
    (granted,) = await workspace.approve(approval, by="tom", role="rep")
    assert len(await workspace.outbox()) == 1
    assert await workspace.notes(granted.decision.id) == ["decision", "agreed", "approved"]


async def test_the_same_person_cannot_agree_twice(workspace: Workspace) -> None:
    approval = await an_ask(workspace)
    await workspace.approve(approval, by="olga")
    with pytest.raises(Refused) as caught:
        await workspace.approve(approval, by="olga")
    assert caught.value.code == "already_agreed"
    assert await workspace.outbox() == []


async def test_a_no_by_anyone_ends_it(workspace: Workspace) -> None:
    approval = await an_ask(workspace)
    await workspace.approve(approval, by="olga")
    async with workspace.database.write() as tx:
        await approvals.reject(tx, approval, wanted=(), by="tom", role="rep", now=workspace.clock.at)
    with pytest.raises(Refused, match="already rejected by tom"):
        await workspace.approve(approval, by="eve")


async def test_items_agreed_to_by_different_people_are_counted_one_by_one(workspace: Workspace) -> None:
    approval = await an_ask(workspace, 2)
    await workspace.approve(approval, "dra_1", by="olga")
    (granted,) = await workspace.approve(approval, by="tom")
    assert granted.decision.proposal.action.draft_id == "dra_1"
    assert [row["contact_id"] for row in await workspace.outbox()] == ["con_1"]


async def test_an_edit_starts_the_count_anew(workspace: Workspace) -> None:
    approval = await an_ask(workspace)
    await workspace.approve(approval, by="olga")
    edited = await workspace.judged(builders.mail(subject="Another question"), actor=builders.OWNER)
    async with workspace.database.write() as tx:
        (old,) = await approvals.items(tx, approval)
        await approvals.replace(tx, old, edited, by="tom", ids=workspace.ids, now=workspace.clock.at)
        assert await votes.voters(tx, [old["id"]]) == {}
    assert await workspace.approve(approval, by="tom") == []
    assert len(await workspace.approve(approval, by="olga")) == 1


async def test_a_person_who_may_not_decide_any_more_has_no_vote(workspace: Workspace) -> None:
    approval = await an_ask(workspace)
    await workspace.approve(approval, by="olga")
    async with workspace.database.write() as tx:
        assert await votes.withdraw(tx, "olga", by="owner", now=workspace.clock.at) == 1
    assert await workspace.approve(approval, by="tom") == []
    assert len(await workspace.approve(approval, by="eve")) == 1


async def test_a_forged_vote_row_is_no_second_person(workspace: Workspace) -> None:
    approval = await an_ask(workspace)
    async with workspace.database.write() as tx:
        (item,) = await approvals.items(tx, approval)
        forged = {"item_id": item["id"], "user_id": "ghost", "at": workspace.clock.at}
        await tx.execute(insert(approval_votes).values(**forged))
        granted = await approvals.approve(
            tx, approval, wanted=(), by="olga", role="owner", ids=workspace.ids, now=workspace.clock.at
        )
        permit = Permit(granted[0].permit_id, granted[0].expires_at)
        with pytest.raises(Refused) as caught:
            await execute(
                tx,
                permit,
                granted[0].decision,
                terms=workspace.terms,
                ids=workspace.ids,
                now=workspace.clock.at,
            )
    assert caught.value.code == "no_permit"
    assert await workspace.outbox() == []


async def test_lowering_the_number_in_the_decision_row_changes_nothing(workspace: Workspace) -> None:
    approval = await an_ask(workspace)
    async with workspace.database.read() as tx:
        (item,) = await approvals.items(tx, approval)
    hit = {"rule": "authority:T-1", "verdict": "ask", "message": "Two read it.", "approvers": 1}
    await workspace.tamper("decisions", item["decision_id"], hits=[hit])
    await workspace.tamper("approvals", approval, needs=1)
    assert await workspace.approve(approval, by="olga") == []


@pytest.mark.parametrize(
    ("told", "by", "enough"),
    [
        (2, ["olga"], False),
        (2, ["olga", "olga"], False),
        (2, ["olga", "tom"], True),
        ("1", ["olga"], False),
        (0, ["olga"], False),
        (1, ["olga"], True),
    ],
)
async def test_the_chain_counts_people_and_an_unreadable_number_means_two(
    workspace: Workspace, told: object, by: list[str], enough: bool
) -> None:
    mark = "a" * 64
    at = builders.MONDAY
    async with workspace.database.write() as tx:
        body = {"action_hash": mark, "verdict": "ask", "approvers": told}
        await audit.append(tx, at=at, kind="decision", subject="dec_x", by="gate", body=body)
        for name in by[:-1]:
            await audit.append(tx, at=at, kind="agreed", subject="dec_x", by=name, body={"action_hash": mark})
        await audit.append(tx, at=at, kind="approved", subject="dec_x", by=by[-1], body={"action_hash": mark})
        assert await audit.entitled(tx, "dec_x", mark) is enough
