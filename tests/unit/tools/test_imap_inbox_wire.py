"""How the inbox reader meets servers that offer little, drop the line or answer oddly; a scripted one on loopback."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from domain.errors import Correctable, Retryable
from tools.providers.imap_inbox import ImapInbox, InboxCursor
from tools.providers.mail_urls import MailServer

RAW = b"From: ann@northwind.example\r\n\r\nHi\r\n"
Answer = Callable[[str, int], bytes | None]  # command and how often it was asked; None drops the connection


def usual(command: str, times: int) -> bytes | None:
    """A small server without IDLE, with one mail."""
    return {
        "CAPABILITY": b"* CAPABILITY IMAP4rev1\r\n",
        "EXAMINE": b"* 1 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n",
        "UID SEARCH": b"* SEARCH 5\r\n",
        "UID FETCH (UID RFC822.SIZE": b'* 1 FETCH (FLAGS (\\Seen) INTERNALDATE "nonsense" RFC822.SIZE 36 UID 5)\r\n',
        # The UID behind the bytes, as some servers have it, and news about another mail in between.
        "UID FETCH (UID BODY": b"* 2 EXISTS\r\n* 1 FETCH (BODY[] {%d}\r\n%b UID 5)\r\n* 2 FETCH (FLAGS ())\r\n"
        % (len(RAW), RAW),
    }.get(command, b"")


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[MailServer]:
    asked: Counter[str] = Counter()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"* OK ready\r\n")
        while line := await reader.readline():
            tag, _, rest = line.decode().strip().partition(" ")
            command = _named(rest)
            asked[command] += 1
            said = answer(command, asked[command])
            if said is None:
                break
            refused = said.startswith(b"NO ")
            writer.write(tag.encode() + b" " + said if refused else said + tag.encode() + b" OK done\r\n")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    try:
        yield MailServer("imap", "127.0.0.1", int(server.sockets[0].getsockname()[1]), "ann", "secret")
    finally:
        server.close()


def _named(rest: str) -> str:
    words = rest.split(" ")
    if words[0] == "UID" and words[1] == "FETCH":
        return "UID FETCH (UID RFC822.SIZE" if "RFC822.SIZE" in rest else "UID FETCH (UID BODY"
    return " ".join(words[:2]) if words[0] == "UID" else words[0]


async def test_a_uid_behind_the_bytes_is_found_and_a_date_that_is_none_is_none() -> None:
    async with serving(usual) as server:
        batch = await ImapInbox(server).fetch_new(InboxCursor())
    (one,) = batch.mails
    assert (one.uid, one.raw, one.seen, one.received_at) == (5, RAW, True, None)
    assert batch.cursor == InboxCursor(7, 5)


async def test_the_last_mail_is_not_new_although_the_server_names_it_again() -> None:
    async with serving(usual) as server:
        assert (await ImapInbox(server).fetch_new(InboxCursor(7, 5))).mails == ()


async def test_without_idle_the_mailbox_is_asked_again_and_again() -> None:
    def later(command: str, times: int) -> bytes | None:
        return b"* SEARCH\r\n" if command == "UID SEARCH" and times < 3 else usual(command, times)

    async with serving(later) as server:
        assert await ImapInbox(server, poll_seconds=0.01).wait_for_new(InboxCursor(7, 4), seconds=20)


async def test_waiting_can_be_called_off() -> None:
    def never(command: str, times: int) -> bytes | None:
        return b"* SEARCH\r\n" if command == "UID SEARCH" else usual(command, times)

    async with serving(never) as server:
        inbox = ImapInbox(server, poll_seconds=0.01)
        waiting = asyncio.create_task(inbox.wait_for_new(InboxCursor(7, 5), seconds=600))
        while not waiting.done():
            inbox.stop()
            await asyncio.sleep(0.01)
        assert not await waiting


@pytest.mark.parametrize(
    "command", ["LOGIN", "EXAMINE", "UID SEARCH", "UID FETCH (UID RFC822.SIZE", "UID FETCH (UID BODY"]
)
async def test_a_line_dropped_anywhere_is_tried_again_later(command: str) -> None:
    async with serving(lambda asked, times: None if asked == command else usual(asked, times)) as server:
        with pytest.raises(Retryable) as caught:
            await ImapInbox(server).fetch_new(InboxCursor())
    assert caught.value.code == "mailbox_unreachable"


@pytest.mark.parametrize(
    ("said", "family", "code"),
    [
        (b"NO [UNAVAILABLE] try later\r\n", Retryable, "mailbox_unreachable"),
        (b"NO [AUTHENTICATIONFAILED] wrong\r\n", Correctable, "mailbox_login_refused"),
    ],
)
async def test_a_server_in_trouble_is_not_a_wrong_password(
    said: bytes, family: type[Exception], code: str
) -> None:
    async with serving(lambda asked, times: said if asked == "LOGIN" else usual(asked, times)) as server:
        with pytest.raises(family) as caught:
            await ImapInbox(server).fetch_new(InboxCursor())
    assert getattr(caught.value, "code", "") == code


async def test_a_mail_deleted_meanwhile_is_left_out_and_the_cursor_goes_on() -> None:
    async with serving(
        lambda asked, times: b"" if asked == "UID FETCH (UID BODY" else usual(asked, times)
    ) as server:
        batch = await ImapInbox(server).fetch_new(InboxCursor())
    assert (batch.mails, batch.cursor) == ((), InboxCursor(7, 5))
