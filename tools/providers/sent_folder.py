"""Looking a message up in the mailbox's Sent folder by Message-ID, over IMAP."""

import asyncio
from typing import Protocol

from domain.errors import Retryable
from tools.providers.mail_urls import MailServer


class SentProbe(Protocol):
    """Tells whether a message was filed as sent."""

    async def holds(self, message_id: str) -> bool:
        """True or False. Raises Retryable when the mailbox cannot be asked."""
        ...


class ImapSentProbe:
    """The Sent folder of an IMAP mailbox; found by its special use, else by name."""

    def __init__(self, server: MailServer, *, timeout: float = 20.0) -> None:
        self._server = server
        self._timeout = timeout

    async def holds(self, message_id: str) -> bool:
        """Search by header in a thread (the library is synchronous)."""
        return await asyncio.to_thread(self._search, message_id)

    def _search(self, message_id: str) -> bool:
        import imaplib

        from imap_tools import AND, H, MailBox, MailBoxUnencrypted
        from imap_tools.errors import ImapToolsError

        kind = MailBox if self._server.scheme == "imaps" else MailBoxUnencrypted
        try:
            with kind(self._server.host, self._server.port, timeout=self._timeout).login(
                self._server.user, self._server.password, initial_folder=None
            ) as mailbox:
                mailbox.folder.set(_sent_name(mailbox), readonly=True)
                return bool(mailbox.uids(AND(header=H("Message-ID", message_id))))
        except (OSError, imaplib.IMAP4.error, ImapToolsError) as error:
            raise Retryable("The Sent folder cannot be read.", code="sent_folder_unreachable") from error


def _sent_name(mailbox: object) -> str:
    folders = list(mailbox.folder.list())  # type: ignore[attr-defined]
    for folder in folders:
        if "\\Sent" in folder.flags:
            return folder.name
    for folder in folders:
        if folder.name.rpartition(folder.delim or "/")[2].casefold() in ("sent", "sent items", "gesendet"):
            return folder.name
    raise Retryable("The mailbox has no Sent folder.", code="sent_folder_missing")
