"""Facts about an answer, read from stored mails, threads and intents."""

from datetime import timedelta
from typing import Any

import pytest

from autonomy.mail_facts import mail_facts
from domain.accounts import ContactStatus
from domain.decisions import OutboxState, Verdict
from runtime.store import people
from runtime.store.engine import Database
from tests.fixtures import builders
from tests.fixtures.talks import Talks
from tests.fixtures.workspace import Workspace


@pytest.fixture
async def talks(workspace: Workspace) -> Talks:
    """Contact 1, who answered us in thread 1."""
    one = Talks(workspace)
    await one.someone_wrote()
    return one


async def answered(talks: Talks, **given: Any) -> dict[str, Any]:
    async with talks.database.read() as tx:
        facts = await mail_facts(tx, builders.answer(**given), talks.workspace.terms, builders.MONDAY)
    assert facts.answered is not None
    return facts.answered.model_dump()


async def test_a_mail_of_the_contact_in_their_thread(talks: Talks) -> None:
    assert (
        await answered(talks) == builders.answered_facts(subjects=("A question for Northwind",)).model_dump()
    )


@pytest.mark.parametrize(
    ("mail", "fact", "value"),
    [
        ({"from_address": "eve@evil.example"}, "from_contact", False),
        ({"from_address": "ANNA1@Northwind.example"}, "from_contact", True),
        ({"thread_id": "thr_2"}, "same_thread", False),
        ({"body": {"authenticated": "no"}}, "authenticated", False),
        ({"body": {"authenticated": "unknown"}}, "authenticated", None),
        ({"body": {}}, "authenticated", None),
        ({"body": "The mail was too deep."}, "authenticated", None),
        ({"kind": "auto"}, "by_person", False),
        ({"kind": "bounce"}, "by_person", False),
        ({"kind": "complaint"}, "by_person", False),
        ({"kind": "bulk"}, "by_person", False),
    ],
)
async def test_what_the_stored_mail_says(talks: Talks, mail: dict, fact: str, value: bool | None) -> None:
    await talks.mail(id="inb_2", message_id="<2@x.example>", **mail)
    assert (await answered(talks, inbound_id="inb_2", answers="<2@x.example>"))[fact] is value


@pytest.mark.parametrize(
    ("given", "fact"),
    [
        ({"inbound_id": "inb_9"}, "exists"),
        ({"answers": "<9@northwind.example>"}, "exists"),
        ({"thread_id": "thr_9"}, "same_thread"),
    ],
)
async def test_an_invented_mail_or_thread_is_not_there(talks: Talks, given: dict, fact: str) -> None:
    assert (await answered(talks, **given))[fact] is False


async def test_the_thread_of_somebody_else_is_not_this_contacts(talks: Talks) -> None:
    await talks.workspace.add(builders.account(2), builders.contact(2))
    facts = await answered(talks, contact_id="con_2")
    assert (facts["same_thread"], facts["from_contact"]) == (False, False)


async def test_a_mail_without_a_message_id_is_known_by_its_bytes(talks: Talks) -> None:
    key = await talks.mail(id="inb_2", message_id="")
    assert (await answered(talks, inbound_id="inb_2", answers=key))["exists"] is True
    assert (await answered(talks, inbound_id="inb_2", answers=""))["exists"] is False


async def test_answers_of_the_last_day_count_and_touches_do_not(talks: Talks) -> None:
    now = builders.MONDAY
    for hours, kind, state in (
        (1, "answer_mail", OutboxState.SENT),
        (23, "answer_mail", OutboxState.IN_DOUBT),
        (25, "answer_mail", OutboxState.SENT),
        (2, "answer_mail", OutboxState.QUEUED),
        (3, "send_email", OutboxState.SENT),
    ):
        await talks.intent(kind, state, now - timedelta(hours=hours))
    assert (await answered(talks))["to_contact_today"] == 2


async def test_a_second_answer_to_a_mail_is_known_as_one(talks: Talks) -> None:
    first = builders.answer(subject="Re: something else")
    await talks.intent("answer_mail", OutboxState.QUEUED, builders.MONDAY, key=first.key)
    async with talks.database.read() as tx:
        facts = await mail_facts(tx, builders.answer(), talks.workspace.terms, builders.MONDAY)
    assert facts.already == "queued"


async def test_a_campaign_lends_an_answer_nothing(talks: Talks) -> None:
    async with talks.database.read() as tx:
        facts = await mail_facts(tx, builders.answer(), talks.workspace.terms, builders.MONDAY)
    assert (facts.in_audience, facts.campaign_state, facts.touch_known) == (False, "", False)


async def judged(talks: Talks, **given: Any) -> Verdict:
    answer = builders.answer(**given)
    return (
        await talks.workspace.judged(answer, actor=builders.RELATIONSHIP, label=talks.label)
    ).judgement.verdict


async def test_an_answer_asks_at_first_and_never_reaches_who_opted_out(talks: Talks) -> None:
    assert await judged(talks) is Verdict.ASK
    async with talks.database.write() as tx:
        from autonomy import suppression

        hashes = suppression.hashes_of(talks.workspace.terms.salt, "anna1@northwind.example")
        await people.suppress(tx, hashes, "opted out", builders.MONDAY)
    assert await judged(talks) is Verdict.REFUSE


async def test_nobody_answers_a_machine_or_a_forger(talks: Talks) -> None:
    await talks.mail(id="inb_2", message_id="<2@x.example>", kind="auto")
    await talks.mail(id="inb_3", message_id="<3@x.example>", body={"authenticated": "no"})
    assert await judged(talks, inbound_id="inb_2", answers="<2@x.example>") is Verdict.REFUSE
    assert await judged(talks, inbound_id="inb_3", answers="<3@x.example>") is Verdict.REFUSE


async def test_a_stop_of_the_mailbox_stops_answers(talks: Talks) -> None:
    async with talks.database.write() as tx:
        scope = f"mailbox:{talks.workspace.terms.sender}"
        await people.throw_switch(tx, scope=scope, level="sends", reason="r", by="olga", at=builders.MONDAY)
    assert await judged(talks) is Verdict.REFUSE


async def test_a_candidate_whose_server_vouched_is_answered_like_a_contact(database: Database) -> None:
    talks = Talks(Workspace(database))
    await talks.someone_wrote(status=ContactStatus.CANDIDATE)
    made = await talks.workspace.judged(builders.answer(), actor=builders.RELATIONSHIP, label=talks.label)
    assert [hit.rule for hit in made.judgement.hits if hit.verdict is not Verdict.ALLOW] == ["authority:D-34"]
