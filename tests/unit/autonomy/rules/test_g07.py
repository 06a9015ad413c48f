"""G7: a claim has a stored source; figures, prices and pretended acquaintance without one do not leave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.campaigns import Claim
from domain.decisions import Verdict
from tests.fixtures import builders
from tests.fixtures.gate_cases import answered, mailed, said, silent

pytestmark = pytest.mark.rule("G7")
SENTENCE = "On your site I read that you restore pianos."


def test_a_mail_without_claims_and_one_with_a_stored_quote_pass() -> None:
    claim = Claim(text=SENTENCE, evidence=builders.quote("We restore pianos for schools."))
    assert silent(mailed(), "G7")
    assert silent(mailed({"body": f"Hi Anna,\n\n{SENTENCE}", "claims": (claim,)}), "G7")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("Hi {{first_name}},", "placeholder"),
        ("", "empty"),
        ("word " * 160, "150 are allowed"),
        ("As we discussed, would a call help?", "pretends a relationship"),
        ("We cut costs by 40% for 500 clinics.", "No source for"),
    ],
)
def test_unfit_text_and_unsupported_claims_are_refused(body: str, words: str) -> None:
    assert words in said(mailed({"body": body}), "G7")[0]


def test_a_claim_whose_quote_is_not_stored_is_refused() -> None:
    assert "No stored source" in said(mailed(facts={"unknown_evidence": (SENTENCE,)}), "G7")[0]


@pytest.mark.parametrize(
    "words",
    [
        "Thank you for your reply.",
        "Thanks for getting in touch.",
        "Per your request, a call is possible.",
        "Vielen Dank für Ihre Nachricht.",
    ],
)
def test_what_only_an_answer_may_say_is_a_pretence_in_a_first_mail(words: str) -> None:
    body = f"Hi Anna,\n\n{words} Would a short call help?\n\nBest regards,\nMaria Lindt"
    assert silent(answered({"body": body}), "G7")
    assert "pretends a relationship" in said(mailed({"body": body}), "G7")[0]


def test_only_an_answer_is_called_a_reply() -> None:
    subject = f"Re: {builders.SUBJECT}"
    assert silent(answered({"subject": subject}), "G7")
    assert "pretends to be a reply" in said(mailed({"subject": subject}), "G7")[0]


@pytest.mark.parametrize(
    "body",
    [
        "It was great meeting you. Would a call help?",
        "A mutual friend told me about you. Would a call help?",
        "As we agreed, would a call help?",
        "We cut costs by 40% for 500 clinics.",
        "Hi {{first_name}},",
    ],
)
def test_an_answer_pretends_and_claims_no_more_than_any_mail(body: str) -> None:
    assert said(answered({"body": body}), "G7")


def test_an_answer_rests_on_stored_sources_too() -> None:
    assert "No stored source" in said(answered(facts={"unknown_evidence": (SENTENCE,)}), "G7")[0]


@given(st.integers(3, 97), st.sampled_from(["costs", "churn", "returns"]))
def test_no_figure_leaves_without_a_source(percent: int, what: str) -> None:
    judgement = mailed({"body": f"We cut {what} by {percent}% for our customers."})
    assert judgement.verdict is Verdict.REFUSE
    assert said(judgement, "G7")


def test_a_subject_that_an_answer_repeats_is_theirs_and_needs_no_source() -> None:
    told = {"subjects": ("AW: Kurze Antwort", "Quick Word from Northbank Partners")}
    assert silent(answered({"subject": "Kurze Antwort"}, answers=told), "G7")
    assert silent(answered({"subject": "Quick Word from Northbank Partners"}, answers=told), "G7")
    assert said(answered({"subject": "Northbank Partners grew by 40%"}, answers=told), "G7")
    assert said(answered({"subject": "Kurze Antwort"}), "G7"), "nothing is known of what it answers"
    assert said(mailed({"subject": "Northbank Partners grew by 40%"}), "G7")
