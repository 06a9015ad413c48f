"""The SMTP server of the sandbox: keeps every mail, files the sender's copy, fails when told to."""

import asyncio
import logging
from typing import Protocol

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from evals.market.mail.boxes import Mailboxes
from evals.market.mail.faults import FaultKind, FaultScript, OutageKind, Outages
from evals.market.mail.store import MailStore, ReceivedMail

logger = logging.getLogger(__name__)

_HOSTNAME = "mx.sandbox.example"
_SIZE_LIMIT = 26_214_400
_AT_RCPT = frozenset({FaultKind.REJECT_RECIPIENT})
_AT_DATA = frozenset({FaultKind.REJECT_MESSAGE})
_CUTS = frozenset({FaultKind.DROP_AFTER_DATA, FaultKind.DROP_BEFORE_STORE})
_SLOW = frozenset({FaultKind.SLOW})


class Readers(Protocol):
    """Those the mails are for."""

    def at_rcpt(self, address: str) -> str | None:
        """What their server says when a recipient is named; None = welcome."""
        ...

    def receive(self, mail: ReceivedMail) -> None:
        """Let them read a mail."""
        ...


class MailSink:
    """Receives every mail of the sandbox."""

    def __init__(
        self,
        store: MailStore,
        boxes: Mailboxes,
        faults: FaultScript,
        readers: Readers | None = None,
        outages: Outages | None = None,
    ) -> None:
        self._store = store
        self._boxes = boxes
        self._faults = faults
        self._readers = readers
        self._outages = outages
        self._server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> int:
        """Listen on loopback and return the port."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connection, "127.0.0.1", port)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Stop listening."""
        if self._server is not None:
            self._server.close()

    async def refile(self) -> None:
        """Put the copies of an earlier run back into the mailboxes."""
        for mail in self._store.all():
            await self._file(mail)

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's hook
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Accept a recipient unless a fault says otherwise."""
        if self._outages and self._outages.of(_login(session)):
            return "421 4.3.2 Service not available, closing transmission channel"
        fault = self._faults.take(_AT_RCPT, (address,))
        if fault is not None:
            return fault.reply()
        refusal = self._readers.at_rcpt(address) if self._readers else None
        if refusal is not None:
            return refusal
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Keep the message, file the copies, or fail as scripted."""
        recipients = tuple(envelope.rcpt_tos)
        slow = self._faults.take(_SLOW, recipients)
        if slow is not None:
            await asyncio.sleep(slow.seconds)
        refusal = self._faults.take(_AT_DATA, recipients)
        if refusal is not None:
            return refusal.reply()
        cut = self._faults.take(_CUTS, recipients)
        if cut is None or cut.kind is FaultKind.DROP_AFTER_DATA:
            await self._accept(session, envelope)
        if cut is not None and isinstance(server.transport, asyncio.WriteTransport):
            server.transport.abort()
        return f"250 2.0.0 OK queued as {len(self._store.all())}"

    async def _accept(self, session: Session, envelope: Envelope) -> None:
        """Keep a message and file its copies."""
        login = _login(session)
        sender = envelope.mail_from or ""
        raw = envelope.original_content or b""
        mail = self._store.add(sender, tuple(envelope.rcpt_tos), login or sender, raw)
        logger.info("mail_accepted", extra={"mail_id": mail.id, "recipients": len(mail.recipients)})
        await self._file(mail)
        if self._readers is not None:
            self._readers.receive(mail)

    async def _file(self, mail: ReceivedMail) -> None:
        """File the sender's copy in Sent, and the message in the INBOX of recipients who live here."""
        if self._boxes.has_user(mail.user):
            await self._boxes.file(mail.user, "Sent", mail.raw, mail.arrived_at)
        for recipient in mail.recipients:
            if self._boxes.has_user(recipient):
                await self._boxes.file(recipient, "INBOX", mail.raw, mail.arrived_at)

    def _connection(self) -> SMTP:
        """Make the protocol of one connection."""
        return SMTP(
            self,
            hostname=_HOSTNAME,
            data_size_limit=_SIZE_LIMIT,
            enable_SMTPUTF8=True,
            authenticator=self._authenticate,
            auth_require_tls=False,
        )

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, auth_data: object
    ) -> AuthResult:
        """Check a login against the mailboxes, and whether their provider lets anybody in."""
        given = auth_data.login.decode("utf-8", "replace") if isinstance(auth_data, LoginPassword) else ""
        outage = self._outages.of(given) if self._outages else None
        if outage is not None:
            down = outage.kind is OutageKind.PROVIDER
            message = "454 4.7.0 Temporary authentication failure" if down else None
            return AuthResult(success=False, handled=False, message=message)
        known = isinstance(auth_data, LoginPassword) and self._boxes.check(
            auth_data.login.decode("utf-8", "replace"), auth_data.password.decode("utf-8", "replace")
        )
        return AuthResult(success=known, handled=False, auth_data=auth_data if known else None)


def _login(session: Session) -> str:
    """Return who is logged in, empty for nobody."""
    return session.auth_data.login.decode() if isinstance(session.auth_data, LoginPassword) else ""
