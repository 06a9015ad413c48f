"""G7: a claim has a stored source; figures, prices and pretended acquaintance without one do not leave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.campaigns import Claim
from domain.decisions import Verdict
from tests.fixtures import builders
from tests.fixtures.gate_cases import mailed, said, silent

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


@given(st.integers(3, 97), st.sampled_from(["costs", "churn", "returns"]))
def test_no_figure_leaves_without_a_source(percent: int, what: str) -> None:
    judgement = mailed({"body": f"We cut {what} by {percent}% for our customers."})
    assert judgement.verdict is Verdict.REFUSE
    assert said(judgement, "G7")
