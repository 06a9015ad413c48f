"""The morning page: one line for the subject, plain words for the rest, and nothing of a stranger's that works."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.decisions import Verdict
from tests.fixtures.gate_cases import paged
from tools.act.compose_mail import Envelope
from tools.act.morning_mail import compose_page
from tools.read.digest import LONGEST_LINE, NOTHING, Digest, harmless

FRIDAY = datetime(2026, 11, 6, 6, 45, tzinfo=UTC)
SIGNS = st.sampled_from(
    ["https://", "www.", "%2e", "%253C", ".com", "[", "](", "<b>", "&", "!", "@", "data:", "．"]
)


def page(since=timedelta(days=1), **lines):
    titles = ("Did", "Found", "Needs you", "Plan", "Cost")
    parts = tuple((one, lines.get(one.lower().replace(" ", "_"), NOTHING)) for one in titles)
    return Digest(FRIDAY - since, FRIDAY, parts, ZoneInfo("Europe/Berlin"))


def mail_of(one: Digest, public_url: str = "https://rm.acme.example"):
    envelope = Envelope(
        "Ünal", "maria@acme.example", "", "ada@acme.example", "<a@acme.example>", FRIDAY, "", "", ""
    )
    raw = compose_page(one.headline, one.as_text(), envelope, public_url)
    message = message_from_bytes(raw, policy=policy.default)
    return [message.get_body((kind,)).get_content() for kind in ("plain", "html")]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ({}, "Friday 6 November: nothing needs you"),
        ({"did": ("2 campaign mails sent",)}, "Friday 6 November: nothing needs you, 2 campaign mails sent"),
        (
            {"needs_you": ("Decide: a",), "found": ("1 person wrote",)},
            "Friday 6 November: 1 thing needs you, 1 person wrote",
        ),
    ],
)
def test_the_subject_says_what_matters(lines, said):
    assert page(**lines).headline == said


def test_a_page_is_quiet_when_nothing_was_done_or_found_and_nobody_is_needed():
    assert page(plan=("2 leads replied",), cost=("1 decision: 1 allowed",)).quiet
    assert not page(did=("1 reply answered",)).quiet
    assert not page(needs_you=("Decide: a",)).quiet


def test_times_are_the_owners():
    assert page().as_text().startswith("**Friday 6 November 2026** – since Thursday, 07:45 (Europe/Berlin)")
    assert "since 30 October, 07:45" in page(since=timedelta(days=7)).as_text()


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("Deal opened: Northwind & Söhne", "Deal opened: Northwind & Söhne"),
        ("from anna@northwind.example", "from anna@northwind.example"),
        ("Call Anna at Booking.com", "Call Anna at Booking·com"),
        ("see https://evil.example/login now", "see (a link) now"),
        ("see https%3A%2F%2Fevil.example%2Flogin", "see (a link)"),
        ("![x](https://evil.example/a.png)", "(x)((a link))"),
        ("<b>pay</b>", "‹b›pay‹/b›"),
        ("a\u202eb\nc", "a b c"),
        ("50% of report.pdf, v1.2", "50% of report.pdf, v1.2"),
    ],
)
def test_what_strangers_wrote_does_nothing(line, shown):
    assert harmless(line) == shown


@given(st.lists(st.one_of(SIGNS, st.text(max_size=12)), max_size=14).map("".join))
def test_whatever_is_quoted_the_page_passes_the_gate(words):
    line = harmless(f"Look at: “{words}”")
    assert "\n" not in line
    assert len(line) <= 4 * LONGEST_LINE
    assert paged({"text": f"**Needs you**\n- {line}", "subject": line[:100]}).verdict is Verdict.ALLOW


def test_the_html_is_the_text_and_only_what_needs_somebody_stands_out():
    text, html = mail_of(page(did=("1 reply answered",), needs_you=("Decide: 3 < 5 & 'x'",)))
    assert "Needs you\r\n- Decide: 3 < 5 & 'x'" in text.replace("\n", "\r\n").replace("\r\r", "\r")
    assert "Decide: 3 &lt; 5 &amp; &#x27;x&#x27;" in html
    assert html.count("border-left") == 1
    assert "border-left" not in mail_of(page())[1]


def test_the_only_link_leads_to_our_own_chat():
    text, html = mail_of(page(), "https://rm.acme.example/")
    assert "https://rm.acme.example/chat/" in text
    assert html.count("href=") == 1
    assert 'href="https://rm.acme.example/chat/"' in html
    assert "href=" not in mail_of(page(), "")[1]
