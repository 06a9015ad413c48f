"""How many mails a second come in: fetched over IMAP, parsed in the child, threaded, stored, read for what they say."""

import asyncio
import json
import os
import random
import time
from dataclasses import asdict, dataclass, replace
from email.message import EmailMessage
from email.utils import make_msgid
from multiprocessing.synchronize import Event
from pathlib import Path

from sqlalchemy import select

from domain.mail import InboundMail, MailKind
from evals.suites.durability.arena import Arena
from evals.suites.durability.seeding import SUBJECT, address_of
from evals.suites.durability.sender import CAMPAIGN, TERMS, USER
from evals.suites.durability.worker import Job, MovingClock
from language.port import ReplyContext
from runtime.store.due import DueRow
from runtime.store.tables import outbox
from runtime.store.talk_tables import inbound
from service.bootstrap import House, open_house

_BEFORE = 20  # mails taken in before those that count
_PATIENCE = 60.0  # seconds until it takes the first mails in
WRITTEN_TO = 40  # people who got a mail of ours and may answer it
_STRANGERS = 10  # every so many mails nobody we know wrote
_SAID = (
    "Thanks for asking. What would this cost for a team of twenty?",
    "We already work with somebody for this, sorry. Maybe next year.",
    "Sounds good – would Thursday at 15:00 suit you?",
    "I am not the right person. Please ask Jonas Brandt, who leads purchasing here.",
    "Could you send me the data sheet first? Then I will come back to you.",
    "Können Sie das mit unserem Lager verbinden? Das wäre für uns entscheidend.",
    "Please call me after the summer, we are closing our books now.",
)
_LOADS = "We would rather hear nothing more about this."  # the sentence model is asked about it
_QUOTED = "\n\nOn Mon, 2 Nov 2026 at 10:00, Maria Lindt wrote:\n> Would a short call next week help?\n"


@dataclass(frozen=True)
class Taken:
    """What as many mails took: seconds, and CPU seconds of the process and its children."""

    mails: int
    seconds: float
    cpu: float


async def inbound_taken(place: Arena, mails: int, seed: int) -> tuple[Taken, Taken]:
    """What the product took, and what fetching and parsing the same mails with the standard library takes.

    The product runs as a service does: it took in a few mails before those that count came.
    """
    await place.add(WRITTEN_TO)
    await place.worked(place.job())
    chance = random.Random(seed)
    await _deliver(place, _BEFORE, chance)
    taken = []
    for work in (_product, _plain):
        told, ready, came = place.home / "inbound.json", place.context.Event(), place.context.Event()
        process = place.context.Process(target=_measured, args=(work, place.job(), mails, told, ready, came))
        process.start()
        if not await asyncio.to_thread(ready.wait, _PATIENCE):
            raise RuntimeError("the process that takes mails in did not begin")
        if work is _product:
            await _deliver(place, mails, chance)
        came.set()
        await asyncio.to_thread(process.join)
        taken.append(Taken(**json.loads(told.read_text())))
    return taken[0], taken[1]


async def _deliver(place: Arena, mails: int, chance: random.Random) -> None:
    async with place.database.read() as tx:
        ours = (
            (
                await tx.execute(
                    select(outbox.c.message_id).where(outbox.c.campaign_id == CAMPAIGN).order_by(outbox.c.id)
                )
            )
            .scalars()
            .all()
        )
    for number in range(mails):
        to = chance.randrange(WRITTEN_TO)
        mail = EmailMessage()
        mail["From"] = f"Anna Weiss <{address_of(to + 1)}>"
        mail["To"], mail["Subject"] = USER, f"Re: {SUBJECT}"
        mail["Message-ID"], mail["Date"] = make_msgid(domain="northwind.example"), place.now
        if number % _STRANGERS:
            mail["In-Reply-To"] = mail["References"] = ours[to]
        else:
            mail.replace_header("From", f"Sam Hill <sam{number}@elsewhere.example>")
        mail.set_content(chance.choice(_SAID) + f"\n\nAnna Weiss\nNorthwind, desk {number}" + _QUOTED)
        await place.post.deliver(mail.as_bytes())


def _measured(work, job: Job, mails: int, told: Path, ready, came) -> None:  # type: ignore[no-untyped-def]
    """Run in a process of its own; the mail server has another one. The mails come once it is ready."""
    told.write_text(json.dumps(asdict(asyncio.run(work(job, mails, ready, came)))))


class _Stopwatch:
    """Starts when it is made."""

    def __init__(self) -> None:
        self._began, self._cpu = time.perf_counter(), sum(os.times()[:4])

    def taken(self, mails: int) -> Taken:
        """Everything since."""
        return Taken(mails, time.perf_counter() - self._began, sum(os.times()[:4]) - self._cpu)


async def _product(job: Job, mails: int, ready: Event, came: Event) -> Taken:
    from service import inbox
    from service.taking_in import wants_out

    async with open_house(job.settings()) as opened:
        house = replace(opened, clock=MovingClock(job.now, job.since), terms=replace(TERMS, stop_file=None))
        look = DueRow("", "inbox", "inbox", job.now)
        await inbox.poll(house, look)
        # the sentence model too is loaded in a service that runs
        await wants_out(InboundMail(raw_sha256="", size=0, kind=MailKind.HUMAN, new_text=_LOADS))
        before = await _read_all(house, 0)
        ready.set()
        await asyncio.to_thread(came.wait)
        watch = _Stopwatch()
        await inbox.poll(house, look)
        read = await _read_all(house, before)
        taken = watch.taken(mails)
    if (before, read) != (_BEFORE, mails):
        raise RuntimeError(f"{before} and {read} of {_BEFORE} and {mails} mails were taken in and read")
    return taken


async def _read_all(house: House, after: int) -> int:
    """Read what was stored after so many mails, as a turn would; returns how many there are."""
    async with house.database.read() as tx:
        rows = (
            await tx.execute(select(inbound.c.body, inbound.c.came_at).order_by(inbound.c.id).offset(after))
        ).all()
    for row in rows:
        mail = InboundMail.model_validate(row.body)
        await house.language.read_reply(
            mail.new_text, subject=mail.subject, at=row.came_at, zone="Europe/London", context=ReplyContext()
        )
    return len(rows)


async def _plain(job: Job, mails: int, ready: Event, came: Event) -> Taken:
    from email import message_from_bytes, policy

    from service.mailboxes import inboxes_of
    from tools.providers.imap_inbox import InboxCursor

    ready.set()
    await asyncio.to_thread(came.wait)
    (box,) = inboxes_of(job.settings())
    watch, cursor, more = _Stopwatch(), InboxCursor(), True
    while more:
        batch = await box.reads.fetch_new(cursor)
        for one in batch.mails:
            message_from_bytes(one.raw, policy=policy.default).get_body()
        cursor, more = batch.cursor, batch.more
    return watch.taken(mails + _BEFORE)
