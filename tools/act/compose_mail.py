"""Turning an approved text into the exact bytes that leave: MIME, headers, disclosure, footer, DKIM.

The model gave a subject and a body; every header is made here.
"""

import html
import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

POLICY = SMTP.clone(max_line_length=990)  # long links in headers stay as they are, not encoded words
_BOLD = re.compile(r"\*\*(.+?)\*\*")
_LINK = re.compile(r"\[([^\]]+)\]\((https?://[^)\s]+)\)")


@dataclass(frozen=True)
class Envelope:
    """All a mail needs besides its text."""

    sender_name: str
    sender: str
    recipient_name: str
    recipient: str
    message_id: str  # with angle brackets
    at: datetime
    disclosure: str  # "" when this person has been told before
    postal_address: str
    unsubscribe_url: str  # one-click POST target
    in_reply_to: str = ""
    references: tuple[str, ...] = ()


@dataclass(frozen=True)
class DkimKey:
    """A signing key."""

    selector: str
    domain: str
    pem: bytes


def compose(subject: str, body: str, envelope: Envelope, dkim_key: DkimKey | None = None) -> bytes:
    """The finished message.

    Raises:
        ValueError: a header would hold a line break (the gate refuses such text before).
    """
    message = EmailMessage(policy=POLICY)
    message["From"] = _address(envelope.sender_name, envelope.sender)
    message["To"] = _address(envelope.recipient_name, envelope.recipient)
    message["Subject"] = subject
    message["Date"] = format_datetime(envelope.at)
    message["Message-ID"] = envelope.message_id
    if envelope.in_reply_to:
        message["In-Reply-To"] = envelope.in_reply_to
        message["References"] = " ".join(envelope.references or (envelope.in_reply_to,))
    message["List-Unsubscribe"] = (
        f"<{envelope.unsubscribe_url}>, <mailto:{envelope.sender}?subject=unsubscribe>"
    )
    message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    footer = _footer(envelope)
    message.set_content(f"{to_text(body)}\n\n{footer}\n", charset="utf-8", cte="quoted-printable")
    message.add_alternative(_page(body, footer), subtype="html", charset="utf-8", cte="quoted-printable")
    raw = message.as_bytes()
    return _signed(raw, dkim_key) if dkim_key else raw


def _address(name: str, address: str) -> Address:
    user, _, domain = address.rpartition("@")
    clean = "".join(char for char in name if char.isprintable())
    return Address(display_name=clean, username=user, domain=domain)


def _footer(envelope: Envelope) -> str:
    lines = ["--"]
    if envelope.disclosure:
        lines.append(envelope.disclosure)
    lines.append(envelope.postal_address)
    lines.append(f"Not interested? One click and we never write again: {envelope.unsubscribe_url}")
    return "\n".join(lines)


def to_text(body: str) -> str:
    """The Markdown subset as plain text."""
    return _BOLD.sub(r"\1", _LINK.sub(r"\1 (\2)", body)).strip()


def to_html(body: str) -> str:
    """The Markdown subset (paragraphs, line breaks, bold, links) as HTML; everything else is escaped."""
    paragraphs = []
    for paragraph in re.split(r"\n\s*\n", body.strip()):
        text = html.escape(paragraph, quote=False)
        text = _BOLD.sub(r"<strong>\1</strong>", text)
        text = _LINK.sub(lambda match: f'<a href="{html.escape(match[2])}">{match[1]}</a>', text)
        paragraphs.append("<p>" + text.replace("\n", "<br>\n") + "</p>")
    return "\n".join(paragraphs)


def _page(body: str, footer: str) -> str:
    small = html.escape(footer.removeprefix("--\n")).replace("\n", "<br>\n")
    return (
        '<!doctype html><html><head><meta charset="utf-8"></head>'
        '<body style="font-family:sans-serif;font-size:15px;line-height:1.5">\n'
        f'{to_html(body)}\n<p style="color:#666;font-size:12px">{small}</p>\n</body></html>\n'
    )


def _signed(raw: bytes, key: DkimKey) -> bytes:
    import dkim

    signature = dkim.sign(
        raw,
        key.selector.encode(),
        key.domain.encode(),
        key.pem,
        include_headers=[
            b"from", b"to", b"subject", b"date", b"message-id", b"list-unsubscribe", b"list-unsubscribe-post",
            b"mime-version", b"content-type",
        ],
    )  # fmt: skip
    return signature + raw
