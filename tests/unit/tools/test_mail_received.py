"""The bytes that arrive: headers, names, signature, text and HTML, disclosure, and the one-click link."""

import base64
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import dkim
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from domain.errors import Correctable
from tests.fixtures import builders
from tests.fixtures.sink import Sink
from tests.fixtures.workspace import Workspace
from tools.act.compose_mail import DkimKey
from tools.act.unsubscribe import contact_of, token_for


async def received(workspace: Workspace, sink: Sink, key: DkimKey | None = None, **contact: str) -> bytes:
    """The raw bytes of one approved mail at the server."""
    await workspace.approved_mails(1, **contact)
    report = await workspace.effector(sink, dkim=key).drain()
    assert report.sent == 1, report
    return sink.accepted[0].raw


def parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)  # type: ignore[return-value]


def raw_header(raw: bytes, name: str) -> bytes:
    """A header as it was on the wire, unfolded and undecoded."""
    head = raw.split(b"\r\n\r\n")[0].replace(b"\r\n ", b" ")
    (value,) = [line for line in head.split(b"\r\n") if line.lower().startswith(name.lower().encode() + b":")]
    return value.partition(b":")[2].strip()


async def test_every_header_is_there_once_and_made_by_us(workspace: Workspace, sink: Sink) -> None:
    raw = await received(workspace, sink)
    message = parsed(raw)
    assert message.keys() == [
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "List-Unsubscribe",
        "List-Unsubscribe-Post",
        "MIME-Version",
        "Content-Type",
    ]
    assert message["From"] == "Maria Lindt <maria@acme.example>"
    assert message["Subject"] == builders.SUBJECT
    assert parsedate_to_datetime(message["Date"]) == builders.MONDAY
    (row,) = await workspace.outbox()
    assert message["Message-ID"] == row["message_id"] == f"<{row['key'][:40]}@acme.example>"


async def test_the_message_id_follows_from_the_fact_and_not_from_the_text() -> None:
    assert builders.mail().key == builders.mail(subject="Other", body="Other").key
    assert builders.mail().key != builders.mail(step=2).key
    assert builders.mail().key != builders.mail(2).key


async def test_one_click_headers_are_plain_and_their_link_names_the_recipient(
    workspace: Workspace, sink: Sink
) -> None:
    workspace.terms = replace(
        workspace.terms, public_url="https://a-rather-long-host-name.rainmaker.example/base/"
    )
    raw = await received(workspace, sink)
    link, mailto = raw_header(raw, "List-Unsubscribe").decode().split(", ")
    assert raw_header(raw, "List-Unsubscribe-Post") == b"List-Unsubscribe=One-Click"
    assert mailto == "<mailto:maria@acme.example?subject=unsubscribe>"
    base, token = link.strip("<>").split("/u/")
    assert base == "https://a-rather-long-host-name.rainmaker.example/base"
    assert contact_of(workspace.terms.salt, token) == "con_1"
    assert link.strip("<>") in parsed(raw).get_body(("plain",)).get_content()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "name",
    [
        "Müller, Jörg",
        'Anna "Ann" Weiss',
        "Anna 😀 Weiss",
        "李小龍",
        "O'Brien; (Sales) <x@y.example>",
        "Back\\slash",
        "a@b.example",
        "Æ" * 20,
        "",
    ],
)
async def test_a_name_arrives_as_written(workspace: Workspace, sink: Sink, name: str) -> None:
    (address,) = parsed(await received(workspace, sink, name=name))["To"].addresses
    assert (address.display_name, address.addr_spec) == (name, "anna1@northwind.example")


@pytest.mark.parametrize("domain", ["bücher.example", "BÜCHER.example", "xn--bcher-kva.example"])
async def test_a_domain_outside_ascii_travels_in_ascii(workspace: Workspace, sink: Sink, domain: str) -> None:
    raw = await received(workspace, sink, email=f"anna@{domain}")
    assert sink.recipients == ["anna@xn--bcher-kva.example"]
    assert b"<anna@xn--bcher-kva.example>" in raw_header(raw, "To")


async def test_text_and_html_say_the_same_and_stay_within_line_lengths(
    workspace: Workspace, sink: Sink
) -> None:
    body = (
        "Hi **Anna**, größer & <better>?\n\nSee [our plans](https://acme.example/p?a=1&b=2) – "
        + "would you " * 20
    )
    await workspace.campaign_of(1)
    raw = b""
    async with workspace.database.read():
        from tools.act.compose_mail import Envelope, compose

        envelope = Envelope(
            "M",
            "m@a.example",
            "A",
            "a@b.example",
            "<1@a.example>",
            builders.MONDAY,
            "AI.",
            "Road 1",
            "https://r.example/u/t",
        )
        raw = compose("Hi", body, envelope)
    message = parsed(raw)
    text = message.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert message.get_content_type() == "multipart/alternative"
    assert "Hi Anna, größer & <better>?" in text
    assert "our plans (https://acme.example/p?a=1&b=2)" in text
    assert "Hi <strong>Anna</strong>, größer &amp; &lt;better&gt;?" in html
    assert '<a href="https://acme.example/p?a=1&amp;b=2">our plans</a>' in html
    assert all(len(line) <= 78 for line in raw.split(b"\r\n\r\n", 1)[1].split(b"\r\n"))


async def test_the_first_mail_says_an_ai_wrote_it_and_every_mail_says_who_we_are(
    workspace: Workspace, sink: Sink
) -> None:
    text = parsed(await received(workspace, sink)).get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert text.startswith("Hi Anna,")
    assert text.count(workspace.terms.disclosure) == 1
    assert workspace.terms.postal_address in text


def a_key() -> tuple[bytes, bytes]:
    """A private key and its DNS record."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=1024)
    pem = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = private.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem, b"v=DKIM1; k=rsa; p=" + base64.b64encode(public)


async def test_the_signature_holds_on_the_bytes_that_arrived_and_breaks_with_them(
    workspace: Workspace, sink: Sink
) -> None:
    pem, record = a_key()
    raw = await received(workspace, sink, DkimKey("s1", "acme.example", pem), name="Müller, Jörg 😀")
    asked: list[bytes] = []

    def dns(name: bytes, timeout: int = 5) -> bytes:
        asked.append(name)
        return record

    assert dkim.verify(raw, dnsfunc=dns)
    assert asked == [b"s1._domainkey.acme.example."]
    signed = raw_header(raw, "DKIM-Signature")
    for name in (b"from", b"to", b"subject", b"list-unsubscribe", b"list-unsubscribe-post"):
        assert name in signed.replace(b" ", b"").lower()
    assert not dkim.verify(raw.replace(b"short call", b"long calll"), dnsfunc=dns)
    assert not dkim.verify(raw.replace(b"Subject: A", b"Subject: B"), dnsfunc=dns)


async def test_the_date_is_the_business_clocks_and_not_the_machines(workspace: Workspace, sink: Sink) -> None:
    await workspace.approved_mails(1)
    workspace.clock.at = datetime(2026, 11, 4, 9, 30, tzinfo=UTC)
    await workspace.effector(sink).drain()
    assert parsedate_to_datetime(sink.accepted[0].message["Date"]) == workspace.clock.at


@pytest.mark.parametrize(
    "token", ["", ".", "Y29uXzE", "Y29uXzE.", "Y29uXzE.0000", "é.é", "Y29uXzI." + "0" * 32, "a" * 9999]
)
def test_a_damaged_or_forged_link_names_nobody(token: str) -> None:
    with pytest.raises(Correctable) as caught:
        contact_of(b"key", token)
    assert caught.value.code == "bad_unsubscribe_link"


def test_a_link_of_another_workspace_names_nobody() -> None:
    assert contact_of(b"key", token_for(b"key", "con_ü")) == "con_ü"
    with pytest.raises(Correctable):
        contact_of(b"other", token_for(b"key", "con_1"))


async def test_a_sender_or_public_address_that_cannot_be_written_keeps_all_mail(
    workspace: Workspace, sink: Sink
) -> None:
    await workspace.approved_mails(2)
    workspace.terms = replace(workspace.terms, public_url="https://bücher.example")
    report = await workspace.effector(sink).drain()
    assert report.problems == ["The public address is not a plain ASCII URL."]
    assert await workspace.states() == ["queued", "queued"]
