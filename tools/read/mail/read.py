"""One mail's bytes to an `InboundMail`, or the reason to put it aside. Pure; runs in the child process.

Asks nobody, opens nothing, follows no link. The sender's word stays the sender's word.
"""

import hashlib
import re
from dataclasses import dataclass, field
from datetime import datetime

from domain.mail import (
    Authenticated,
    Bounce,
    InboundMail,
    MailAddress,
    MailKind,
    Quarantined,
)
from tools.read.mail.addresses import read_addresses
from tools.read.mail.authentication import authenticated
from tools.read.mail.body import Content, read_content
from tools.read.mail.complaints import read_complaint
from tools.read.mail.dates import sent_at
from tools.read.mail.delivery_reports import read_reports
from tools.read.mail.headers import as_text
from tools.read.mail.kind import MOST_HOPS, auto_signs, kind_of
from tools.read.mail.limits import Limits, PutAside
from tools.read.mail.mime import Part, parse
from tools.read.mail.new_text import Trimmed, trim

_IDS = re.compile(r"<[^<>\s]{1,900}>")
_LOOSE_ID = re.compile(r"[^<>\s,;]{1,900}@[^<>\s,;]{1,300}")
_MOST_IDS = 100
_FORWARD_SUBJECT = re.compile(
    r"^\s*(?:fwd?|wg|tr|rv|enc|i|doorst|vb|vs|pd|továbbítás|ilt|转发|轉寄|転送)\s*:", re.I
)


@dataclass(frozen=True)
class Terms:
    """What reading needs to know of its surroundings.

    `trusted_servers` are the names our own mail servers put into Authentication-Results.
    """

    own_addresses: frozenset[str] = frozenset()
    trusted_servers: frozenset[str] = frozenset()
    received_at: datetime | None = None
    limits: Limits = field(default_factory=Limits)


def read_mail(raw: bytes, terms: Terms | None = None) -> InboundMail | Quarantined:
    """The mail, or why nobody should read it."""
    terms = terms or Terms()
    try:
        return _read(raw, terms)
    except PutAside as reason:
        return quarantined(raw, reason)


def quarantined(raw: bytes, reason: PutAside) -> Quarantined:
    """A mail put aside."""
    return Quarantined(
        raw_sha256=hashlib.sha256(raw).hexdigest(), size=len(raw), code=reason.code, sentence=reason.sentence
    )


def _read(raw: bytes, terms: Terms) -> InboundMail:
    root = parse(raw, terms.limits)
    content = read_content(root, terms.limits)
    problems = list(content.problems)
    envelope = _envelope(root, terms, problems)
    complaint = read_complaint(root, content.carried, content.text)
    hops = len(root.all("received"))
    auto = auto_signs(root, envelope.first_sender)
    own = bool(envelope.sender and envelope.sender.address.lower() in terms.own_addresses)
    kind = kind_of(root, content, auto, complaint=complaint is not None, own=own, hops=hops)
    _note_loop(kind, own, hops, problems)
    trimmed = trim(content.text)
    return InboundMail(
        raw_sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
        kind=kind,
        message_id=_message_id(root, problems),
        in_reply_to=_ids(root.all("in-reply-to")),
        references=_ids(root.all("references")),
        sender=envelope.sender,
        all_senders=envelope.senders,
        reply_to=envelope.reply_to,
        to=envelope.to,
        cc=envelope.cc,
        subject=root.text("subject")[:1000],
        sent_at=_date(root, terms, problems),
        language=root.text("content-language").lower()[:20],
        text=content.text,
        new_text=trimmed.new,
        signature=trimmed.signature,
        quoted=trimmed.quoted,
        forwarded=_is_forward(root, content, trimmed),
        attachments=tuple(content.attachments),
        calendar=tuple(content.calendar),
        auto=auto,
        bounces=_bounces(kind, root, content),
        complaint=complaint,
        authenticated=_authenticated(root, envelope, terms),
        hops=hops,
        problems=tuple(dict.fromkeys(problems)),
    )


@dataclass(frozen=True)
class _Envelope:
    """Who a mail says it is from and to."""

    sender: MailAddress | None
    senders: tuple[MailAddress, ...]
    reply_to: tuple[MailAddress, ...]
    to: tuple[MailAddress, ...]
    cc: tuple[MailAddress, ...]

    @property
    def first_sender(self) -> str:
        return self.senders[0].address if self.senders else ""


def _envelope(root: Part, terms: Terms, problems: list[str]) -> _Envelope:
    found = {name: _addresses(root, name, terms, problems) for name in ("from", "reply-to", "to", "cc")}
    return _Envelope(
        sender=_sender(root, found["from"], problems),
        senders=found["from"],
        reply_to=found["reply-to"],
        to=found["to"],
        cc=found["cc"],
    )


def _addresses(root: Part, name: str, terms: Terms, problems: list[str]) -> tuple[MailAddress, ...]:
    most = terms.limits.recipients
    found: list[MailAddress] = []
    for value in root.all(name):
        read = read_addresses(value, max(0, most - len(found)))
        found += read.found
        if read.unreadable:
            problems.append(f"{name.title()} holds something that is no address.")
        if read.left:
            problems.append(f"{name.title()} names more than {most} addresses; the rest was not read.")
    return tuple(dict.fromkeys(found))


def _sender(root: Part, senders: tuple[MailAddress, ...], problems: list[str]) -> MailAddress | None:
    """The one sender. Two From fields are a forger's trick; several authors need a Sender among them."""
    fields = len(root.all("from"))
    addresses = {one.address.lower() for one in senders}
    if fields == 0 or not senders:
        problems.append(
            "It does not say who sent it." if fields == 0 else "From names no sender that can be read."
        )
        return None
    if fields > 1:
        problems.append("It has two From fields, so its sender is not believed.")
        return None
    if len(addresses) == 1:
        _note_other_name(senders[0], problems)
        return senders[0]
    named = read_addresses(root.first("sender"), 1).found
    problems.append("From names several senders.")
    return next((one for one in senders if named and one.address == named[0].address), None)


def _note_other_name(sender: MailAddress, problems: list[str]) -> None:
    if "@" in sender.name and sender.address.lower() not in sender.name.lower():
        problems.append("The name shown with the sender looks like another address.")


def _message_id(root: Part, problems: list[str]) -> str:
    given = root.all("message-id")
    found = _ids(given[:1])
    if not found and given and (loose := _LOOSE_ID.search(as_text(given[0])[:1000])):
        found = (f"<{loose.group()}>",)
    if not found:
        problems.append("It has no Message-ID.")
    elif len(given) > 1:
        problems.append("It has several Message-IDs; the first was taken.")
    return found[0] if found else ""


def _ids(values: list[bytes]) -> tuple[str, ...]:
    """Message-IDs in order; of very many the first and the last ones."""
    found = list(dict.fromkeys(one for value in values for one in _IDS.findall(as_text(value))))
    return tuple(found if len(found) <= _MOST_IDS else [found[0], *found[-_MOST_IDS + 1 :]])


def _date(root: Part, terms: Terms, problems: list[str]) -> datetime | None:
    given = root.text("date")
    found = sent_at(given, terms.received_at)
    if found is None:
        problems.append("Its date is missing." if not given else "Its date cannot be true.")
    return found


def _is_forward(root: Part, content: Content, trimmed: Trimmed) -> bool:
    named = bool(_FORWARD_SUBJECT.match(root.text("subject")))
    return trimmed.forwarded or (named and bool(trimmed.quoted or content.carried))


def _bounces(kind: MailKind, root: Part, content: Content) -> tuple[Bounce, ...]:
    return read_reports(root, content.text, content.carried) if kind is MailKind.BOUNCE else ()


def _authenticated(root: Part, envelope: _Envelope, terms: Terms) -> Authenticated:
    if not terms.trusted_servers:
        return Authenticated.UNKNOWN
    return authenticated(root, envelope.sender.domain if envelope.sender else "", terms.trusted_servers)


def _note_loop(kind: MailKind, own: bool, hops: int, problems: list[str]) -> None:
    if kind is MailKind.LOOP and own:
        problems.append("It is from one of our own addresses.")
    if hops > MOST_HOPS:
        problems.append(f"It came through {hops} servers and looks like a loop.")
