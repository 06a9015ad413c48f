"""What a mail says: text from every form it comes in, files, calendar parts, authentication, identifiers."""

import base64
from datetime import UTC, datetime

import pytest

from domain.mail import Authenticated, InboundMail, MailKind
from tools.read.mail.read import Terms, read_mail

HEAD = b"From: Ann <ann@northwind.example>\nTo: maria@acme.example\nMessage-ID: <1@northwind.example>\n"
TRUSTING = Terms(trusted_servers=frozenset({"mx.acme.example"}))


def read(raw: bytes, terms: Terms | None = None) -> InboundMail:
    mail = read_mail(raw, terms)
    assert isinstance(mail, InboundMail), mail
    return mail


def test_the_plain_form_of_a_text_is_preferred_and_the_other_not_read_twice() -> None:
    mail = read(
        HEAD
        + b"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nYes, Tuesday.\n"
        b"--b\nContent-Type: text/html\n\n<p>Yes, <b>Tuesday</b>.</p>\n--b--\n"
    )
    assert mail.text.strip() == "Yes, Tuesday."


def test_a_plain_form_that_only_points_at_the_html_gives_way_to_it() -> None:
    mail = read(
        HEAD + b"Content-Type: multipart/alternative; boundary=b\n\n--b\n\nPlease use an HTML reader.\n"
        b"--b\nContent-Type: text/html\n\n<p>"
        + b"We would like to see a demo next week. " * 5
        + b"</p>\n--b--\n"
    )
    assert mail.new_text.startswith("We would like to see a demo")


def test_html_keeps_its_lines_and_marks_what_it_quotes() -> None:
    mail = read(
        HEAD
        + b"Content-Type: text/html; charset=utf-8\n\n<div>Hi Maria,<br>Tuesday works.</div><ul><li>10:00<li>11:00</ul>"
        b'<div class="gmail_quote"><div>On Mon, 2 Nov 2026 Maria &lt;m@acme.example&gt; wrote:</div>'
        b"<blockquote>Are you free? Unsubscribe here.</blockquote></div>"
    )
    assert mail.new_text == "Hi Maria,\nTuesday works.\n\n- 10:00\n- 11:00"
    assert "Unsubscribe" in mail.quoted and "Unsubscribe" not in mail.new_text


def test_an_html_signature_is_cut_by_its_name() -> None:
    mail = read(
        HEAD + b"Content-Type: text/html\n\n<p>Fine with me.</p>"
        b"<div class='gmail_signature'>Ann Weiss<br>+49 30 1234567</div>"
    )
    assert mail.new_text == "Fine with me."
    assert "Ann Weiss" in mail.signature


def test_flowed_lines_are_joined() -> None:
    mail = read(
        HEAD + b"Content-Type: text/plain; format=flowed\n\nThis is one \nlong line.\n\n> quoted \n> twice\n"
    )
    assert mail.new_text == "This is one long line."


@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("iso-8859-1", "cp1252"),
        ("windows-1251", "cp1251"),
        ("iso-2022-jp", "iso2022_jp"),
        ("gb2312", "gb18030"),
        ("", "utf-8"),
    ],
)
def test_text_of_every_charset_is_read(charset: str, codec: str) -> None:
    words = {"cp1251": "Привет", "iso2022_jp": "こんにちは", "gb18030": "你好"}.get(codec, "Grüße")
    raw = HEAD + f"Content-Type: text/plain; charset={charset}\n\n".encode() + words.encode(codec)
    assert read(raw).new_text == words


def test_files_are_named_measured_and_hashed_but_not_kept() -> None:
    data = base64.b64encode(b"%PDF-1.7 hello")
    mail = read(
        HEAD
        + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSee attached.\n--b\nContent-Type: application/pdf\n"
        b"Content-Disposition: attachment; filename*0*=utf-8''..%2F..%2FAng; filename*1*=ebot%20%C3%9C.pdf\n"
        b"Content-Transfer-Encoding: base64\n\n" + data + b"\n--b--\n"
    )
    (file,) = mail.attachments
    assert (file.name, file.type, file.size) == ("Angebot Ü.pdf", "application/pdf", 14)
    assert mail.text.strip() == "See attached."


def test_a_calendar_answer_is_taken_out_with_its_method() -> None:
    calendar = b"BEGIN:VCALENDAR\nMETHOD:REPLY\nBEGIN:VEVENT\nUID:x\nEND:VEVENT\nEND:VCALENDAR\n"
    mail = read(
        HEAD + b"Content-Type: multipart/alternative; boundary=b\n\n--b\n\nAnn has accepted.\n--b\n"
        b"Content-Type: text/calendar; method=REPLY; charset=utf-8\n\n" + calendar + b"--b--\n"
    )
    assert mail.kind is MailKind.CALENDAR
    assert [(part.method, part.text.split("\n")[0]) for part in mail.calendar] == [
        ("REPLY", "BEGIN:VCALENDAR")
    ]


@pytest.mark.parametrize(
    ("results", "wanted"),
    [
        (b"mx.acme.example; dmarc=pass header.from=northwind.example", Authenticated.YES),
        (
            b"mx.acme.example; dmarc=fail (p=none) header.from=northwind.example; dkim=pass header.d=x.example",
            Authenticated.NO,
        ),
        (b"mx.acme.example; dkim=pass header.d=mail.northwind.example", Authenticated.YES),
        (b"mx.acme.example; spf=pass smtp.mailfrom=bounce@news.northwind.example", Authenticated.YES),
        (
            b"mx.acme.example; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=x@evil.example",
            Authenticated.UNKNOWN,
        ),
        (
            b"mx.acme.example; dkim=fail header.d=northwind.example; spf=fail smtp.mailfrom=northwind.example",
            Authenticated.NO,
        ),
        (b"mx.evil.example; dmarc=pass header.from=northwind.example", Authenticated.UNKNOWN),
        (b"mx.acme.example (dmarc=pass); none", Authenticated.UNKNOWN),
    ],
)
def test_only_a_server_we_trust_confirms_a_sender(results: bytes, wanted: Authenticated) -> None:
    assert (
        read(b"Authentication-Results: " + results + b"\n" + HEAD + b"\nHi", TRUSTING).authenticated is wanted
    )


def test_of_several_results_of_one_server_the_topmost_counts() -> None:
    real = b"Authentication-Results: mx.acme.example; dmarc=fail\n"
    forged = b"Authentication-Results: mx.acme.example; dmarc=pass\n"
    assert read(real + forged + HEAD + b"\nHi", TRUSTING).authenticated is Authenticated.NO
    assert read(real + HEAD + b"\nHi").authenticated is Authenticated.UNKNOWN


def test_identifiers_are_read_in_order_and_once() -> None:
    mail = read(HEAD + b"In-Reply-To: <b@x> (Ann's mail)\nReferences: <a@x>\n <b@x> <a@x> junk\n\nHi")
    assert (mail.message_id, mail.in_reply_to, mail.references) == (
        "<1@northwind.example>",
        ("<b@x>",),
        ("<a@x>", "<b@x>"),
    )


def test_of_several_senders_the_one_named_in_sender_is_believed() -> None:
    both = b"From: Ann <ann@x.example>, Bob <bob@x.example>\n"
    assert read(both + b"\nHi").sender is None
    named = read(both + b"Sender: bob@x.example\n\nHi").sender
    assert named is not None and named.address == "bob@x.example"


def test_a_name_that_shows_another_address_is_noted() -> None:
    mail = read(b'From: "boss@acme.example" <x@evil.example>\n\nHi')
    assert mail.sender is not None and mail.sender.address == "x@evil.example"
    assert "The name shown with the sender looks like another address." in mail.problems


def test_the_date_is_aware_and_judged_by_the_time_of_arrival() -> None:
    dated = HEAD + b"Date: Mon, 02 Nov 2026 10:30:00 +0100\n\nHi"
    arrived = Terms(received_at=datetime(2026, 11, 2, 9, 31, tzinfo=UTC))
    assert read(dated, arrived).sent_at == datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
    assert read(dated, Terms(received_at=datetime(2026, 10, 1, tzinfo=UTC))).sent_at is None


def test_a_body_after_headers_without_an_empty_line_is_still_read() -> None:
    assert read(b"From: ann@northwind.example\nThis line is no header\nbut text.\n").text.startswith(
        "This line is no header"
    )


def test_a_mail_passed_on_as_a_file_is_listed_and_said_to_be_a_forward() -> None:
    mail = read(
        HEAD + b"Subject: Fwd: Hello\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nFor you.\n--b\n"
        b"Content-Type: message/rfc822\n\nFrom: x@y.example\nSubject: Hello\n\nOld text\n--b--\n"
    )
    assert (mail.new_text, mail.forwarded, len(mail.attachments)) == ("For you.", True, 1)
