"""New mail of one mailbox over IMAP: raw bytes in bounded batches from a cursor on, and waiting for more.

Marks nothing as read unless told to, deletes nothing, parses nothing. Where the cursor is kept and which mail
was seen before is the caller's business.
"""

import asyncio
import imaplib
import re
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeVar

from domain.errors import Correctable, Retryable
from tools.providers.mail_urls import MailServer

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

_MEGABYTE = 1024 * 1024
_MOST_HEADER = 2 * _MEGABYTE
_MOST_AT_ONCE = 32 * _MEGABYTE  # of one batch in memory
_LONGEST_IDLE = 25 * 60.0  # servers hang up after 30 minutes (RFC 2177)
_UID, _SIZE = re.compile(rb"\bUID (\d+)"), re.compile(rb"\bRFC822\.SIZE (\d+)")
_FLAGS, _ARRIVED = re.compile(rb"\bFLAGS \(([^)]*)\)"), re.compile(rb'\bINTERNALDATE "([^"]{1,60})"')
_PASSING = re.compile(r"\[(?:UNAVAILABLE|INUSE|LIMIT|SERVERBUG|CONTACTADMIN)\]", re.I)
Result = TypeVar("Result")


@dataclass(frozen=True)
class InboxCursor:
    """How far a mailbox was read. Numbers hold only under one UIDVALIDITY."""

    uid_validity: int = 0
    last_uid: int = 0


@dataclass(frozen=True)
class FetchedMail:
    """One mail as it lies on the server. `oversized` mails carry their headers only."""

    uid: int
    raw: bytes
    size: int
    received_at: datetime | None
    seen: bool
    oversized: bool = False


@dataclass(frozen=True)
class InboxBatch:
    """Mails in order of arrival and the cursor to continue from.

    `rescan` says that the server renumbered its mails: some in this batch and those that follow were read
    before, and are to be told apart by Message-ID and hash.
    """

    cursor: InboxCursor
    mails: tuple[FetchedMail, ...] = ()
    more: bool = False
    rescan: bool = False


class ImapInbox:
    """One folder of one mailbox; every call is a connection of its own, in a thread."""

    def __init__(
        self,
        server: MailServer,
        *,
        folder: str = "INBOX",
        timeout: float = 20.0,
        mark_read: bool = False,
        most_bytes: int = 25 * _MEGABYTE,
        poll_seconds: float = 60.0,
    ) -> None:
        self._server = server
        self._folder = folder
        self._timeout = timeout
        self._mark_read = mark_read
        self._most_bytes = most_bytes
        self._poll_seconds = poll_seconds
        self._stop = threading.Event()

    async def fetch_new(self, cursor: InboxCursor, limit: int = 50) -> InboxBatch:
        """The next mails after the cursor, at most `limit` and at most 32 MB of them.

        Raises:
            Retryable: mailbox_unreachable.
            Correctable: mailbox_login_refused, mailbox_folder_missing.
        """
        return await asyncio.to_thread(self._with_folder, lambda box: self._fetch(box, cursor, limit))

    async def first_cursor(self, since: date | None) -> InboxCursor:
        """The cursor before what came on a day or later; without a day, after everything there is now.

        For a mailbox whose older mail is nobody's business. Raises as `fetch_new`.
        """
        return await asyncio.to_thread(self._with_folder, lambda box: box.before(since))

    async def wait_for_new(self, cursor: InboxCursor, seconds: float) -> bool:
        """True as soon as there is mail after the cursor, False when the time is over or `stop` was called.

        Uses IDLE where the server offers it, else asks every `poll_seconds`. Raises as `fetch_new`.
        """
        self._stop.clear()
        thread = ThreadPoolExecutor(
            1, "mailbox"
        )  # of its own: it waits long, and others need the shared ones
        try:
            return await asyncio.get_running_loop().run_in_executor(
                thread, self._with_folder, lambda box: self._wait(box, cursor, seconds)
            )
        except asyncio.CancelledError:
            self._stop.set()
            raise
        finally:
            thread.shutdown(wait=False)

    def stop(self) -> None:
        """Let a waiting call return within a second or two."""
        self._stop.set()

    def _with_folder(self, work: Callable[["_Box"], Result]) -> Result:
        with _connected(self._server, self._timeout) as mailbox:
            return work(_Box(mailbox, self._folder, readonly=not self._mark_read))

    def _fetch(self, box: "_Box", cursor: InboxCursor, limit: int) -> InboxBatch:
        rescan = bool(cursor.uid_validity) and cursor.uid_validity != box.uid_validity
        last = cursor.last_uid if cursor.uid_validity == box.uid_validity else 0
        waiting = box.uids_after(last)
        facts = box.facts(waiting[:limit])
        chosen = self._within_bytes(waiting[:limit], facts)
        mails = self._mails(box, chosen, facts)
        more = len(chosen) < len(waiting)
        end = InboxCursor(box.uid_validity, chosen[-1] if chosen else last)
        return InboxBatch(end, tuple(mails), more, rescan)

    def _within_bytes(self, uids: list[int], facts: dict[int, "_Facts"]) -> list[int]:
        chosen: list[int] = []
        total = 0
        for uid in uids:
            size = facts[uid].size if uid in facts else 0
            total += size if size <= self._most_bytes else 0
            if chosen and total > _MOST_AT_ONCE:
                break
            chosen.append(uid)
        return chosen

    def _mails(self, box: "_Box", uids: list[int], facts: dict[int, "_Facts"]) -> Iterator[FetchedMail]:
        """In the server's order; what was deleted meanwhile is left out."""
        present = [uid for uid in uids if uid in facts]
        too_large = {uid for uid in present if facts[uid].size > self._most_bytes}
        body = "BODY[]" if self._mark_read else "BODY.PEEK[]"
        raws = box.bodies([uid for uid in present if uid not in too_large], body)
        raws |= box.bodies(sorted(too_large), f"BODY.PEEK[HEADER]<0.{_MOST_HEADER}>")
        for uid in present:
            if uid in raws:
                fact = facts[uid]
                yield FetchedMail(uid, raws[uid], fact.size, fact.received_at, fact.seen, uid in too_large)

    def _wait(self, box: "_Box", cursor: InboxCursor, seconds: float) -> bool:
        if box.uid_validity != cursor.uid_validity:
            return True
        ends = time.monotonic() + seconds
        while not box.uids_after(cursor.last_uid):
            left = min(ends - time.monotonic(), _LONGEST_IDLE)
            if left <= 0 or self._stop.is_set():
                return False
            box.pause(left, self._poll_seconds, self._stop)
        return True


@dataclass(frozen=True)
class _Facts:
    size: int
    received_at: datetime | None
    seen: bool


class _Box:
    """A selected folder on an open connection."""

    def __init__(self, mailbox: "BaseMailBox", folder: str, *, readonly: bool) -> None:
        self._mailbox = mailbox
        self._client = client = mailbox.client
        typ, _ = client.select(_quoted(folder), readonly)
        if typ != "OK":
            raise Correctable(
                f"The mailbox has no folder {folder!r}.",
                code="mailbox_folder_missing",
                where="RAINMAKER_IMAP_URL",
            )
        _, given = client.response("UIDVALIDITY")
        self.uid_validity = int(given[0]) if given and given[0] else 1

    def uids_after(self, last: int) -> list[int]:
        """UIDs above a number, ascending. `n:*` names the last mail even when it is below n."""
        return sorted(number for number in self._found("UID", f"{last + 1}:*") if number > last)

    def before(self, since: date | None) -> InboxCursor:
        """The place before what came on a day or later, by the server's own calendar."""
        everything = self.uids_after(0)
        later = self._found("SINCE", _imap_day(since)) if since else []
        last = min(later) - 1 if later else max(everything, default=0)
        return InboxCursor(self.uid_validity, last)

    def facts(self, uids: list[int]) -> dict[int, _Facts]:
        """Size, arrival and flags, before any body is asked for."""
        if not uids:
            return {}
        found: dict[int, _Facts] = {}
        for line in self._uid("FETCH", _set(uids), "(UID RFC822.SIZE INTERNALDATE FLAGS)"):
            text = (line[0] if isinstance(line, tuple) else line) or b""
            uid, size = _UID.search(text), _SIZE.search(text)
            if uid and size:
                flags = _FLAGS.search(text)
                seen = bool(flags and b"\\seen" in flags.group(1).lower())
                found[int(uid.group(1))] = _Facts(int(size.group(1)), _arrived(text), seen)
        return found

    def bodies(self, uids: list[int], what: str) -> dict[int, bytes]:
        """Raw bytes by UID. The UID may stand before or after the bytes in an answer."""
        if not uids:
            return {}
        answer = self._uid("FETCH", _set(uids), f"(UID {what})")
        found: dict[int, bytes] = {}
        for number, item in enumerate(answer):
            if not isinstance(item, tuple):
                continue
            after = answer[number + 1] if number + 1 < len(answer) else b""
            uid = _UID.search(item[0]) or (_UID.search(after) if isinstance(after, bytes) else None)
            if uid:
                found[int(uid.group(1))] = item[1]
        return found

    def pause(self, seconds: float, poll_seconds: float, stop: threading.Event) -> None:
        """Until the server reports something, or the time is over."""
        if "IDLE" in self._client.capabilities:
            _idle(self._mailbox, seconds, stop)
        else:
            stop.wait(min(seconds, poll_seconds))
            self._client.noop()

    def _found(self, *what: str) -> set[int]:
        lines = self._uid("SEARCH", *what)
        return {int(one) for line in lines if isinstance(line, bytes) for one in line.split()}

    def _uid(self, *command: str) -> list[bytes | tuple[bytes, bytes] | None]:
        typ, answer = self._client.uid(*command)
        if typ != "OK":
            raise Retryable(
                f"The mailbox did not answer {command[0]}.",
                code="mailbox_unreachable",
                where="RAINMAKER_IMAP_URL",
            )
        return list(answer)


@contextmanager
def _connected(server: MailServer, timeout: float) -> Iterator["BaseMailBox"]:
    """A logged-in connection; every way it fails becomes one of our errors."""
    from imap_tools import MailBox, MailBoxUnencrypted
    from imap_tools.errors import ImapToolsError

    unreachable = Retryable(
        "The mailbox cannot be reached.", code="mailbox_unreachable", where="RAINMAKER_IMAP_URL"
    )
    kind = MailBox if server.scheme == "imaps" else MailBoxUnencrypted
    try:
        mailbox = kind(server.host, server.port, timeout=timeout)
    except (OSError, imaplib.IMAP4.error) as error:
        raise unreachable from error
    try:
        _log_in(mailbox, server)
        yield mailbox
    except (OSError, imaplib.IMAP4.error, ImapToolsError, ValueError) as error:
        raise unreachable from error
    finally:
        _leave(mailbox.client)


def _log_in(mailbox: "BaseMailBox", server: MailServer) -> None:
    from imap_tools.errors import MailboxLoginError

    try:
        mailbox.login(server.user, server.password, initial_folder=None)
    except imaplib.IMAP4.abort:
        raise
    except (imaplib.IMAP4.error, MailboxLoginError) as error:
        if _PASSING.search(str(error)):
            raise
        raise Correctable(
            "The mailbox refused the login.",
            code="mailbox_login_refused",
            where="RAINMAKER_IMAP_URL",
            hint="Check user and password; some providers want an app password.",
        ) from error
    # What a server can do may change with the login, and not every server says so by itself.
    typ, given = mailbox.client.capability()
    if typ == "OK" and given and given[-1]:
        mailbox.client.capabilities = tuple(given[-1].decode("ascii", "replace").upper().split())


def _leave(client: imaplib.IMAP4) -> None:
    try:
        client.logout()
    except (OSError, imaplib.IMAP4.error):
        return


def _idle(mailbox: "BaseMailBox", seconds: float, stop: threading.Event) -> None:
    """Until a line says that mail came. Looks up once a second, so that `stop` works."""
    ends = time.monotonic() + seconds
    with mailbox.idle as idle:
        while (left := ends - time.monotonic()) > 0 and not stop.is_set():
            lines = idle.poll(timeout=min(left, 1.0))
            if any(line.startswith(b"* BYE") for line in lines):
                raise mailbox.client.abort("the server ended the connection")
            if any(line.rstrip().endswith((b"EXISTS", b"RECENT")) for line in lines):
                return


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _imap_day(day: date) -> str:
    """As the protocol writes a day, in whatever language this machine speaks."""
    return f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"


def _arrived(text: bytes) -> datetime | None:
    found = _ARRIVED.search(text)
    if not found:
        return None
    try:
        return datetime.strptime(found.group(1).decode("ascii").strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(
            UTC
        )
    except ValueError:
        return None


def _set(uids: list[int]) -> str:
    return ",".join(map(str, uids))


def _quoted(folder: str) -> str:
    """A folder name as an IMAP string in modified UTF-7."""
    from imap_tools.imap_utf7 import utf7_encode

    return '"' + utf7_encode(folder).decode("ascii").replace("\\", "\\\\").replace('"', '\\"') + '"'
