"""Turning an approved text into the exact bytes that leave: MIME, headers, disclosure, footer, DKIM.

The model gave a subject and a body; every header is made here.
"""

import html
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from domain.errors import Correctable
from tools.act.invite import InvitePart
from tools.act.mail_body import MimePart, joined, text_part, whole_message
from tools.act.mail_headers import address_line, check_headers, plain_line, text_line, wire_address

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


def compose(
    subject: str,
    body: str,
    envelope: Envelope,
    dkim_key: DkimKey | None = None,
    invite: tuple[InvitePart, ...] = (),
) -> bytes:
    """The finished message, with the invitation it carries if any.

    Raises:
        ValueError: the text or the address cannot be put into a mail (the gate refuses most before).
        Correctable: bad_dkim_key, bad_public_url, bad_sender – no mail of this workspace can be made.
    """
    footer = _footer(envelope)
    texts = (text_part(f"{to_text(body)}\n\n{footer}\n", "plain"), text_part(_page(body, footer), "html"))
    beside = joined("alternative", (*texts, *(part.mime for part in invite if part.alternative)))
    attached = (part.mime for part in invite if not part.alternative)
    return finished(_headers(subject, envelope), joined("mixed", (beside, *attached)), dkim_key)


def finished(headers: dict[str, bytes], body: MimePart, dkim_key: DkimKey | None) -> bytes:
    """The message of these headers and this body, checked to have no others, and signed where there is a key.

    Raises:
        ValueError: it would have others.
        Correctable: bad_dkim_key.
    """
    raw = whole_message(headers, body)
    check_headers(raw, (*headers, "MIME-Version", "Content-Type"))
    return signed(raw, dkim_key)


def _headers(subject: str, envelope: Envelope) -> dict[str, bytes]:
    """Every header line by name, in order."""
    if not envelope.unsubscribe_url.isascii() or not envelope.unsubscribe_url.isprintable():
        raise Correctable(
            "The public address is not a plain ASCII URL.",
            code="bad_public_url",
            where="RAINMAKER_PUBLIC_URL",
        )
    try:
        mailto = f"mailto:{wire_address(envelope.sender)}?subject=unsubscribe"
    except ValueError as error:
        raise Correctable(
            "The sender is not one plain address.", code="bad_sender", where="RAINMAKER_MAIL_FROM"
        ) from error
    unsubscribe = (f"<{envelope.unsubscribe_url}>", f"<{mailto}>")
    lines = {
        "From": address_line("From", envelope.sender_name, envelope.sender),
        "To": address_line("To", envelope.recipient_name, envelope.recipient),
        "Subject": text_line("Subject", subject),
        "Date": plain_line("Date", format_datetime(envelope.at)),
        "Message-ID": plain_line("Message-ID", envelope.message_id),
    }
    if envelope.in_reply_to:
        references = envelope.references or (envelope.in_reply_to,)
        lines["In-Reply-To"] = plain_line("In-Reply-To", envelope.in_reply_to)
        lines["References"] = plain_line("References", " ".join(references))
    lines["List-Unsubscribe"] = plain_line("List-Unsubscribe", *unsubscribe)
    lines["List-Unsubscribe-Post"] = plain_line("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
    return lines


def _footer(envelope: Envelope) -> str:
    return footer_text(envelope.disclosure, envelope.postal_address, envelope.unsubscribe_url)


def footer_text(disclosure: str, postal_address: str, unsubscribe_url: str) -> str:
    """What stands below every text: who wrote it (to each person once), the address, the way out."""
    out = f"Not interested? One click and we never write again: {unsubscribe_url}"
    return "\n".join(["--", *([disclosure] if disclosure else []), postal_address, out])


def to_text(body: str) -> str:
    """The Markdown subset as plain text."""
    return _BOLD.sub(r"\1", _LINK.sub(r"\1 (\2)", body)).strip()


def to_html(body: str) -> str:
    """The Markdown subset (paragraphs, line breaks, bold, links) as HTML; everything else is escaped."""
    paragraphs = []
    for paragraph in re.split(r"\n\s*\n", body.strip()):
        text = html.escape(paragraph, quote=False)
        text = _BOLD.sub(r"<strong>\1</strong>", text)
        text = _LINK.sub(lambda match: f'<a href="{match[2].replace(chr(34), "%22")}">{match[1]}</a>', text)
        paragraphs.append("<p>" + text.replace("\n", "<br>\n") + "</p>")
    return "\n".join(paragraphs)


def _page(body: str, footer: str) -> str:
    small = html.escape(footer.removeprefix("--\n")).replace("\n", "<br>\n")
    return (
        '<!doctype html><html><head><meta charset="utf-8"></head>'
        '<body style="font-family:sans-serif;font-size:15px;line-height:1.5">\n'
        f'{to_html(body)}\n<p style="color:#666;font-size:12px">{small}</p>\n</body></html>\n'
    )


def signed(raw: bytes, key: DkimKey | None) -> bytes:
    """The message with its signature, where there is a key.

    Raises:
        Correctable: bad_dkim_key.
    """
    if key is None:
        return raw
    import dkim

    try:
        return _signature(raw, key) + raw
    except (dkim.DKIMException, ValueError, TypeError) as error:
        raise Correctable(
            "The DKIM key cannot sign.", code="bad_dkim_key", where="RAINMAKER_DKIM_KEY_FILE"
        ) from error


def _signature(raw: bytes, key: DkimKey) -> bytes:
    import dkim

    return dkim.sign(
        raw,
        key.selector.encode(),
        key.domain.encode(),
        key.pem,
        include_headers=[
            b"from", b"to", b"subject", b"date", b"message-id", b"list-unsubscribe", b"list-unsubscribe-post",
            b"mime-version", b"content-type",
        ],
    )  # fmt: skip
