"""A connection to every mailbox that tells at once when mail came, so that nobody logs in every few seconds.

It reads nothing: it wakes the turn that does. While it is silent and connected, a turn need not look.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from domain.errors import RainmakerError
from runtime.settings import Settings
from runtime.store import inbound
from runtime.store.engine import Database
from service.mailboxes import Inbox, inboxes_of
from tools.providers.imap_inbox import InboxCursor

log = logging.getLogger(__name__)
_ONE_CONNECTION = 300.0  # seconds one connection is kept; a new one finds out what an old one missed
_AFTER_TROUBLE = 30.0  # seconds; meanwhile turns look for themselves and tell what is wrong
_UNTIL_READ = 1.0  # seconds between two looks at whether what came was read

Wake = Callable[[], Awaitable[object]]


def watched(settings: Settings) -> tuple[Inbox, ...]:
    """The mailboxes to watch; none when their addresses are wrong, which a turn tells."""
    try:
        return inboxes_of(settings)
    except RainmakerError:
        return ()


class MailWatch:
    """The watchers of one process."""

    def __init__(self, database: Database, boxes: tuple[Inbox, ...], wake: Wake) -> None:
        self._database = database
        self._boxes = boxes
        self._wake = wake
        self._silent: set[str] = set()

    def silent(self) -> bool:
        """True while every mailbox is watched and none has told of mail that was not read yet."""
        return bool(self._boxes) and len(self._silent) == len(self._boxes)

    @asynccontextmanager
    async def watching(self) -> AsyncIterator["MailWatch"]:
        """Watch until the end."""
        tasks = [asyncio.create_task(self._watch(box)) for box in self._boxes]
        try:
            yield self
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, box: Inbox) -> None:
        while True:
            try:
                await self._once(box)
            except RainmakerError as error:
                log.info("mailbox_not_watched", extra={"code": error.code})
                await asyncio.sleep(_AFTER_TROUBLE)
            except Exception:
                log.exception("mailbox_not_watched")
                await asyncio.sleep(_AFTER_TROUBLE)

    async def _once(self, box: Inbox) -> None:
        """Wait for mail after the last that was read, or for a connection's time to be over."""
        cursor = await self._cursor(box)
        if not cursor.uid_validity:  # never read: the first look is a turn's
            await asyncio.sleep(_UNTIL_READ)
            return
        self._silent.add(box.address)
        try:
            came = await box.reads.wait_for_new(cursor, _ONE_CONNECTION)
        finally:
            self._silent.discard(box.address)
        if came:
            await self._wake()
            await self._until_read(box, cursor)

    async def _until_read(self, box: Inbox, before: InboxCursor) -> None:
        for _ in range(round(_AFTER_TROUBLE / _UNTIL_READ)):
            if await self._cursor(box) != before:
                return
            await asyncio.sleep(_UNTIL_READ)

    async def _cursor(self, box: Inbox) -> InboxCursor:
        async with self._database.read() as tx:
            return InboxCursor(*await inbound.cursor(tx, box.address, box.folder))
