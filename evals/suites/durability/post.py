"""A mail server on loopback that files Sent copies, and may accept late: even after the client has died."""

import asyncio
import time
from collections import Counter
from datetime import UTC, datetime
from email import message_from_bytes

from aiosmtpd.smtp import SMTP, Envelope, Session

from evals.market.mail.boxes import Mailboxes
from evals.market.mail.faults import Fault, FaultKind, FaultScript
from evals.market.mail.sink import MailSink
from evals.market.mail.store import MailStore
from evals.suites.durability.sender import PASSWORD, USER


class _Sink(MailSink):
    """The sandbox's sink with a pause before it accepts; a client that leaves meanwhile changes nothing."""

    late = 0.0  # seconds

    def __init__(self, store: MailStore, boxes: Mailboxes) -> None:
        self.script = FaultScript()
        super().__init__(store, boxes, self.script)
        self.taking = asyncio.Event()  # set once a message is held but not yet accepted

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Accept later, whatever becomes of the connection. Our own morning page is taken and not counted."""
        if envelope.rcpt_tos == [USER]:
            return "250 2.0.0 OK"
        if not self.late:
            return await super().handle_DATA(server, session, envelope)
        self.taking.set()
        accepting = asyncio.create_task(self._later(server, session, envelope))
        return await asyncio.shield(accepting)

    async def _later(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        await asyncio.sleep(self.late)
        return await super().handle_DATA(server, session, envelope)


class Post:
    """SMTP and IMAP of one mailbox; knows every mail that arrived and when."""

    def __init__(self) -> None:
        self.arrivals: list[float] = []  # machine time
        self._boxes = Mailboxes()
        self._store = MailStore(self._now)
        self._sink = _Sink(self._store, self._boxes)
        self.smtp_url = self.imap_url = ""

    async def __aenter__(self) -> "Post":
        smtp, imap = await self._sink.start(), await self._boxes.start()
        await self._boxes.add_user(USER, PASSWORD)
        login = f"{USER.replace('@', '%40')}:{PASSWORD}@127.0.0.1"
        self.smtp_url, self.imap_url = f"smtp://{login}:{smtp}", f"imap://{login}:{imap}"
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._sink.stop()
        await self._boxes.stop()

    def accept_late(self, seconds: float) -> None:
        """From now on a mail is accepted this much after its last byte."""
        self._sink.late = seconds

    async def deliver(self, raw: bytes) -> None:
        """Put a mail into the mailbox, as if somebody outside had sent it."""
        await self._boxes.file(USER, "INBOX", raw, datetime.now(UTC))

    def refuse(self, recipient: str) -> None:
        """Never accept a mail for this address."""
        self._sink.script.add(Fault(FaultKind.REJECT_RECIPIENT, recipient, times=None))

    async def taken(self) -> None:
        """Wait until a message that will be accepted late has been handed over."""
        await self._sink.taking.wait()

    @property
    def count(self) -> int:
        """How many mails arrived."""
        return len(self.arrivals)

    def arrived(self) -> Counter[str]:
        """How often each Message-ID arrived."""
        return Counter(str(message_from_bytes(one.raw)["Message-ID"]) for one in self._store.all())

    def _now(self) -> datetime:
        self.arrivals.append(time.time())
        return datetime.now(UTC)
