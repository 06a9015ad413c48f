"""One look at what was written to a person and their company answers every question of a claim."""

from datetime import timedelta

import pytest

from domain.decisions import OutboxState
from runtime.store import outbox
from runtime.store.written import Written, written
from tests.fixtures.builders import MONDAY
from tests.fixtures.workspace import Workspace


async def intent(workspace: Workspace, number: int, **given: object) -> None:
    row = {
        "id": f"out_{number}",
        "key": f"fact {number}",
        "kind": "send_email",
        "action": {},
        "action_hash": "h",
        "permit_id": "per_1",
        "decision_id": "dec_1",
        "campaign_id": "cam_1",
        "contact_id": "con_1",
        "account_id": "acc_1",
        "state": "sent",
        "due_at": MONDAY,
        "not_after": MONDAY + timedelta(days=7),
        "sent_at": MONDAY + timedelta(hours=number),
        "made_at": MONDAY,
        **given,
    }
    async with workspace.database.write() as tx:
        assert await outbox.enqueue(tx, row)


async def look(workspace: Workspace, key: str = "") -> Written:
    async with workspace.database.read() as tx:
        return await written(tx, "con_1", "acc_1", key)


async def test_times_are_told_by_person_campaign_company_and_day(workspace: Workspace) -> None:
    await intent(workspace, 1)
    await intent(workspace, 2, campaign_id="cam_2")
    await intent(workspace, 3, contact_id="con_2")
    await intent(workspace, 4, contact_id="con_3", account_id="acc_2")
    await intent(workspace, 5, kind="answer_mail", campaign_id="")
    seen = await look(workspace)
    hours = [timedelta(hours=number) for number in range(6)]
    assert set(seen.to_contact("con_1")) == {MONDAY + hours[1], MONDAY + hours[2]}
    assert seen.to_contact("con_1", campaign_id="cam_2") == (MONDAY + hours[2],)
    assert seen.to_contact("con_1", kind="answer_mail") == (MONDAY + hours[5],)
    assert len(seen.to_account("acc_1")) == 3
    assert seen.to_account("acc_1", since=MONDAY + hours[3]) == (MONDAY + hours[3],)


@pytest.mark.parametrize("state", OutboxState)
async def test_what_may_have_left_counts_at_its_claim_and_proves_nothing(
    workspace: Workspace, state: OutboxState
) -> None:
    await intent(workspace, 1, state=str(state), sent_at=MONDAY if state is OutboxState.SENT else None)
    seen = await look(workspace)
    never = state in (OutboxState.QUEUED, OutboxState.CANCELLED, OutboxState.FAILED)
    assert seen.to_contact("con_1") == (() if never else (MONDAY,))
    assert seen.reached("con_1") == (state is OutboxState.SENT)
    assert not seen.reached("con_2")


async def test_a_business_fact_is_found_whoever_it_was_for(workspace: Workspace) -> None:
    await intent(workspace, 1, contact_id="con_9", account_id="acc_9", state="cancelled", sent_at=None)
    assert (await look(workspace, "fact 1")).state_of("fact 1") == "cancelled"
    assert (await look(workspace, "fact 2")).state_of("fact 2") is None
    assert (await look(workspace, "fact 1")).to_account("acc_9") == ()
