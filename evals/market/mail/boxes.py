"""IMAP mailboxes of the sandbox, in memory: INBOX and Sent for each user. Serves, files, judges nothing."""

import asyncio
from argparse import Namespace
from datetime import datetime

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, Identity, Login
from pymap.backend.dict.mailbox import MailboxSet
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Flag
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

_FOLDERS = ("Sent",)


class Mailboxes:
    """The IMAP server with its users."""

    def __init__(self) -> None:
        settings = Namespace(passlib_cfg=None, proxy_protocol=None, inherited_sockets=None)
        # Plain passwords: a sandbox account guards nothing, and key stretching would slow every login.
        self._config = Config(
            settings,
            demo_data=False,
            demo_user="",
            demo_password="",
            host="127.0.0.1",
            port=0,
            tls_enabled=False,
            hash_context=Cleartext(),
        )
        self._login = Login(self._config)
        self._passwords: dict[str, str] = {}
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> int:
        """Listen on loopback and return the port."""
        self._config.apply_context()
        serve = ProxyProtocolReader(self._config.proxy_protocol).get_callback(
            IMAPServer(self._login, self._config)
        )
        self._server = await asyncio.start_server(serve, "127.0.0.1", port)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    async def add_user(self, address: str, password: str) -> None:
        """Open a mailbox for an address."""
        address = address.lower()
        identity = Identity(address, self._login, None, frozenset())
        await identity.set(UserMetadata(self._config, address, password=password))
        async with identity.new_session() as session:
            for folder in _FOLDERS:
                if address not in self._passwords:
                    await session.mailbox_set.add_mailbox(folder)
        self._passwords[address] = password

    def has_user(self, address: str) -> bool:
        """Say whether an address has a mailbox here."""
        return address.lower() in self._passwords

    def check(self, address: str, password: str) -> bool:
        """Say whether a password opens a mailbox."""
        return self._passwords.get(address.lower()) == password

    async def file(self, address: str, folder: str, raw: bytes, at: datetime) -> None:
        """Append a message to a folder; what is in Sent counts as read."""
        boxes: MailboxSet = self._config.set_cache[address.lower()][0]
        mailbox = await boxes.get_mailbox(folder)
        flags = frozenset({Flag(b"\\Seen")}) if folder != "INBOX" else frozenset[Flag]()
        await mailbox.append(AppendMessage(raw, at, flags), recent=folder == "INBOX")
