"""Puts their words into a mail as one of many mail programs would: quoting, signature, parts, charset, threading.

The same choices give the same bytes: boundaries, ids and dates come from the seed.
"""

import base64
import html
import quopri
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.utils import format_datetime, formataddr
from random import Random
from textwrap import fill

from evals.market.people.records import Correspondent, Letter
from evals.market.people.words import Tongue, tongue

SERVER = "mx.sandbox.example"
STYLES = ("outlook", "gmail", "phone", "webmail", "plain", "desktop", "latin")
_QUOTED_LINES = 30


@dataclass(frozen=True, slots=True)
class Sheet:
    """All a mail of theirs is made from. `forwarded_by` is whose copy of the letter is quoted."""

    sender: Correspondent
    mailbox: str
    letter: Letter
    at: datetime
    words: str
    mail_id: str
    authenticated: str = "pass"
    forwarded_by: Correspondent | None = None
    calendar: tuple[str, str] | None = None  # METHOD and text


@dataclass(frozen=True, slots=True)
class Written:
    """A finished mail and how it was made."""

    raw: bytes
    style: str


def write(sheet: Sheet, rng: Random) -> Written:
    """One mail from a person."""
    language = tongue(sheet.sender.language)
    style = rng.choice(STYLES)
    body = _greeted(sheet, language, rng)
    quote = _quote(sheet, language, style, rng)
    plain = f"{body}\n\n{quote}" if quote else body
    headers = envelope_headers(sheet.sender, sheet.mailbox, sheet.at, sheet.mail_id, sheet.authenticated)
    headers += [("Subject", _subject(sheet, language, rng)), *_threading(sheet, rng), ("MIME-Version", "1.0")]
    headers.append(("X-Mailer", _mailer(style)))
    boundary = f"=_{rng.getrandbits(80):020x}"
    content = _content(sheet, style, plain, boundary)
    return Written(head(headers) + content, style)


def envelope_headers(
    sender: Correspondent,
    mailbox: str,
    at: datetime,
    mail_id: str,
    authenticated: str,
    *,
    path: str | None = None,
) -> list[tuple[str, str]]:
    """What the receiving server and the sender's program put on top."""
    local = at.astimezone(sender.zone)
    rows = [
        ("Return-Path", f"<{sender.address if path is None else path}>"),
        ("Delivered-To", mailbox),
        ("Received", f"from mail.{sender.domain} by {SERVER} with ESMTPS; {format_datetime(at)}"),
    ]
    if results := authentication(sender.address, authenticated):
        rows.append(("Authentication-Results", results))
    rows += [
        ("From", formataddr((sender.name, sender.address))),
        ("To", mailbox),
        ("Date", format_datetime(local)),
        ("Message-ID", mail_id),
    ]
    return rows


def authentication(address: str, verdict: str) -> str:
    """The field a receiving server adds; "" when it adds none."""
    domain = address.partition("@")[2]
    if verdict == "none":
        return ""
    result = "pass" if verdict == "pass" else "fail"
    return (
        f"{SERVER}; dkim={result} header.d={domain}; spf={result} smtp.mailfrom={address};"
        f" dmarc={result} header.from={domain}"
    )


def head(headers: list[tuple[str, str]]) -> bytes:
    """Header lines; long free text is encoded."""
    lines = []
    for name, value in headers:
        text = value if value.isascii() else Header(value, "utf-8", header_name=name).encode(linesep="\r\n")
        lines.append(f"{name}: {text}\r\n")
    return "".join(lines).encode("ascii")


def leaf(kind: str, text: str, charset: str, coding: str) -> bytes:
    """One text part with its headers."""
    data = text.replace("\r\n", "\n").replace("\n", "\r\n").encode(charset, "replace")
    match coding:
        case "base64":
            body = base64.encodebytes(data).replace(b"\n", b"\r\n")
        case "quoted-printable":
            body = quopri.encodestring(data.replace(b"\r\n", b"\n")).replace(b"\n", b"\r\n")
        case _:
            body = data
    first = f"Content-Type: {kind}; charset={charset}\r\nContent-Transfer-Encoding: {coding}\r\n\r\n"
    return first.encode("ascii") + body + b"\r\n"


def several(kind: str, parts: list[bytes], boundary: str) -> bytes:
    """A multipart body with its own Content-Type header line."""
    first = f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n'.encode("ascii")
    inner = b"".join(f"--{boundary}\r\n".encode("ascii") + part + b"\r\n" for part in parts)
    return first + inner + f"--{boundary}--\r\n".encode("ascii")


def _content(sheet: Sheet, style: str, plain: str, boundary: str) -> bytes:
    if sheet.calendar is not None:
        method, text = sheet.calendar
        ics = leaf(f'text/calendar; method={method}; name="reply.ics"', text, "utf-8", "base64")
        return several("alternative", [leaf("text/plain", plain, "utf-8", "quoted-printable"), ics], boundary)
    page = leaf("text/html", _page(plain), "utf-8", "base64" if style == "webmail" else "quoted-printable")
    match style:
        case "webmail":
            return page
        case "gmail" | "outlook":
            return several(
                "alternative", [leaf("text/plain", plain, "utf-8", "quoted-printable"), page], boundary
            )
        case "latin":
            return leaf("text/plain", plain, "windows-1252", "quoted-printable")
        case "phone":
            return leaf("text/plain", plain, "utf-8", "base64")
        case _:
            return leaf("text/plain", plain, "utf-8", "8bit")


def _page(plain: str) -> str:
    lines = [html.escape(line) for line in plain.split("\n")]
    return "<html><body><div dir=ltr>" + "<br>\n".join(lines) + "</div></body></html>"


def _mailer(style: str) -> str:
    names = {
        "outlook": "Microsoft Outlook 16.0",
        "phone": "iPhone Mail (21F90)",
        "desktop": "Mozilla Thunderbird",
    }
    return names.get(style, "Webmail 4.2")


def _greeted(sheet: Sheet, language: Tongue, rng: Random) -> str:
    first = (sheet.letter.sender_name or "").split(" ")[0]
    greeting = rng.choice(language.greet)
    if "{you}" in greeting:
        greeting = greeting.format(you=first) if first else ""
    close, words = rng.choice(language.close), sheet.words
    lower_first = rng.random() < 0.07
    words = words[0].lower() + words[1:] if lower_first and language.code != "de" else words
    wrapped = "\n".join(fill(line, 76) for line in words.split("\n")) if rng.random() < 0.5 else words
    parts = [part for part in (greeting, wrapped, _signature(sheet.sender, close, rng)) if part]
    return ("\n\n" if rng.random() < 0.9 else "\n").join(parts)


def _signature(sender: Correspondent, close: str, rng: Random) -> str:
    first = sender.name.split(" ")[0]
    shown = sender.name if rng.random() < 0.6 or sender.mailbox else first
    lines = [line for line in (close, shown) if line]
    if rng.random() < 0.4:
        lines += ["-- ", *(line for line in (sender.role, sender.company, sender.domain) if line)]
    elif rng.random() < 0.3:
        lines += [line for line in (sender.role, sender.company) if line]
    return "\n".join(lines)


def _subject(sheet: Sheet, language: Tongue, rng: Random) -> str:
    old = sheet.letter.subject
    if sheet.forwarded_by is not None:
        return rng.choice(language.client["forward"]) + old
    if rng.random() < 0.06:
        return rng.choice(language.changed).format(company=sheet.sender.company)
    return old if old.lower().startswith(("re:", "aw:")) else rng.choice(language.client["answer"]) + old


def _threading(sheet: Sheet, rng: Random) -> list[tuple[str, str]]:
    """Most programs name what they answer; some lose it."""
    if not sheet.letter.message_id or rng.random() < 0.08:
        return []
    rows = [("In-Reply-To", sheet.letter.message_id)]
    if rng.random() < 0.9:
        known = [*reversed(sheet.letter.in_reply_to), sheet.letter.message_id]
        rows.append(("References", " ".join(dict.fromkeys(known))))
    return rows


def _quote(sheet: Sheet, language: Tongue, style: str, rng: Random) -> str:
    """The earlier mail below, as this program would show it."""
    if sheet.calendar is not None or (sheet.forwarded_by is None and rng.random() < 0.15):
        return ""
    letter, words = sheet.letter, language.client
    lines = letter.text.splitlines()[:_QUOTED_LINES]
    reader = sheet.forwarded_by or sheet.sender
    date = language.moment("sent", letter.at.astimezone(reader.zone), rng)
    name = letter.sender_name or letter.sender
    if sheet.forwarded_by is not None or style == "outlook":
        block = [
            f"{words['from']}: {name} <{letter.sender}>",
            f"{words['sent' if style == 'outlook' else 'dated']}: {date}",
            f"{words['to']}: {reader.name} <{reader.address}>",
            f"{words['subject']}: {letter.subject}",
        ]
        first = words["forwarded"] if sheet.forwarded_by is not None else "_" * 32
        return "\n".join([first, *block, "", *lines])
    wrote = words["wrote"].format(date=date, name=name, address=letter.sender)
    above = [rng.choice(language.mobile), ""] if style == "phone" else []
    return "\n".join([*above, wrote, *(f"> {line}".rstrip() for line in lines)])
