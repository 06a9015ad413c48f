"""A process that drains an outbox over the sandbox's SMTP and IMAP, and may be told where to die.

It imports the product only: a fresh process knows nothing of the tests' folders.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from autonomy.policy import load_policy
from autonomy.terms import Terms
from runtime import faults
from runtime.clock import FixedClock
from runtime.identity import RandomIds
from runtime.store.engine import Database
from tools.effector import Effector, Mailbox
from tools.providers.mail_urls import mail_server
from tools.providers.sent_folder import ImapSentProbe
from tools.providers.smtp import SmtpSender

POINTS = ("before_claim", "in_claim", "after_claim", "after_250", "before_mark", "after_mark")
GRACE = 0.4


@dataclass(frozen=True)
class Job:
    """Where the work is, and the fault point (with how many times it is passed) to die at."""

    database_url: str
    smtp_url: str
    imap_url: str
    terms: Terms
    now: datetime
    die_at: str = ""
    after: int = 1
    most_rounds: int = 1


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
    mailbox = Mailbox(
        sender=SmtpSender(mail_server(job.smtp_url, "smtp")),
        probe=ImapSentProbe(mail_server(job.imap_url, "imap")),
        sent_copy="server",
        grace=GRACE,
    )
    return Effector(database, FixedClock(job.now), RandomIds(), mailbox, job.terms, load_policy(None))
