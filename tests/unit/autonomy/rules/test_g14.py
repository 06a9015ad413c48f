"""G14: one mail per campaign, step, contact and plan version, one answer per mail, whatever the text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.actions import BookMeeting, ChangeMeeting
from domain.decisions import Verdict
from tests.fixtures import builders
from tests.fixtures.gate_cases import answered, mailed, paged, said, silent

pytestmark = pytest.mark.rule("G14")


def test_a_first_mail_passes_and_a_second_is_refused() -> None:
    assert silent(mailed(), "G14")
    judgement = mailed(facts={"already": "sent"})
    assert judgement.verdict is Verdict.REFUSE
    assert "step for this person is already sent" in said(judgement, "G14")[0]


@pytest.mark.parametrize("state", ["queued", "claimed", "sent", "failed", "in_doubt", "held"])
def test_a_mail_is_answered_once(state: str) -> None:
    assert silent(answered(), "G14")
    judgement = answered(facts={"already": state})
    assert judgement.verdict is Verdict.REFUSE
    assert f"answer is already {state}" in said(judgement, "G14")[0]


@given(st.text(max_size=40), st.text(max_size=40))
def test_another_text_is_still_the_same_mail(subject: str, body: str) -> None:
    assert builders.mail(subject=subject, body=body).key == builders.mail().key


@pytest.mark.parametrize(
    "other", [{"step": 2}, {"contact_id": "con_2"}, {"campaign_id": "cam_2"}, {"plan_version": 2}]
)
def test_another_step_person_campaign_or_plan_is_another_mail(other: dict) -> None:
    assert builders.mail(**other).key != builders.mail().key


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=20), st.text(max_size=20))
def test_another_text_thread_or_person_is_still_the_same_answer(
    subject: str, body: str, thread: str, contact: str
) -> None:
    other = builders.answer(subject=subject, body=body, thread_id=thread, contact_id=contact, inbound_id="x")
    assert other.key == builders.answer().key
    assert builders.answer(answers="<2@northwind.example>").key != builders.answer().key


def test_an_invitation_is_one_for_each_meeting_and_sequence() -> None:
    def change(meeting: str = "mee_1", sequence: int = 1) -> str:
        return ChangeMeeting(meeting_id=meeting, sequence=sequence).key

    first = BookMeeting(
        contact_id="con_1", starts_at=builders.MONDAY, minutes=30, attendees=(), meeting_id="mee_1"
    )
    later = first.model_copy(update={"starts_at": builders.NEXT_WEEK, "subject": "Another"})
    assert first.key == later.key == change(sequence=0)
    assert len({first.key, change(), change(sequence=2), change("mee_2")}) == 4


async def test_the_database_takes_a_key_once(workspace) -> None:
    from runtime.store import outbox

    (row,) = await workspace.approved_mails(1)
    async with workspace.database.write() as tx:
        assert not await outbox.enqueue(tx, {**row, "id": "out_other"})
    assert len(await workspace.outbox()) == 1


@pytest.mark.parametrize("state", ["queued", "claimed", "sent", "failed", "cancelled", "in_doubt", "held"])
def test_a_person_gets_the_page_of_a_day_once(state: str) -> None:
    assert silent(paged(), "G14")
    assert f"already {state}" in said(paged(facts={"already": state}), "G14")[0]


@given(st.text(max_size=40), st.text(max_size=40))
def test_another_text_is_still_the_same_page(subject: str, text: str) -> None:
    assert builders.page(subject=subject, text=text).key == builders.page().key
    tuesday = builders.NEXT_WEEK.date()
    assert len({builders.page(**one).key for one in ({}, {"user_id": "usr_1"}, {"day": tuesday})}) == 3
