"""The records behind the numbers: lists of mails, replies, meetings and tasks, and one of each with its whole text."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import Correctable
from domain.mail import InboundMail
from graph.specialists.deal_book import heard
from graph.specialists.deal_views import task_json
from runtime.store import crm, inbound, outbox, screen_lists
from runtime.store.screen_lists import MailFilter, MeetingFilter, ReplyFilter
from service.bootstrap import House


@dataclass(frozen=True)
class Records:
    """One page of a list and how many there are in all."""

    rows: tuple[dict[str, Any], ...]
    next: str
    count: int


async def mails(house: House, wanted: MailFilter, *, after: str = "") -> Records:
    """Our mails. Raises Correctable: bad_page."""
    async with house.database.read() as tx:
        page = await screen_lists.mails(tx, wanted, after=after)
        return Records(page.rows, page.next, await screen_lists.mails_count(tx, wanted))


async def replies(house: House, wanted: ReplyFilter, *, after: str = "") -> Records:
    """Mails that came in. Raises Correctable: bad_page."""
    async with house.database.read() as tx:
        page = await screen_lists.replies(tx, wanted, after=after)
        return Records(page.rows, page.next, await screen_lists.replies_count(tx, wanted))


async def meetings(house: House, wanted: MeetingFilter, *, after: str = "") -> Records:
    """Meetings; those to come soonest first. Raises Correctable: bad_page."""
    is_ahead = wanted.starts_from is not None
    async with house.database.read() as tx:
        page = await screen_lists.meetings_page(tx, wanted, after=after, down=not is_ahead)
        return Records(page.rows, page.next, await screen_lists.meetings_count(tx, wanted))


async def tasks(house: House, *, after: str = "") -> Records:
    """Open tasks, as the command tells them. Raises Correctable: bad_page."""
    now = await house.clock.now()
    async with house.database.read() as tx:
        page = await screen_lists.open_tasks(tx, after=after)
        rows = tuple([await task_json(tx, row, now) for row in page.rows])
        return Records(rows, page.next, await screen_lists.open_tasks_count(tx))


@dataclass(frozen=True)
class Person:
    """Whom a mail is to or from, as far as we know them."""

    id: str
    name: str
    email: str
    account_id: str
    account: str


async def one_mail(house: House, outbox_id: str) -> tuple[dict[str, Any], Person | None]:
    """One mail of ours with its whole text.

    Raises:
        Correctable: unknown_id.
    """
    async with house.database.read() as tx:
        row = await outbox.one(tx, outbox_id)
        if row is None:
            raise _unknown("mail", outbox_id)
        return row, await _person(tx, row["contact_id"])


@dataclass(frozen=True)
class Letter:
    """A mail that came in: its row, its text when it could be read, how it was understood, whom it is from."""

    row: dict[str, Any]
    mail: InboundMail | None
    findings: tuple[tuple[str, str], ...]
    person: Person | None


async def one_reply(house: House, inbound_id: str) -> Letter:
    """One mail that came in.

    Raises:
        Correctable: unknown_id.
    """
    async with house.database.read() as tx:
        row = await inbound.one(tx, inbound_id)
        if row is None:
            raise _unknown("mail", inbound_id)
        one = heard(row)
        findings = one.reading.findings if one and one.reading else ()
        person = await _person(tx, row["contact_id"])
    told = tuple((str(finding.kind), finding.quote) for finding in findings)
    return Letter(row, one.mail if one else None, told, person)


def _unknown(noun: str, wanted: str) -> Correctable:
    return Correctable(f"There is no {noun} {wanted[:60]}.", code="unknown_id", where=wanted[:60])


async def _person(tx: AsyncConnection, contact_id: str) -> Person | None:
    contact = await crm.contact(tx, contact_id) if contact_id else None
    if contact is None:
        return None
    account = await crm.account(tx, contact.account_id)
    return Person(
        contact.id, contact.name, contact.email, contact.account_id, account.name if account else ""
    )
