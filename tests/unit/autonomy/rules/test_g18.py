"""G18: while something is stopped it does not happen; only an owner starts it again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actions import (
    ACTION_CLASSES,
    BookMeeting,
    ChangeIcp,
    ConnectedCall,
    PauseSending,
    RecordProspects,
    ResumeSending,
    Suppress,
)
from domain.decisions import Actor, Verdict
from tests.fixtures import builders
from tests.fixtures.gate_cases import answered, changed, judged, mailed, paged, said, silent

pytestmark = pytest.mark.rule("G18")
STOP = "Stopped by olga: complaints."
ACTS = [
    ChangeIcp(icp_id="icp_1", reason="r"),
    RecordProspects(batch_id="bat_1", source="web", companies=1, people=1),
    ConnectedCall(tool="t", reach="outside"),
    ConnectedCall(tool="t", reach="read"),
    builders.opening(),
    builders.move(),
    builders.task(),
    BookMeeting(contact_id="con_1", starts_at=builders.MONDAY, minutes=30, attendees=()),
]


def test_a_stop_of_sends_stops_mails_and_invitations() -> None:
    assert said(mailed(stopped_sends=STOP), "G18") == [STOP]
    assert said(answered(stopped_sends=STOP), "G18") == [STOP]
    assert said(changed(stopped_sends=STOP), "G18") == [STOP]
    assert silent(answered(), "G18")
    assert silent(changed(), "G18")
    assert said(judged(ACTS[-1], stopped_sends=STOP), "G18") == [STOP]
    assert silent(mailed(), "G18")
    assert silent(judged(ACTS[0], stopped_sends=STOP), "G18")


def test_a_stop_of_effects_stops_mails_too() -> None:
    assert said(mailed(stopped_effects=STOP), "G18") == [STOP]
    assert said(answered(stopped_effects=STOP), "G18") == [STOP]


@pytest.mark.parametrize("action", ACTS, ids=lambda action: action.kind)
def test_a_stop_of_effects_stops_everything_that_acts(action) -> None:
    assert said(judged(action, stopped_effects=STOP), "G18") == [STOP]
    assert silent(judged(action), "G18")


@pytest.mark.parametrize(
    "action", [PauseSending(reason="r"), Suppress(contact_id="con_1", reason="r")], ids=lambda one: one.kind
)
def test_stopping_and_not_contacting_always_work(action) -> None:
    assert judged(action, stopped_effects=STOP, stopped_sends=STOP).verdict is Verdict.ALLOW


@given(
    st.sampled_from(["agent", "user", "system"]), st.sampled_from(["owner", "manager", "rep", "viewer", ""])
)
def test_only_a_signed_in_owner_starts_again(kind: str, role: str) -> None:
    actor = Actor(kind=kind, name="owner", role=role)  # type: ignore[arg-type]
    judgement = judged(ResumeSending(), actor=actor, stopped_effects=STOP)
    assert silent(judgement, "G18") == (kind == "user" and role == "owner")


def test_the_tables_of_this_test_name_acts_that_exist() -> None:
    assert {action.kind for action in ACTS} <= set(ACTION_CLASSES)


async def test_a_stop_after_the_approval_keeps_the_mail(workspace, sink) -> None:
    from runtime.store import people

    await workspace.approved_mails(1)
    async with workspace.database.write() as tx:
        at = workspace.clock.at
        await people.throw_switch(tx, scope="workspace", level="sends", reason="r", by="olga", at=at)
    await workspace.effector(sink).drain()
    assert await workspace.states() == ["queued"]


def test_a_stopped_workspace_mails_no_morning_page() -> None:
    assert silent(paged(), "G18")
    assert said(paged(stopped_sends=STOP), "G18") == [STOP]
    assert said(paged(stopped_effects=STOP), "G18") == [STOP]
