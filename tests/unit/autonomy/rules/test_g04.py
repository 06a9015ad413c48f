"""G4: a link leaves only to where the allow-list or the owner's own words point."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.decisions import Verdict
from tests.fixtures.gate_cases import booked, called, mailed, paged, said, silent

pytestmark = pytest.mark.rule("G4")
BAD = [
    ("https://evil.example/x", "not on the allow-list"),
    ("https://acme.example@evil.example/", "hides its target"),
    ("https://acme.example:8443/", "hides its target"),
    ("http://127.0.0.1/x", "names an address"),
    ("https://bit.ly/abc", "shortener bit.ly"),
    ("data:text/html,hello", "may not use data"),
    ("javascript:alert", "may not use javascript"),
    ("www.evil.example", "not on the allow-list"),
]
ALWAYS = BAD[1:7]


@pytest.mark.parametrize(("link", "words"), BAD)
def test_a_link_elsewhere_is_refused_in_mail_meeting_and_call(link: str, words: str) -> None:
    text = f"See [this]({link})" if link.startswith("javascript") else f"See {link}"
    for judgement in (mailed({"body": text}), booked({"body": text}), called({"content": text})):
        assert words in said(judgement, "G4")[0]
        assert judgement.verdict is Verdict.REFUSE


def test_an_allowed_link_passes_everywhere() -> None:
    text = "See https://acme.example/plans?x=1 and [this](https://www.acme.example/a)"
    assert silent(mailed({"body": text}), "G4")
    assert silent(booked({"body": text}), "G4")
    assert silent(called({"content": text}, {"allowed_links": ("https://acme.example/",)}), "G4")


@pytest.mark.parametrize("text", ["![x](https://acme.example/a.png)", "<b>hi</b>", "<img src=x>"])
def test_images_and_html_are_refused(text: str) -> None:
    assert "HTML or an image" in said(mailed({"body": text}), "G4")[0]
    assert "HTML or an image" in said(booked({"body": text}), "G4")[0]


def test_a_link_the_owner_wrote_may_be_used_exactly_as_written() -> None:
    words = {"owner_words": "Post https://news.example/a/1 and www.shop.example in general."}
    assert silent(called({"links": ("https://news.example/a/1",)}, words), "G4")
    assert silent(called({"content": "see https://shop.example/"}, words), "G4")
    for other in ("https://news.example/a/1?leak=x", "https://news.example/a/12", "https://news.example/"):
        assert "allow-list" in said(called({"links": (other,)}, words), "G4")[0]


@pytest.mark.parametrize(("link", "words"), ALWAYS)
def test_a_link_that_hides_its_target_never_goes_even_when_the_owner_wrote_it(link: str, words: str) -> None:
    assert words in said(called({"links": (link,)}, {"owner_words": f"post {link} there"}), "G4")[0]


def test_a_file_name_is_no_link() -> None:
    assert silent(called({"content": "see report.pdf and plan-2.docx"}), "G4")


def test_endless_content_is_refused_unread() -> None:
    assert "100,000" in said(called({"content": "a" * 100_001}), "G4")[0]


@given(
    st.from_regex(r"https?://[a-z]{2,9}\.(org|com|net)/[a-z0-9]{0,9}", fullmatch=True), st.text(max_size=20)
)
def test_no_unlisted_link_leaves_in_a_mail_or_call(link: str, around: str) -> None:
    assert mailed({"body": f"{around} {link}"}).verdict is Verdict.REFUSE
    assert called({"content": f"{around} {link}"}).verdict is Verdict.REFUSE


def test_the_morning_page_quotes_strangers_and_holds_none_of_their_links() -> None:
    ours = {"allowed_links": ("https://acme.example/",)}
    assert silent(paged({"text": "See https://acme.example/plans, from anna@northwind.example"}, ours), "G4")
    for link, words in BAD[:6]:
        assert words in said(paged({"text": f"Look at: {link}"}, ours), "G4")[0]
        assert words in said(paged({"subject": f"Look at: {link}"}, ours), "G4")[0]
    assert "HTML or an image" in said(paged({"text": "<b>hi</b>"}), "G4")[0]


def test_a_page_too_long_to_be_read_is_left_to_the_rule_on_its_length() -> None:
    judgement = paged({"text": "https://evil.example " + "x" * 30_000})
    assert silent(judgement, "G4")
    assert judgement.verdict is Verdict.REFUSE
