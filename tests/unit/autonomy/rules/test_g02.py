"""G2: nobody who is suppressed is written to or invited."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.decisions import Verdict
from tests.fixtures import builders
from tests.fixtures.gate_cases import answered, booked, changed, judged, mailed, said, silent

pytestmark = pytest.mark.rule("G2")


def test_who_is_not_suppressed_passes() -> None:
    assert silent(mailed(), "G2")
    assert silent(answered(), "G2")
    assert silent(booked(), "G2")
    assert silent(changed(), "G2")


def test_what_invites_nobody_is_none_of_its_business() -> None:
    for action in (builders.task(), builders.opening()):
        assert silent(judged(action, meeting=builders.meeting_facts(suppressed="opted out")), "G2")
        assert silent(judged(action, meeting=None), "G2")


@given(st.text())
def test_every_reason_of_a_suppression_refuses_mail_answer_and_meeting(reason: str) -> None:
    facts = {"suppressed": reason}
    for judgement in (mailed(facts=facts), answered(facts=facts), booked(facts=facts), changed(facts)):
        assert judgement.verdict is Verdict.REFUSE
        assert reason in said(judgement, "G2")[0]


async def test_a_suppression_after_the_approval_stops_the_claim(workspace, sink) -> None:
    from autonomy import suppression
    from runtime.store import people

    await workspace.approved_mails(1)
    hashes = suppression.hashes_of(workspace.terms.salt, "anna1@northwind.example")
    async with workspace.database.write() as tx:
        await people.suppress(tx, hashes, "opted out", workspace.clock.at)
    await workspace.effector(sink).drain()
    assert await workspace.states() == ["cancelled"]
