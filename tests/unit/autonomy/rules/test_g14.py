"""G14: one mail per campaign, step, contact and plan version, whatever its text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.decisions import Verdict
from tests.fixtures import builders
from tests.fixtures.gate_cases import mailed, said, silent

pytestmark = pytest.mark.rule("G14")


def test_a_first_mail_passes_and_a_second_is_refused() -> None:
    assert silent(mailed(), "G14")
    judgement = mailed(facts={"already": "sent"})
    assert judgement.verdict is Verdict.REFUSE
    assert "already sent" in said(judgement, "G14")[0]


@given(st.text(max_size=40), st.text(max_size=40))
def test_another_text_is_still_the_same_mail(subject: str, body: str) -> None:
    assert builders.mail(subject=subject, body=body).key == builders.mail().key


@pytest.mark.parametrize(
    "other", [{"step": 2}, {"contact_id": "con_2"}, {"campaign_id": "cam_2"}, {"plan_version": 2}]
)
def test_another_step_person_campaign_or_plan_is_another_mail(other: dict) -> None:
    assert builders.mail(**other).key != builders.mail().key


async def test_the_database_takes_a_key_once(workspace) -> None:
    from runtime.store import outbox

    (row,) = await workspace.approved_mails(1)
    async with workspace.database.write() as tx:
        assert not await outbox.enqueue(tx, {**row, "id": "out_other"})
    assert len(await workspace.outbox()) == 1
