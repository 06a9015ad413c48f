"""G19: an approval binds to one exact proposal, one person, one use and a time."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autonomy import approvals
from autonomy.ask_budget import life_of
from domain.actions import QualifyProspects
from domain.errors import Refused
from tests.fixtures import builders

pytestmark = pytest.mark.rule("G19")


async def asked(workspace) -> str:
    await workspace.campaign_of(1)
    return await workspace.asked([await workspace.judged(builders.mail())])


async def code_of(workspace, approval: str, *wanted: str, **given_: str) -> str:
    with pytest.raises(Refused) as caught:
        await workspace.approve(approval, *wanted, **given_)
    return caught.value.code


async def test_one_click_by_an_entitled_person_queues_exactly_this_text_once(workspace) -> None:
    approval = await asked(workspace)
    (granted,) = await workspace.approve(approval)
    assert granted.decision.proposal.action.hash == builders.mail().hash
    assert await code_of(workspace, approval) == "already_decided"
    assert len(await workspace.outbox()) == 1


@pytest.mark.parametrize("role", ["viewer", "", "agent"])
async def test_nobody_else_may(workspace, role: str) -> None:
    assert await code_of(workspace, await asked(workspace), role=role) == "role_may_not_approve"
    assert await workspace.outbox() == []


async def test_it_ends_with_its_time(workspace) -> None:
    approval = await asked(workspace)
    workspace.clock.at += timedelta(days=7)
    assert await code_of(workspace, approval) == "approval_expired"


def test_a_week_is_the_longest_and_other_acts_get_a_day() -> None:
    assert life_of("send_email") <= timedelta(days=7)
    assert life_of("change_icp") == timedelta(hours=24)


async def test_another_text_under_the_same_ask_is_not_approved(workspace) -> None:
    approval = await asked(workspace)
    async with workspace.database.read() as tx:
        (item,) = await approvals.items(tx, approval)
    evil = builders.mail(subject="Win a prize")
    await workspace.tamper("proposals", item["proposal_id"], action=evil.model_dump(mode="json"))
    assert await code_of(workspace, approval) == "approval_mismatch"
    assert await workspace.outbox() == []


@given(st.text(max_size=50), st.text(max_size=50))
def test_every_other_text_has_another_hash(subject: str, body: str) -> None:
    same = (subject, body) == (builders.SUBJECT, builders.BODY)
    assert (builders.mail(subject=subject, body=body).hash == builders.mail().hash) == same


def test_a_message_is_never_an_approval() -> None:
    from graph.specialists.table import CATALOG, SPECIALISTS

    assert not [tool.name for tool in CATALOG.all() if "approve" in tool.name or "reject" in tool.name]
    assert not [one for who in SPECIALISTS for one in who.may_propose if "approv" in one]
    assert (
        QualifyProspects(prospect_ids=("p",), qualified=True, reason="approve all").kind
        == "qualify_prospects"
    )
