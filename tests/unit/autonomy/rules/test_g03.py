"""G3: the model gives a subject and a body, and nothing in them reaches a header or hides."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.decisions import Verdict
from tests.fixtures.gate_cases import booked, called, mailed, paged, said, silent

pytestmark = pytest.mark.rule("G3")
HIDDEN = st.characters(categories=["Cc", "Cf", "Cs", "Co", "Zl", "Zp"])


def test_plain_words_pass() -> None:
    assert silent(mailed({"subject": "Größe, naïve – “quoted” 5 €", "body": "Hi\n\tAnna"}), "G3")
    assert silent(booked({"subject": "A call", "body": "Hi\nAnna"}), "G3")


@pytest.mark.parametrize(
    ("mail", "words"),
    [
        ({"subject": "x" * 151}, "longer than 150"),
        ({"subject": "Hello\r\nBcc: all@else.example"}, "control or invisible"),
        ({"subject": "=?utf-8?q?x=0D=0ABcc:_a@b.example?="}, "encoded word"),
        ({"body": "Hi \u202eereht"}, "control or invisible"),
        ({"body": "a" * 6_001}, "longer than 6,000"),
    ],
)
def test_what_hides_or_breaks_out_is_refused(mail: dict, words: str) -> None:
    assert words in said(mailed(mail), "G3")[0]


def test_without_a_sender_nothing_leaves() -> None:
    assert "RAINMAKER_MAIL_FROM" in said(mailed(facts={"sender": ""}), "G3")[0]


@pytest.mark.parametrize(
    "meeting", [{"subject": "x" * 151}, {"body": "a" * 6_001}, {"subject": "a\nb"}, {"body": "a\u200bb"}]
)
def test_an_invitation_keeps_the_same_limits(meeting: dict) -> None:
    assert said(booked(meeting), "G3")


@pytest.mark.parametrize(
    "call", [{"content": "a\u200bb"}, {"destinations": ("a\nb",)}, {"links": ("https://a\u202eb",)}]
)
def test_a_call_carries_nothing_that_hides(call: dict) -> None:
    assert "control or invisible" in said(called(call), "G3")[0]
    assert silent(called({"content": "Größe\n\tok"}), "G3")


@given(HIDDEN, st.booleans())
def test_no_hidden_character_leaves_in_a_subject(char: str, in_mail: bool) -> None:
    assert unicodedata.category(char)[0] in "CZ"
    judgement = mailed({"subject": f"Hi{char}Anna"}) if in_mail else booked({"subject": f"Hi{char}Anna"})
    assert judgement.verdict is Verdict.REFUSE


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ({"subject": "x" * 151}, "longer than 150"),
        ({"text": "x" * 30_001}, "30,000 of text"),
        ({"subject": " "}, "is empty"),
        ({"text": "\n"}, "is empty"),
        ({"subject": "a\nBcc: b@c.example"}, "The subject holds"),
        ({"subject": "=?utf-8?q?x?="}, "The subject holds"),
        ({"text": "a\u202eb"}, "The text holds"),
        ({"text": "a\tb"}, "The text holds"),
    ],
)
def test_the_morning_page_is_plain_text_of_a_sane_size(page: dict, words: str) -> None:
    assert silent(paged({"subject": "x" * 150, "text": "x" * 30_000}), "G3")
    assert words in said(paged(page), "G3")[0]


def test_the_morning_page_needs_a_sender_too() -> None:
    assert "RAINMAKER_MAIL_FROM" in said(paged(facts={"sender": ""}), "G3")[0]
