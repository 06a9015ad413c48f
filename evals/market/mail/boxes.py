"""IMAP mailboxes of the sandbox, in memory: INBOX and Sent for each user. Serves, files, judges nothing."""

import asyncio
from argparse import Namespace
from datetime import datetime
from weakref import WeakSet

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config, Identity, Login
from pymap.backend.dict.mailbox import MailboxSet
from pymap.exceptions import InvalidAuth, TemporaryFailure
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.response import ResponseCode, ResponseNo
from pymap.parsing.specials.flag import Flag
from pymap.user import UserMetadata
from pysasl.creds.server import ServerCredentials
from pysasl.hashing import Cleartext

from evals.market.mail.faults import OutageKind, Outages

_FOLDERS = ("Sent",)


class Unavailable(TemporaryFailure):
    """The provider is down for a while."""

    def get_response(self, tag: bytes) -> ResponseNo:
        """Answer as RFC 5530 asks of a server that cannot reach a mailbox."""
        return ResponseNo(tag, str(self).encode(), ResponseCode.of(b"UNAVAILABLE"))


class GuardedLogin(Login):
    """The login of a provider that has outages."""

    def __init__(self, config: Config, outages: Outages | None) -> None:
        super().__init__(config)
        self._outages = outages

    async def authenticate(self, credentials: ServerCredentials) -> Identity:
        """Check a login; a mailbox that does not work lets nobody in."""
        outage = self._outages.of(credentials.authcid) if self._outages else None
        if outage is None:
            return await super().authenticate(credentials)
        if outage.kind is OutageKind.PROVIDER:
            raise Unavailable("the service is not available")
        raise InvalidAuth()


class Mailboxes:
    """The IMAP server with its users."""

    def __init__(self, outages: Outages | None = None) -> None:
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
        self._login = GuardedLogin(self._config, outages)
        self._open: WeakSet[asyncio.StreamWriter] = WeakSet()
        self._passwords: dict[str, str] = {}
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> int:
        """Listen on loopback and return the port."""
        self._config.apply_context()
        serve = ProxyProtocolReader(self._config.proxy_protocol).get_callback(
            IMAPServer(self._login, self._config)
        )

        async def remembered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._open.add(writer)
            await serve(reader, writer)

        self._server = await asyncio.start_server(remembered, "127.0.0.1", port)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    def drop_connections(self) -> None:
        """Cut what is open, as a provider does that restarts: who is still let in comes back."""
        for writer in tuple(self._open):
            writer.close()

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
