"""Writes the mails that a scenario puts into the seller's inbox, as the receiving server would have filed them."""

import re
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr

from evals.market.people.pen import SERVER, authentication
from evals.suites.scenario.story import Mail

_LINES = 30  # of our letter that are quoted


@dataclass(frozen=True)
class Arrived:
    """A letter of the product as it arrived."""

    message_id: str
    subject: str
    text: str
    sender: str
    at: datetime


@dataclass(frozen=True)
class Envelope:
    """Who writes to whom, when, and about which letter."""

    name: str
    address: str
    mailbox: str
    cc: tuple[tuple[str, str], ...]
    at: datetime
    message_id: str
    about: Arrived | None


def compose(mail: Mail, text: str, subject: str, envelope: Envelope) -> bytes:
    """The bytes of one mail."""
    message = EmailMessage(policy=policy.SMTP)
    about = envelope.about if mail.answers == "last" else None
    message["From"] = formataddr((envelope.name, envelope.address))
    message["To"] = envelope.mailbox
    if envelope.cc:
        message["Cc"] = ", ".join(formataddr(one) for one in envelope.cc)
    message["Date"] = format_datetime(envelope.at)
    message["Message-ID"] = envelope.message_id
    message["Subject"] = subject or (f"Re: {about.subject}" if about else "Question")
    if about:
        message["In-Reply-To"] = message["References"] = about.message_id
    for name, value in mail.headers.items():
        message[name] = value
    quote = _quote(about) if about and mail.quotes else ""
    message.set_content(f"{text.strip()}\n{quote}")
    return _received(envelope, mail.proof) + message.as_bytes()


def as_raw(text: str, envelope: Envelope) -> bytes:
    """A mail that the file gives whole; only the server's own lines are put above it."""
    body = text.strip().replace("\r\n", "\n").replace("\n", "\r\n") + "\r\n"
    return _received(envelope, "none") + body.encode()


def id_of(raw: bytes) -> str:
    """The Message-ID of a mail."""
    return str(message_from_bytes(raw, policy=policy.default).get("Message-ID", "")).strip()


def arrived(raw: bytes, at: datetime) -> Arrived:
    """A letter of the product read back: its own words, without what it quotes."""
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)
    part = message.get_body(("plain", "html"))
    text = str(part.get_content()) if part else ""
    own = "\n".join(line for line in text.splitlines() if not line.startswith(">"))
    return Arrived(
        str(message.get("Message-ID", "")).strip(),
        re.sub(r"\s+", " ", str(message.get("Subject", ""))),
        own,
        parseaddr(str(message.get("From", "")))[1],
        at,
    )


def _received(envelope: Envelope, proof: str) -> bytes:
    rows = [
        ("Return-Path", f"<{envelope.address}>"),
        ("Delivered-To", envelope.mailbox),
        ("Received", f"from mail.example by {SERVER} with ESMTPS; {format_datetime(envelope.at)}"),
    ]
    if results := authentication(envelope.address, proof):
        rows.append(("Authentication-Results", results))
    return "".join(f"{name}: {value}\r\n" for name, value in rows).encode("ascii", "replace")


def _quote(about: Arrived) -> str:
    lines = about.text.strip().splitlines()[:_LINES]
    return "\n".join(
        ["", f"On {about.at:%d %B %Y at %H:%M}, {about.sender} wrote:", *(f"> {line}" for line in lines)]
    )
