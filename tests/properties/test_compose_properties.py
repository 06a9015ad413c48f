"""No text of a mail, however hostile, becomes a header: not a line break, not an encoded word, not a name."""

from dataclasses import replace
from email import message_from_bytes, policy
from email.parser import BytesHeaderParser

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.fixtures import builders
from tools.act.compose_mail import Envelope, compose

ENVELOPE = Envelope(
    sender_name="Maria Lindt",
    sender="maria@acme.example",
    recipient_name="Anna Weiss",
    recipient="anna@northwind.example",
    message_id="<0123456789@acme.example>",
    at=builders.MONDAY,
    disclosure="Written with the help of an AI.",
    postal_address="1 Main Street",
    unsubscribe_url="https://rm.example/u/abc",
)
EXPECTED = [
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
PIECES = st.sampled_from(
    [
        "\r\n",
        "\n",
        "\r",
        "\x00",
        "\u2028",
        "\u2029",
        "\x85",
        "\x0b",
        "\x0c",
        "\u202e",
        "Bcc: eve@evil.example",
        "=?utf-8?q?x=0D=0ABcc:_eve@evil.example?=",
        "=?utf-8?b?eA0KQmNjOiBlQHguZXhhbXBsZQ==?=",
        "=?x?q?=0a?=",
        '"',
        "\\",
        "<eve@evil.example>",
        ",",
        ";",
        ":",
        "(",
        ")",
        "ü",
        "😀",
        " ",
        "\t",
        "a" * 90,
        "\ud800",
    ]
)
HOSTILE = st.one_of(
    st.lists(PIECES, max_size=6).map("".join), st.text(st.characters(exclude_categories=()), max_size=60)
)


def header_names(raw: bytes) -> list[str]:
    return BytesHeaderParser().parsebytes(raw).keys()


@settings(max_examples=400, deadline=None)
@given(subject=HOSTILE, name=HOSTILE, sender_name=HOSTILE)
@example(subject="=?utf-8?q?x=0D=0ABcc:_eve@evil.example?=", name="", sender_name="")
@example(subject="Hi", name="=?utf-8?b?eA0KQmNjOiBlQHguZXhhbXBsZQ==?=", sender_name="")
def test_no_header_is_added_whatever_subject_and_names_hold(
    subject: str, name: str, sender_name: str
) -> None:
    envelope = replace(ENVELOPE, recipient_name=name, sender_name=sender_name)
    try:
        raw = compose(subject, builders.BODY, envelope)
    except ValueError:
        return  # refused is as good
    assert header_names(raw) == EXPECTED
    head = raw.split(b"\r\n\r\n")[0]
    assert b"\r" not in head.replace(b"\r\n", b"") and b"\n" not in head.replace(b"\r\n", b"")
    assert max(map(len, head.split(b"\r\n"))) < 998
    message = message_from_bytes(raw, policy=policy.default)
    assert [address.addr_spec for address in message["To"].addresses] == [ENVELOPE.recipient]
    assert [address.addr_spec for address in message["From"].addresses] == [ENVELOPE.sender]


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00\r"), max_size=300))
def test_a_body_stays_in_the_body_and_reads_the_same(body: str) -> None:
    raw = compose("Hi", body, ENVELOPE)
    assert header_names(raw) == EXPECTED
    message = message_from_bytes(raw, policy=policy.default)
    text, html = list(message.iter_parts())
    assert (text.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert ENVELOPE.unsubscribe_url in text.get_content()
    assert all(len(line) <= 78 for part in (text, html) for line in part.as_bytes().splitlines())


@settings(max_examples=200, deadline=None)
@given(st.text(st.characters(exclude_categories=("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")), max_size=150))
def test_a_clean_subject_arrives_as_written(subject: str) -> None:
    message = message_from_bytes(compose(subject, "Hi", ENVELOPE), policy=policy.compat32)
    from email.header import decode_header, make_header

    assert str(make_header(decode_header(message["Subject"]))).split() == subject.split()


BAD_ADDRESSES = ["", "a", "a@", "@b.example", "a@b@c.example", "a b@c.example", "a@b\r\nBcc: x@y.example"]
BAD_ADDRESSES += [
    "a@[127.0.0.1]",
    "a,b@c.example",
    "<a@c.example>",
    '"a b"@c.example',
    "a@c..example",
    "a@\x00.example",
]


@pytest.mark.parametrize("address", BAD_ADDRESSES)
def test_what_is_not_one_plain_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="plain"):
        compose("Hi", "Hi", replace(ENVELOPE, recipient=address))
