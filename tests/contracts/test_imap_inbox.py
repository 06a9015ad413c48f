"""What reading a mailbox must do, whatever server is behind it: the sandbox's own and Dovecot, same tests."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date
from itertools import count

import pytest
import pytest_asyncio

from domain.errors import Correctable, Retryable
from tests.fixtures.imap_servers import (
    ARRIVED,
    Mailbox,
    Server,
    dovecot_program,
    dovecot_server,
    pymap_server,
)
from tools.providers.imap_inbox import ImapInbox, InboxCursor

pytestmark = pytest.mark.asyncio(loop_scope="module")

START = InboxCursor()
NUMBERS = count(1)


def mail(number: int, body: str = "Hello") -> bytes:
    return (
        f"From: Ann <ann{number}@northwind.example>\r\nTo: maria@acme.example\r\nSubject: Mail {number}\r\n"
        f"Message-ID: <{number}@northwind.example>\r\n\r\n{body}\r\n"
    ).encode()


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["pymap", "dovecot"])
async def running(request: pytest.FixtureRequest) -> AsyncIterator[Server]:
    if request.param == "dovecot" and not dovecot_program():
        pytest.skip(
            "Dovecot is not installed (Debian: apt-get install dovecot-imapd); only pymap was tested."
        )
    async with pymap_server() if request.param == "pymap" else dovecot_server() as server:
        yield server


@pytest_asyncio.fixture(loop_scope="module")
async def mailbox(running: Server) -> Mailbox:
    return await running.open(f"user{next(NUMBERS)}@acme.example")


async def test_an_empty_mailbox_gives_nothing_and_a_cursor_to_go_on_with(mailbox: Mailbox) -> None:
    inbox = ImapInbox(mailbox.address)
    batch = await inbox.fetch_new(START)
    assert (batch.mails, batch.more, batch.rescan) == ((), False, False)
    assert batch.cursor.uid_validity > 0
    assert await inbox.fetch_new(batch.cursor) == batch


async def test_mail_comes_raw_in_order_with_its_size_and_time_and_stays_unread(mailbox: Mailbox) -> None:
    for number in (1, 2, 3):
        await mailbox.deliver(mail(number))
    inbox = ImapInbox(mailbox.address)
    batch = await inbox.fetch_new(START)
    assert [one.raw for one in batch.mails] == [mail(1), mail(2), mail(3)]
    assert [one.size for one in batch.mails] == [len(mail(1))] * 3
    assert [one.received_at for one in batch.mails] == [ARRIVED] * 3
    again = await inbox.fetch_new(START)
    assert [one.seen for one in again.mails] == [False] * 3


async def test_the_cursor_goes_on_where_the_last_batch_ended(mailbox: Mailbox) -> None:
    for number in range(1, 6):
        await mailbox.deliver(mail(number))
    inbox = ImapInbox(mailbox.address)
    first = await inbox.fetch_new(START, limit=2)
    second = await inbox.fetch_new(first.cursor, limit=2)
    third = await inbox.fetch_new(second.cursor, limit=2)
    assert [len(one.mails) for one in (first, second, third)] == [2, 2, 1]
    assert [one.more for one in (first, second, third)] == [True, True, False]
    assert [m.raw for one in (first, second, third) for m in one.mails] == [mail(n) for n in range(1, 6)]
    assert (await inbox.fetch_new(third.cursor)).mails == ()


async def test_mail_is_marked_as_read_only_when_asked(mailbox: Mailbox) -> None:
    await mailbox.deliver(mail(1))
    await ImapInbox(mailbox.address, mark_read=True).fetch_new(START)
    (one,) = (await ImapInbox(mailbox.address).fetch_new(START)).mails
    assert one.seen


async def test_a_renumbered_mailbox_is_read_again_from_the_start_and_says_so(mailbox: Mailbox) -> None:
    await mailbox.deliver(mail(1))
    inbox = ImapInbox(mailbox.address)
    before = (await inbox.fetch_new(START)).cursor
    batch = await inbox.fetch_new(replace(before, uid_validity=before.uid_validity + 7, last_uid=900))
    assert batch.rescan
    assert [one.raw for one in batch.mails] == [mail(1)]
    assert batch.cursor == before


async def test_a_mail_over_the_limit_comes_as_headers_only_and_stops_nobody(mailbox: Mailbox) -> None:
    await mailbox.deliver(mail(1, body="x" * 60_000))
    await mailbox.deliver(mail(2))
    batch = await ImapInbox(mailbox.address, most_bytes=50_000).fetch_new(START)
    large, small = batch.mails
    assert large.oversized and large.size > 60_000
    assert b"Message-ID: <1@northwind.example>" in large.raw and len(large.raw) < 1_000
    assert not small.oversized and small.raw == mail(2)


async def test_old_mail_can_be_left_alone(mailbox: Mailbox) -> None:
    await mailbox.deliver(mail(1))
    inbox = ImapInbox(mailbox.address)
    cursor = await inbox.first_cursor(None)
    await mailbox.deliver(mail(2))
    assert [one.raw for one in (await inbox.fetch_new(cursor)).mails] == [mail(2)]


async def test_a_first_look_takes_what_came_on_a_day_or_later_and_leaves_the_rest(mailbox: Mailbox) -> None:
    await mailbox.deliver(mail(1))
    inbox = ImapInbox(mailbox.address)
    everything = await inbox.first_cursor(date(2000, 1, 1))
    nothing = await inbox.first_cursor(date(2100, 1, 1))
    assert [one.raw for one in (await inbox.fetch_new(everything)).mails] == [mail(1)]
    assert (await inbox.fetch_new(nothing)).mails == ()


async def test_waiting_ends_as_soon_as_mail_arrives(mailbox: Mailbox) -> None:
    inbox = ImapInbox(mailbox.address)
    cursor = (await inbox.fetch_new(START)).cursor
    waiting = asyncio.create_task(inbox.wait_for_new(cursor, seconds=30))
    await asyncio.sleep(0)
    started = time.monotonic()
    await mailbox.deliver(mail(1))
    assert await waiting
    assert time.monotonic() - started < 15
    assert [one.raw for one in (await inbox.fetch_new(cursor)).mails] == [mail(1)]


async def test_waiting_is_over_at_once_when_mail_is_there_and_in_time_when_none_comes(
    mailbox: Mailbox,
) -> None:
    inbox = ImapInbox(mailbox.address)
    cursor = (await inbox.fetch_new(START)).cursor
    assert not await inbox.wait_for_new(cursor, seconds=0.3)
    await mailbox.deliver(mail(1))
    assert await inbox.wait_for_new(cursor, seconds=30)


async def test_a_wrong_password_is_said_to_be_one(mailbox: Mailbox) -> None:
    with pytest.raises(Correctable) as caught:
        await ImapInbox(replace(mailbox.address, password="wrong")).fetch_new(START)
    assert caught.value.code == "mailbox_login_refused"


async def test_a_missing_folder_is_named(mailbox: Mailbox) -> None:
    with pytest.raises(Correctable) as caught:
        await ImapInbox(mailbox.address, folder="Größe").fetch_new(START)
    assert caught.value.code == "mailbox_folder_missing"
    assert "Größe" in caught.value.message


async def test_a_server_that_is_not_there_is_tried_again_later(mailbox: Mailbox) -> None:
    with pytest.raises(Retryable) as caught:
        await ImapInbox(replace(mailbox.address, port=1)).fetch_new(START)
    assert caught.value.code == "mailbox_unreachable"


async def test_several_mailboxes_are_several_readers(mailbox: Mailbox) -> None:
    await mailbox.deliver(mail(1))
    first, second = ImapInbox(mailbox.address), ImapInbox(mailbox.address, folder="Sent")
    batches = await asyncio.gather(first.fetch_new(START), second.fetch_new(START))
    assert [len(one.mails) for one in batches] == [1, 0]
