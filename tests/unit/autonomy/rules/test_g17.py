"""G17: the first mail to a person says that an AI wrote it, who we are and how to opt out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.decisions import Verdict
from tests.fixtures.gate_cases import mailed, said, silent

pytestmark = pytest.mark.rule("G17")


def test_complete_terms_pass() -> None:
    assert silent(mailed(), "G17")


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"disclosure": ""}, "disclosure"),
        ({"postal_address": ""}, "RAINMAKER_POSTAL_ADDRESS"),
        ({"can_unsubscribe": False}, "RAINMAKER_PUBLIC_URL"),
    ],
)
def test_without_one_of_them_nothing_leaves(facts: dict, words: str) -> None:
    judgement = mailed(facts=facts)
    assert judgement.verdict is Verdict.REFUSE
    assert words in said(judgement, "G17")[0]


@given(st.booleans(), st.booleans(), st.booleans())
def test_only_all_three_together_pass(says: bool, address: bool, opt_out: bool) -> None:
    facts = {
        "disclosure": "By AI." * says,
        "postal_address": "Street 1" * address,
        "can_unsubscribe": opt_out,
    }
    assert silent(mailed(facts=facts), "G17") == (says and address and opt_out)


async def test_the_first_mail_carries_the_sentence_and_the_address(workspace, sink) -> None:
    await workspace.approved_mails(1)
    await workspace.effector(sink).drain()
    body = sink.accepted[0].message.get_body(("plain",))
    text = body.get_content() if body else ""
    assert workspace.terms.disclosure in text
    assert "1 Main Street" in text
