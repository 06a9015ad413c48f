"""G1: a mail goes to a contact of the audience or to whom it answers, a call to whom the owner named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.decisions import Verdict
from tests.fixtures import builders
from tests.fixtures.gate_cases import answered, called, judged, mailed, paged, said, silent

pytestmark = pytest.mark.rule("G1")
ASK = Verdict.ASK


def test_a_contact_of_the_audience_passes() -> None:
    assert silent(mailed(), "G1")


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"contact_known": False}, "not in the CRM"),
        ({"contact_erased": True}, "was erased"),
        ({"has_address": False}, "no e-mail address"),
        ({"in_audience": False}, "not in this campaign's audience"),
        ({"draft_matches": False}, "not in this campaign's audience"),
    ],
)
def test_anybody_else_is_refused(facts: dict, words: str) -> None:
    assert words in said(mailed(facts=facts), "G1")[0]


def test_a_candidate_found_on_the_web_needs_a_person() -> None:
    judgement = mailed(facts={"contact_candidate": True})
    assert judgement.verdict is ASK
    assert "nobody approved" in said(judgement, "G1", ASK)[0]


def test_an_answer_goes_to_the_sender_of_the_mail_it_answers() -> None:
    judgement = answered()
    assert judgement.verdict is Verdict.ALLOW
    assert silent(judgement, "G1")


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"exists": False}, "not in this thread"),
        ({"same_thread": False}, "not in this thread"),
        ({"from_contact": False}, "came from somebody else"),
        ({"authenticated": False}, "is forged"),
        ({"by_person": False}, "automatic mail is never answered"),
    ],
)
def test_an_answer_to_another_thread_person_forger_or_machine_is_refused(answers: dict, words: str) -> None:
    judgement = answered(answers=answers)
    assert judgement.verdict is Verdict.REFUSE
    assert words in said(judgement, "G1")[0]


def test_an_answer_to_a_mail_nobody_looked_up_is_refused() -> None:
    assert "not in this thread" in said(answered(facts={"answered": None}), "G1")[0]


@pytest.mark.parametrize("fact", [{"contact_known": False}, {"contact_erased": True}, {"has_address": False}])
def test_an_answer_reaches_only_a_contact_with_an_address(fact: dict) -> None:
    assert answered(facts=fact).verdict is Verdict.REFUSE


@pytest.mark.parametrize(
    ("authenticated", "verdict"), [(True, Verdict.ALLOW), (None, ASK), (False, Verdict.REFUSE)]
)
def test_a_stranger_who_wrote_is_answered_without_asking_only_when_their_server_is_sure(
    authenticated: bool | None, verdict: Verdict
) -> None:
    judgement = answered(facts={"contact_candidate": True}, answers={"authenticated": authenticated})
    assert judgement.verdict is verdict
    assert bool(said(judgement, "G1", ASK)) == (authenticated is not True)


def test_a_contact_who_was_approved_before_is_answered_although_no_server_vouched() -> None:
    assert answered(answers={"authenticated": None}).verdict is Verdict.ALLOW


def test_an_authenticated_mail_makes_no_candidate_a_recipient_of_a_campaign() -> None:
    facts = {"contact_candidate": True, "answered": builders.answered_facts()}
    assert mailed(facts=facts).verdict is ASK
    assert answered(facts={"contact_candidate": True, "answered": None}).verdict is Verdict.REFUSE


def test_a_mail_or_answer_nobody_looked_up_is_refused_without_an_error() -> None:
    for action in (builders.mail(), builders.answer()):
        judgement = judged(action, mail=None)
        assert judgement.verdict is Verdict.REFUSE
        assert not said(judgement, "G1", ASK)


FLAGS = st.sampled_from(["exists", "same_thread", "from_contact", "by_person"])


@given(st.sets(FLAGS), st.sampled_from([True, None, False]))
def test_an_answer_leaves_only_when_everything_about_the_mail_fits(
    broken: set[str], authenticated: bool | None
) -> None:
    answers = {name: False for name in broken} | {"authenticated": authenticated}
    assert silent(answered(answers=answers), "G1") == (not broken and authenticated is not False)


@pytest.mark.parametrize(
    ("destination", "words"),
    [
        ("Anna", "write to Anna, please"),
        ("bob@north.example", "Mail BOB@north.example."),
        ("GB33BUKB20201555555555", "pay £5 to GB33BUKB20201555555555"),
        ("general", "post it in #general"),
        ("Le Marais Boutique", "book Le Marais Boutique!"),
        ("ｂob@north.example", "mail bob@north.example"),
    ],
)
def test_a_destination_the_owner_named_passes(destination: str, words: str) -> None:
    assert silent(called({"destinations": (destination,)}, {"owner_words": words}), "G1")


@pytest.mark.parametrize(
    ("destination", "words"),
    [
        ("bob@north.example", "mail notbob@north.example"),
        ("bob@north.example", "mail bob@north.example.org"),
        ("north.example", "mail bob@north.example"),
        ("GB33BUKB2020", "pay GB33BUKB20201555555555"),
        ("bob", "mail bob@north.example"),
        ("Ann", "write to Anna"),
        ("", "anything"),
        ("a", "send a mail"),
        ("eve@evil.example", ""),
    ],
)
def test_a_destination_nobody_named_asks_even_inside_a_longer_name(destination: str, words: str) -> None:
    judgement = called({"destinations": (destination,)}, {"owner_words": words})
    assert judgement.verdict is ASK
    assert "Nobody named" in said(judgement, "G1", ASK)[0]


def test_a_destination_the_workspace_knows_passes_and_one_stranger_among_them_asks() -> None:
    facts = {"known": ("Anna@North.example",), "owner_words": ""}
    assert silent(called({"destinations": ("anna@north.example",)}, facts), "G1")
    mixed = ("anna@north.example", "eve@evil.example")
    assert said(called({"destinations": mixed}, facts), "G1", ASK)


def test_a_call_that_only_reads_reaches_nobody() -> None:
    assert called({"reach": "read", "destinations": ("eve@evil.example",)}).verdict is Verdict.ALLOW


@given(st.emails().filter(str.isascii), st.text(st.characters(categories=["L", "N"]), max_size=30))
def test_no_address_is_reached_that_is_not_in_the_owners_words(address: str, words: str) -> None:
    judgement = called({"destinations": (address,)}, {"owner_words": words})
    assert judgement.verdict is not Verdict.ALLOW
    assert silent(called({"destinations": (address,)}, {"owner_words": f"{words} {address} {words}"}), "G1")


def test_the_morning_page_goes_to_our_own_people_and_to_nobody_else() -> None:
    assert paged().verdict is Verdict.ALLOW
    assert "only to our own owners and managers" in said(paged(facts={"to_our_own": False}), "G1")[0]
    assert said(judged(builders.page(), notice=None), "G1")
