"""Whatever bytes arrive, reading them ends soon, in a mail or a reason, and no field holds a control character."""

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.mail import InboundMail, Quarantined
from tools.read.mail.addresses import read_addresses
from tools.read.mail.headers import decoded, value_and_parameters
from tools.read.mail.html_text import html_lines
from tools.read.mail.new_text import trim
from tools.read.mail.read import read_mail
from tools.read.mail.subjects import plain_subject

PIECES = [
    b"From: ", b"To: ", b"Subject: ", b"Content-Type: ", b"multipart/mixed; boundary=b",
    b"multipart/report; boundary=b", b'multipart/alternative; boundary="b"', b"text/html",
    b"text/plain; charset=", b"message/rfc822", b"message/delivery-status", b"message/feedback-report",
    b"text/calendar", b"Content-Transfer-Encoding: base64", b"quoted-printable", b"\r\n", b"\n", b"\r",
    b"\n\n", b"\r\n\r\n", b"--b", b"--b--", b" ", b"\t", b"<a@b.example>", b"a@b.example",
    b"=?utf-8?b?4oCu?=", b"=?x?q?=00=0d?=", b"<div hidden>", b"<blockquote>", b"> ",
    b"On Mon, 1 Jan 2026 a@b.example wrote:", b"-- ", b"Final-Recipient: rfc822; a@b.example",
    b"Status: 5.1.1", b"Action: failed", b"Feedback-Type: abuse", b"MAILER-DAEMON", b"undeliverable",
    b"BEGIN:VCALENDAR", b"\x00", b"\xff\xfe", b"\xc3(", b'"', b"(", b"<", b",", b";", b":", b"=", b"\\",
    b"filename*0*=utf-8''%ff", b"Message-ID: <x@y>", b"Date: Mon, 01 Jan 2026 99:99:99 +9999",
    b'{"bouncedRecipients":', b"SGVsbG8", b"\x1b$B",
]  # fmt: skip
MAILS = st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=20)), max_size=60).map(b"".join)
TEXTS = st.text(max_size=300)
CONTROLS = {chr(number) for number in range(32)} | {"\x7f", "\u2028", "\u2029", "\u202e", "\u200b", "\x85"}


@settings(max_examples=400, deadline=None)
@given(MAILS)
def test_any_bytes_end_in_a_mail_or_a_reason(raw: bytes) -> None:
    started = time.perf_counter()
    read = read_mail(raw)
    assert time.perf_counter() - started < 2
    if isinstance(read, Quarantined):
        assert read.code.startswith("mail_") and read.sentence
        return
    assert InboundMail.model_validate_json(read.model_dump_json()) == read
    shown = [
        read.subject,
        read.message_id,
        *(one.address + one.name for one in (*read.all_senders, *read.to)),
    ]
    assert not CONTROLS & set("".join(shown))


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_any_text_is_cut_into_three_and_nothing_is_invented(text: str) -> None:
    cut = trim(text)
    lines = {line.rstrip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")}
    assert {line.rstrip() for line in cut.new.split("\n")} <= lines | {""}


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=200))
def test_any_field_is_read(value: bytes) -> None:
    assert not CONTROLS & set(decoded(value))
    value_and_parameters(value)
    for address in read_addresses(value, 50).found:
        assert address.address.count("@") >= 1 and address.domain.isascii()


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_any_html_gives_lines(markup: str) -> None:
    html_lines(f"<p>{markup}")


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_a_plain_subject_is_stable(subject: str) -> None:
    assert plain_subject(plain_subject(subject)) == plain_subject(plain_subject(plain_subject(subject)))
    assert plain_subject("Re: " + subject) == plain_subject("AW: Re: " + subject)
