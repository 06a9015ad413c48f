"""A process that drains an outbox over the sandbox's SMTP and IMAP, and may be told where to die.

It imports the product only: a fresh process knows nothing of the tests' folders.
"""

import asyncio
import os
import signal
import threading
from dataclasses import dataclass
from datetime import datetime

from autonomy.policy_file import load_policy
from autonomy.terms import Terms
from runtime import faults
from runtime.clock import FixedClock
from runtime.identity import RandomIds
from runtime.store.engine import Database
from tools.effector import Effector, Mailbox
from tools.providers.mail_urls import MailServer, mail_server
from tools.providers.sent_folder import ImapSentProbe
from tools.providers.smtp import Attempt, SmtpSender

POINTS = ("before_claim", "in_claim", "after_claim", "after_250", "before_mark", "after_mark")
GRACE = 0.4


@dataclass(frozen=True)
class Job:
    """Where the work is, and where to die: at a fault point (the nth time) or seconds after the first mail."""

    database_url: str
    smtp_url: str
    imap_url: str
    terms: Terms
    now: datetime
    die_at: str = ""
    after: int = 1
    die_in: float = 0.0
    most_rounds: int = 1


class DyingSender(SmtpSender):
    """Hands mails over like its parent; some seconds after its first one the process is gone."""

    def __init__(self, server: MailServer, seconds: float) -> None:
        super().__init__(server)
        self._clock = threading.Timer(seconds, os.kill, (os.getpid(), signal.SIGKILL))
        self._clock.daemon = True  # work that is done first ends as usual

    async def send(self, sender: str, recipient: str, message: bytes) -> Attempt:
        """Try once."""
        if not self._clock.is_alive():
            self._clock.start()
        return await super().send(sender, recipient, message)


def run(job: Job) -> None:
    """Work until nothing is due and no doubt is left, or until killed."""
    if job.die_at:
        faults.arm(job.die_at, job.after)
    asyncio.run(_drain(job))


async def _drain(job: Job) -> None:
    database = Database(job.database_url)
    for _ in range(job.most_rounds):
        report = await _effector(job, database).drain()
        if not (report.in_doubt or report.sent or report.postponed):
            break
        await _effector(job, database).wait_for_grace()
    await database.close()


def _effector(job: Job, database: Database) -> Effector:
    server = mail_server(job.smtp_url, "smtp")
    mailbox = Mailbox(
        sender=DyingSender(server, job.die_in) if job.die_in else SmtpSender(server),
        probe=ImapSentProbe(mail_server(job.imap_url, "imap")),
        sent_copy="server",
        grace=GRACE,
    )
    return Effector(database, FixedClock(job.now), RandomIds(), mailbox, job.terms, load_policy(None))
