"""Facts about a deal: who it is with, where it stands, and whether its proof stands where it says."""

from typing import Any

import pytest

from autonomy.deal_facts import deal_facts
from autonomy.facts import DealFacts
from domain.deals import DealFact, DealStage, Proof
from domain.decisions import Verdict
from runtime.store import deals, people
from tests.fixtures import builders
from tests.fixtures.talks import QUOTED, Talks
from tests.fixtures.workspace import Workspace

QUOTE = "we lose two days a month"


@pytest.fixture
async def talks(workspace: Workspace) -> Talks:
    """Contact 1 of account 1 wrote what they need."""
    one = Talks(workspace)
    await one.someone_wrote()
    return one


async def facts_of(talks: Talks, action: Any) -> DealFacts:
    async with talks.database.read() as tx:
        found = await deal_facts(tx, action)
    assert found is not None
    return found


async def stands(talks: Talks, **proof: Any) -> bool:
    """Whether a proof of an opening with account 1 was found in its source."""
    facts = await facts_of(talks, builders.opening(proof=(builders.proof(**proof),)))
    assert bool(facts.known) != bool(facts.unfounded)
    return bool(facts.known)


async def test_a_first_deal_with_words_that_the_mail_holds(talks: Talks) -> None:
    facts = await facts_of(talks, builders.opening())
    assert facts == DealFacts(
        account_known=True, contact_fits=True, open_already=False, known=(DealFact.NEED,)
    )


@pytest.mark.parametrize(
    "quote",
    [QUOTE, "WE LOSE  two days\n a month", "What would it cost?", "Head of Operations"],
)
async def test_what_they_wrote_and_how_they_signed_stands(talks: Talks, quote: str) -> None:
    assert await stands(talks, quote=quote)


@pytest.mark.parametrize(
    "quote",
    [
        "we lose three days a month",
        "we will buy",
        "",
        "  ",
        "?",
        QUOTED,
        "two days a month to reports. Deal!",
    ],
)
async def test_other_words_none_or_our_own_quoted_below_do_not(talks: Talks, quote: str) -> None:
    assert not await stands(talks, quote=quote)


@pytest.mark.parametrize(
    "mail",
    [
        {"account_id": "acc_2"},
        {"kind": "auto"},
        {"kind": "bounce"},
        {"body": {"new_text": QUOTE, "authenticated": "no"}},
        {"body": {"text": QUOTE}},
        {"body": "The mail was quarantined: we lose two days a month."},
    ],
)
async def test_a_mail_of_others_machines_or_forgers_shows_nothing(talks: Talks, mail: dict) -> None:
    await talks.mail(id="inb_2", message_id="<2@x.example>", **mail)
    assert not await stands(talks, source="inb_2")


async def test_an_invented_source_shows_nothing_and_is_named(talks: Talks) -> None:
    proof = Proof(fact=DealFact.SIGNED, source="doc_9", at=builders.MONDAY)
    facts = await facts_of(talks, builders.opening(proof=(builders.proof(), proof)))
    assert (facts.known, facts.unfounded) == ((DealFact.NEED,), ("signed: doc_9",))


async def test_a_fact_with_one_good_and_one_invented_proof_is_not_shown(talks: Talks) -> None:
    proofs = (builders.proof(), builders.proof(quote="we need it now"))
    facts = await facts_of(talks, builders.opening(proof=proofs))
    assert (facts.known, facts.unfounded) == ((), ("we need it now",))


@pytest.mark.parametrize(("role", "found"), [("user", True), ("assistant", False), ("tool", False)])
async def test_a_person_in_the_chat_shows_something_and_our_own_brain_never(
    talks: Talks, role: str, found: bool
) -> None:
    await talks.said("msg_1", role, "They told me that we lose two days a month.")
    assert await stands(talks, source="msg_1") is found


@pytest.mark.parametrize(
    ("meeting", "fact", "found"),
    [
        ({"state": "held"}, DealFact.MEETING_HELD, True),
        ({"state": "booked"}, DealFact.MEETING_HELD, False),
        ({"state": "no_show"}, DealFact.MEETING_HELD, False),
        ({"state": "held", "account_id": "acc_2"}, DealFact.MEETING_HELD, False),
        ({"state": "held"}, DealFact.NEED, False),
        ({"state": "held"}, DealFact.SIGNED, False),
    ],
)
async def test_a_meeting_shows_only_that_it_was_held(
    talks: Talks, meeting: dict, fact: DealFact, found: bool
) -> None:
    await talks.meeting(builders.MONDAY, **meeting)
    assert await stands(talks, source="mee_1", fact=fact, quote="") is found


async def test_an_account_or_contact_that_is_not_there(talks: Talks) -> None:
    assert not (await facts_of(talks, builders.opening(account_id="acc_9"))).account_known
    assert not (await facts_of(talks, builders.opening(contact_id="con_9"))).contact_fits
    await talks.workspace.add(builders.account(2), builders.contact(2))
    assert not (await facts_of(talks, builders.opening(contact_id="con_2"))).contact_fits
    assert (await facts_of(talks, builders.opening(contact_id=""))).contact_fits  # nobody is named yet


async def test_an_account_has_one_open_deal(talks: Talks) -> None:
    await talks.deal()
    assert (await facts_of(talks, builders.opening(deal_id="dea_2"))).open_already
    async with talks.database.write() as tx:
        await deals.change(tx, "dea_1", stage=str(DealStage.LOST))
    assert not (await facts_of(talks, builders.opening(deal_id="dea_2"))).open_already
    assert (await facts_of(talks, builders.opening())).open_already  # an id is used once


async def test_a_move_knows_what_was_shown_before_and_what_it_shows_itself(talks: Talks) -> None:
    await talks.deal()
    await talks.meeting(builders.MONDAY, state="held")
    async with talks.database.write() as tx:
        await deals.add_proof(tx, "prf_1", "dea_1", builders.proof(), talks.label)
    held = builders.proof(DealFact.MEETING_HELD, source="mee_1", quote="")
    facts = await facts_of(talks, builders.move(proof=(held,)))
    assert (facts.stage, set(facts.known)) == (
        DealStage.DISCOVERY,
        {DealFact.NEED, DealFact.MEETING_HELD},
    )
    assert (await facts_of(talks, builders.move())).known == (DealFact.NEED,)


async def test_a_deal_that_is_not_there_knows_nothing(talks: Talks) -> None:
    facts = await facts_of(talks, builders.move(deal_id="dea_9", proof=(builders.proof(),)))
    assert (facts.stage, facts.known, facts.unfounded) == (None, (), (QUOTE,))


async def test_what_is_no_deal_has_no_such_facts(talks: Talks) -> None:
    async with talks.database.read() as tx:
        assert await deal_facts(tx, builders.task()) is None


async def judged(talks: Talks, action: Any) -> Verdict:
    made = await talks.workspace.judged(action, actor=builders.DEAL, label=talks.label)
    return made.judgement.verdict


async def test_the_deal_specialist_opens_and_moves_on_proof_and_tells(talks: Talks) -> None:
    assert await judged(talks, builders.opening()) is Verdict.NOTIFY
    assert await judged(talks, builders.opening(proof=())) is Verdict.REFUSE
    await talks.deal()
    await talks.meeting(builders.MONDAY, state="held")
    proofs = (builders.proof(), builders.proof(DealFact.MEETING_HELD, source="mee_1", quote=""))
    assert await judged(talks, builders.move(proof=proofs)) is Verdict.NOTIFY
    assert await judged(talks, builders.move(proof=proofs[:1])) is Verdict.REFUSE
    assert await judged(talks, builders.move("evaluation", "proposal", proof=proofs)) is Verdict.REFUSE


async def test_a_stop_of_the_account_stops_its_deal(talks: Talks) -> None:
    await talks.deal(stage=DealStage.PROPOSAL)
    back = builders.move("proposal", "discovery")
    assert await judged(talks, back) is Verdict.NOTIFY
    async with talks.database.write() as tx:
        await people.throw_switch(
            tx, scope="account:acc_1", level="effects", reason="r", by="olga", at=builders.MONDAY
        )
    assert await judged(talks, back) is Verdict.REFUSE
