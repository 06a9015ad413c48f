"""Mail wakes a turn at once, and while nothing comes nobody logs in again."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from runtime.store import inbound
from runtime.store.engine import Database
from runtime.store.migrate import ensure_schema
from service.mail_watch import MailWatch
from service.mailboxes import Inbox
from tests.fixtures.imap_servers import Mailbox, pymap_server
from tools.providers.imap_inbox import ImapInbox, InboxCursor

MAIL = b"From: anna@northwind.example\r\nTo: maria@acme.example\r\nSubject: Hello\r\n\r\nHello\r\n"
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
LONG = 30.0  # seconds a test waits for what should come at once


@dataclass
class Watched:
    """A mailbox that is watched, and whether a turn was woken."""

    database: Database
    mailbox: Mailbox
    inbox: Inbox
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    async def wake(self) -> None:
        self.woken.set()

    async def read(self) -> None:
        """What a turn does: read what is there and note how far."""
        batch = await self.inbox.reads.fetch_new(InboxCursor())
        async with self.database.write() as tx:
            await inbound.set_cursor(
                tx,
                self.inbox.address,
                self.inbox.folder,
                uid_validity=batch.cursor.uid_validity,
                last_uid=batch.cursor.last_uid,
                at=NOW,
            )

    def watch(self) -> MailWatch:
        return MailWatch(self.database, (self.inbox,), self.wake)


@pytest_asyncio.fixture
async def watched(tmp_path: Path) -> AsyncIterator[Watched]:
    database = Database(f"sqlite:///{tmp_path / 'house.db'}")
    await ensure_schema(database)
    async with pymap_server() as server:
        mailbox = await server.open("maria@acme.example")
        inbox = Inbox("maria@acme.example", "INBOX", ImapInbox(mailbox.address))
        yield Watched(database, mailbox, inbox)
    await database.close()


async def until_silent(watch: MailWatch) -> None:
    async with asyncio.timeout(LONG):
        while not watch.silent():  # noqa: ASYNC110 - polled with a deadline
            await asyncio.sleep(0.01)


async def test_a_mail_wakes_a_turn_and_silence_returns_when_it_was_read(watched: Watched) -> None:
    await watched.read()
    async with watched.watch().watching() as watch:
        await until_silent(watch)
        await watched.mailbox.deliver(MAIL)
        async with asyncio.timeout(LONG):
            await watched.woken.wait()
        assert not watch.silent()
        await watched.read()
        await until_silent(watch)


async def test_mail_that_came_before_is_told_too(watched: Watched) -> None:
    await watched.read()
    await watched.mailbox.deliver(MAIL)
    async with watched.watch().watching(), asyncio.timeout(LONG):
        await watched.woken.wait()


async def test_a_mailbox_that_was_never_read_is_left_to_the_turns(watched: Watched) -> None:
    async with watched.watch().watching() as watch:
        await asyncio.sleep(0)
        assert not watch.silent()
        await watched.read()
        await until_silent(watch)


async def test_without_a_mailbox_nobody_is_silent(watched: Watched) -> None:
    async with MailWatch(watched.database, (), watched.wake).watching() as watch:
        assert not watch.silent()


async def test_trouble_leaves_the_looking_to_the_turns(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    await watched.read()
    tried = asyncio.Event()

    async def broken(cursor: InboxCursor, seconds: float) -> bool:
        tried.set()
        raise OSError("the line is cut")

    monkeypatch.setattr(watched.inbox.reads, "wait_for_new", broken)
    async with watched.watch().watching() as watch, asyncio.timeout(LONG):
        await tried.wait()
        await asyncio.sleep(0)
        assert not watch.silent()
