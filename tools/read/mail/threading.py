"""Whose mail it is and to which thread it belongs, with the reason. Decides from a lookup; reads and writes nothing.

One rule stands above the others: no mail goes to another contact's thread, whatever its headers claim.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from domain.mail import Authenticated, InboundMail, MailKind
from tools.read.identity import company_domain
from tools.read.mail.subjects import marked_as_forward, plain_subject

_MOST_REFERENCES = 30
_REPORTS = (MailKind.BOUNCE, MailKind.COMPLAINT)


class PlacedBy(StrEnum):
    """Why a mail was put where it was."""

    HEADER = "header"  # it answers a mail of this thread, and comes from its contact
    SUBJECT = "subject"
    CONTACT = "contact"
    COLLEAGUE = "colleague"  # somebody we do not know at a company we do
    FORWARD = "forward"  # our mail was passed on, or is passed on to us
    STRANGER = "stranger"


@dataclass(frozen=True)
class KnownContact:
    """A contact and the address we know."""

    id: str
    account_id: str
    address: str


@dataclass(frozen=True)
class KnownThread:
    """A thread with one contact."""

    id: str
    contact: KnownContact
    subject: str = ""
    last_at: datetime | None = None


class Book(Protocol):
    """What threading asks of the store. Addresses and domains come in lower case."""

    async def thread_of(self, message_id: str) -> KnownThread | None:
        """The thread a Message-ID of ours, or one already filed, belongs to."""
        ...

    async def contact_with(self, address: str) -> KnownContact | None:
        """The contact with that address."""
        ...

    async def open_threads(self, contact_id: str) -> Sequence[KnownThread]:
        """The contact's threads that are not closed."""
        ...

    async def contacts_at(self, domain: str) -> Sequence[KnownContact]:
        """Contacts whose address lies in a registrable domain."""
        ...


@dataclass(frozen=True)
class Placement:
    """Where a mail belongs. What is unknown is None.

    `claimed_thread_id` is the thread its headers name but that is not its own: for people to look at, never to
    act on.
    """

    reason: PlacedBy
    because: str
    thread_id: str | None = None
    contact_id: str | None = None
    account_id: str | None = None
    claimed_thread_id: str | None = None


async def place(mail: InboundMail, book: Book) -> Placement:
    """Thread, contact and account of a mail."""
    if mail.kind in _REPORTS:
        return await _place_report(mail, book)
    claimed = await _claimed_thread(mail, book)
    claimed_id = claimed.id if claimed else None
    if mail.sender is None:
        return _stranger("Its sender cannot be told.", claimed_id)
    if mail.authenticated is Authenticated.NO:
        return _stranger("Its sender is not who From says.", claimed_id)
    contact = await _contact(mail.sender.address, book)
    if contact is not None:
        return await _place_known(mail, contact, claimed, book)
    return await _place_unknown(mail, claimed, book)


async def _place_report(mail: InboundMail, book: Book) -> Placement:
    """A report belongs to the mail it names; one that names none of ours proves nothing."""
    for message_id in mail.original_message_ids:
        if thread := await book.thread_of(message_id):
            return _in(thread, PlacedBy.HEADER, "It reports on a mail of this thread.")
    return _stranger("It reports on no mail of ours.", None)


async def _claimed_thread(mail: InboundMail, book: Book) -> KnownThread | None:
    """The thread named by the nearest mail it answers."""
    ids = dict.fromkeys((*mail.in_reply_to, *reversed(mail.references)))
    for message_id in list(ids)[:_MOST_REFERENCES]:
        if thread := await book.thread_of(message_id):
            return thread
    return None


async def _contact(address: str, book: Book) -> KnownContact | None:
    """By the address as it is, else without what people add behind a plus."""
    lower = address.lower()
    local, _, domain = lower.rpartition("@")
    for one in dict.fromkeys((lower, f"{local.partition('+')[0]}@{domain}")):
        if found := await book.contact_with(one):
            return found
    return None


async def _place_known(
    mail: InboundMail, contact: KnownContact, claimed: KnownThread | None, book: Book
) -> Placement:
    if claimed and claimed.contact.id == contact.id:
        return _in(claimed, PlacedBy.HEADER, "It answers a mail of this thread.")
    foreign = claimed.id if claimed else None
    threads = [one for one in await book.open_threads(contact.id) if one.contact.id == contact.id]
    subject = plain_subject(mail.subject)
    same = [one for one in threads if subject and plain_subject(one.subject) == subject]
    forward = mail.forwarded or marked_as_forward(mail.subject)
    if same:
        reason = PlacedBy.FORWARD if forward else PlacedBy.SUBJECT
        return _in(_latest(same), reason, "The contact writes under the subject of this thread.", foreign)
    reason = PlacedBy.FORWARD if forward else PlacedBy.CONTACT
    if threads:
        return _in(
            _latest(threads),
            reason,
            "It is from the contact of this thread, which is the last open one.",
            foreign,
        )
    return Placement(
        reason, "It is from a contact with no open thread.", None, contact.id, contact.account_id, foreign
    )


async def _place_unknown(mail: InboundMail, claimed: KnownThread | None, book: Book) -> Placement:
    """A new address: a colleague when the company is one we know, else a stranger, whatever it refers to."""
    assert mail.sender is not None
    claimed_id = claimed.id if claimed else None
    domain = company_domain(mail.sender.domain)
    if not domain:
        return _stranger("Nobody knows this address.", claimed_id)
    accounts = {one.account_id for one in await book.contacts_at(domain)}
    same_company = claimed and company_domain(claimed.contact.address) == domain
    if same_company and claimed:
        accounts = {claimed.contact.account_id}
    if not accounts:
        return _stranger("Nobody knows this address or its company.", claimed_id)
    account = next(iter(accounts)) if len(accounts) == 1 else None
    if mail.forwarded or marked_as_forward(mail.subject):
        reason, because = PlacedBy.FORWARD, "Somebody new at a known company passes a mail on."
    else:
        reason, because = PlacedBy.COLLEAGUE, "Somebody new at a known company writes."
    return Placement(reason, because, None, None, account, claimed_id)


def _in(thread: KnownThread, reason: PlacedBy, because: str, claimed: str | None = None) -> Placement:
    return Placement(reason, because, thread.id, thread.contact.id, thread.contact.account_id, claimed)


def _stranger(because: str, claimed: str | None) -> Placement:
    return Placement(PlacedBy.STRANGER, because, claimed_thread_id=claimed)


def _latest(threads: Sequence[KnownThread]) -> KnownThread:
    """The one in which something happened last; ties by id, so that the answer is always the same."""
    return max(threads, key=lambda one: (one.last_at.timestamp() if one.last_at else 0.0, one.id))
