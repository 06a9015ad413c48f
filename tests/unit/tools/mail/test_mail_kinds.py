"""Which kind a mail is, and what a report says: standard and not, good and forged. Wordings of our own."""

import pytest

from domain.mail import BounceKind, FeedbackType, InboundMail, MailKind
from tools.read.mail.bounce_kind import bounce_kind
from tools.read.mail.read import read_mail

PERSON = b"From: Ann <ann@northwind.example>\nMessage-ID: <1@northwind.example>\n"
RETURNED = (
    b"Content-Type: message/rfc822\n\nFrom: maria@acme.example\nTo: lee@northwind.example\n"
    b"Message-ID: <ours@acme.example>\n\nHi\n"
)


def read(raw: bytes) -> InboundMail:
    mail = read_mail(raw)
    assert isinstance(mail, InboundMail), mail
    return mail


def report(fields: bytes, words: bytes = b"It failed.", kind: bytes = b"delivery-status") -> InboundMail:
    return read(
        b"From: Mail Delivery System <mailer-daemon@mx.example>\nSubject: Undelivered\n"
        b"Content-Type: multipart/report; report-type="
        + kind
        + b"; boundary=r\n\n--r\n\n"
        + words
        + b"\n--r\n"
        b"Content-Type: message/" + kind + b"\n\n" + fields + b"\n--r\n" + RETURNED + b"--r--\n"
    )


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        (b"Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 no such user", BounceKind.HARD),
        (b"Action: failed\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 Domain does not exist", BounceKind.HARD),
        (b"Action: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 quota exceeded", BounceKind.FULL),
        (
            b"Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 blocked: listed at a blocklist",
            BounceKind.POLICY,
        ),
        (b"Action: failed\nStatus: 5.7.26\nDiagnostic-Code: smtp; 550 not accepted", BounceKind.POLICY),
        (b"Action: failed\nStatus: 4.4.7\nDiagnostic-Code: smtp; delivery time expired", BounceKind.DELAYED),
        (b"Action: delayed\nStatus: 4.4.1\nDiagnostic-Code: smtp; connection timed out", BounceKind.DELAYED),
        (b"Action: failed\nStatus: 4.3.0\nDiagnostic-Code: smtp; 451 try again later", BounceKind.SOFT),
        (
            b"Action: failed\nStatus: 5.1.8\nDiagnostic-Code: smtp; 550 Sender address rejected: Domain not found",
            BounceKind.POLICY,
        ),
        (b"Action: relayed\nStatus: 2.1.5", BounceKind.DELIVERED),
    ],
)
def test_a_standard_report_says_what_it_means_for_the_address(fields: bytes, wanted: BounceKind) -> None:
    mail = report(
        b"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; Lee@Northwind.example\n" + fields
    )
    (bounce,) = mail.bounces
    assert (mail.kind, bounce.kind, bounce.recipient) == (MailKind.BOUNCE, wanted, "Lee@northwind.example")
    assert mail.original_message_ids == ("<ours@acme.example>",)


def test_every_recipient_of_a_report_is_judged_by_itself() -> None:
    mail = report(
        b"Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; a@x.example\nAction: failed\nStatus: 5.1.1\n\n"
        b"Final-Recipient: rfc822; b@x.example\nAction: delayed\nStatus: 4.2.2\n"
    )
    assert [(one.recipient, one.kind) for one in mail.bounces] == [
        ("a@x.example", BounceKind.HARD),
        ("b@x.example", BounceKind.DELAYED),
    ]


@pytest.mark.parametrize(
    ("sender", "subject", "text", "wanted"),
    [
        ("MAILER-DAEMON@mx.example", "failure notice",
         "<lee@northwind.example>:\n550 Unbekannter Empfänger", BounceKind.HARD),
        ("postmaster@northwind.example", "Unzustellbar: Hallo",
         "Das Postfach lee@northwind.example ist voll. 552", BounceKind.FULL),
        ("Mail Delivery <mailer-daemon@x.example>", "Échec de la remise",
         "lee@northwind.example: adresse inconnue 550", BounceKind.HARD),
        ("mailer-daemon@x.example", "Warning: delayed",
         "Delivery to lee@northwind.example was delayed.\nIt will be retried.", BounceKind.DELAYED),
        ("mailer-daemon@x.example", "Mail failure",
         "550 message to lee@northwind.example rejected: looks like spam", BounceKind.POLICY),
    ],
)  # fmt: skip
def test_a_report_in_free_words_is_understood(
    sender: str, subject: str, text: str, wanted: BounceKind
) -> None:
    copy = "--- Original message ---\nMessage-ID: <ours@acme.example>\n"
    raw = f"From: {sender}\nSubject: {subject}\nTo: maria@acme.example\n\n{text}\n\n{copy}"
    mail = read(raw.encode())
    (bounce,) = mail.bounces
    assert (mail.kind, bounce.kind, bounce.recipient) == (MailKind.BOUNCE, wanted, "lee@northwind.example")
    assert bounce.original_message_id == "<ours@acme.example>"


@pytest.mark.parametrize(
    "text",
    [
        "Did you get a delivery failure? My mailbox was full last week.",
        "Your last mail was returned to sender, user unknown, says my colleague. Please use this address.",
    ],
)
def test_a_person_who_writes_about_bounces_is_a_person(text: str) -> None:
    assert read(PERSON + b"Subject: Re: Delivery status\n\n" + text.encode()).kind is MailKind.HUMAN


@pytest.mark.parametrize(
    "fields",
    [
        "Auto-Submitted: auto-replied", "X-Autoreply: yes", "Precedence: auto_reply", "Return-Path: <>",
        "Subject: Automatic reply: Hello", "Subject: Abwesenheitsnotiz: Hallo",
        "Subject: Réponse automatique : Bonjour",
        "Subject: Fuera de la oficina", "Subject: Out of Office Re: Hello", "Subject: 自動返信",
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=x",
    ],
)  # fmt: skip
def test_what_no_person_sent_is_automatic(fields: str) -> None:
    mail = read(PERSON + fields.encode() + b"\n\nI am away.")
    assert mail.kind is MailKind.AUTO and not mail.bounces


def test_auto_submitted_no_is_a_person() -> None:
    assert read(PERSON + b"Auto-Submitted: no\nSubject: Re: Hello\n\nYes.").kind is MailKind.HUMAN


@pytest.mark.parametrize(
    ("fields", "wanted"),
    [
        (b"List-Id: <news.x.example>", MailKind.BULK),
        (b"Precedence: bulk", MailKind.BULK),
        (b"List-Unsubscribe: <mailto:u@x.example>", MailKind.BULK),
        (b"List-Unsubscribe: <mailto:u@x.example>\nIn-Reply-To: <ours@acme.example>", MailKind.HUMAN),
    ],
)
def test_what_was_written_for_many_is_bulk_and_an_answer_from_a_sales_tool_is_not(
    fields: bytes, wanted: MailKind
) -> None:
    assert read(PERSON + fields + b"\n\nHello").kind is wanted


@pytest.mark.parametrize(
    ("given", "wanted"), [(b"abuse", "abuse"), (b"opt-out-list", "opt-out"), (b"novel", "other")]
)
def test_a_feedback_report_is_a_complaint(given: bytes, wanted: str) -> None:
    fields = b"Feedback-Type: " + given + b"\nVersion: 1\nOriginal-Rcpt-To: <lee@northwind.example>\n"
    mail = report(fields, b"Please stop.", b"feedback-report")
    assert mail.kind is MailKind.COMPLAINT and mail.complaint is not None
    assert (mail.complaint.type, mail.complaint.original_recipient) == (wanted, "lee@northwind.example")
    assert mail.original_message_ids == ("<ours@acme.example>",)


@pytest.mark.parametrize(
    ("subject", "body", "complains"),
    [
        (b"unsubscribe", b"", True),
        (b"Unsubscribe", b"This message was automatically generated by Mail to unsubscribe.", True),
        (b"unsubscribe", b"Auto", False),
        (b"How do I unsubscribe a colleague from our list in your tool?", b"", False),
    ],
)
def test_the_mail_behind_an_unsubscribe_button_is_an_opt_out(
    subject: bytes, body: bytes, complains: bool
) -> None:
    mail = read(PERSON + b"Subject: " + subject + b"\n\n" + body)
    assert (mail.complaint is not None) is complains
    if mail.complaint:
        assert (mail.complaint.type, mail.complaint.original_recipient) == (
            FeedbackType.OPT_OUT,
            "ann@northwind.example",
        )


def test_words_of_a_server_weigh_more_than_its_codes() -> None:
    assert bounce_kind("failed", "5.1.1", "550 5.1.1 rejected by our spam policy", "") is BounceKind.POLICY
    assert bounce_kind("failed", "5.0.0", "550 mailbox does not exist", "") is BounceKind.HARD
    assert bounce_kind("", "", "", "") is BounceKind.SOFT


@pytest.mark.parametrize(
    "subject", ["Re: On holiday staffing", "AW: Out of office hours", "Re: [Ticket 12] Offer"]
)
def test_a_person_who_answers_under_such_a_subject_is_a_person(subject: str) -> None:
    assert read(PERSON + f"Subject: {subject}\n\nYes, please.".encode()).kind is MailKind.HUMAN
