"""The inbox poll: new mail of every mailbox, parsed apart, taken in once, the cursor moved with it.

Every mail ends handled, waiting, ignored or quarantined with a reason; one mail's trouble stops no other.
"""

import asyncio
import hashlib
import logging
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.errors import RainmakerError
from domain.labels import Integrity, Label
from domain.mail import InboundMail, Quarantined
from runtime.store import inbound, outbox
from runtime.store.due import DueRow
from runtime.store.inline import inline
from service.bootstrap import House
from service.mailboxes import Inbox, inboxes_of
from service.taking_in import new_threads, take_in, wants_out
from service.timetable import Worked
from tools.providers.imap_inbox import FetchedMail, InboxCursor
from tools.read.mail.read import Terms
from tools.read.mail.reader import MailReader

log = logging.getLogger(__name__)
BATCH = 25  # mails taken in in one transaction
MOST_BATCHES = 40  # of one mailbox in one turn


async def poll(house: House, due_row: DueRow) -> Worked:
    """Take in what came since the last look."""
    done: Counter[str] = Counter()
    problems: list[str] = []
    async with house.database.write() as tx:
        await new_threads(tx, house)
    reader = await house.mail_reading.under(_terms(house))
    for box in inboxes_of(house.settings):
        try:
            await _read_box(house, box, reader, done)
        except RainmakerError as error:
            problems.append(f"{box.address}: {error.message}")
            await _note_trouble(house, box, error.message)
    if done["quarantined"]:
        problems.append(f"{done['quarantined']} mails could not be read and were put aside.")
    counts = {"signals": sum(done.values()) - done["repeated"]}
    return Worked(counts=counts, problems=tuple(problems))


def _terms(house: House) -> Terms:
    servers = {one.strip().lower() for one in house.settings.mail_servers.split(",") if one.strip()}
    own = {box.address.lower() for box in inboxes_of(house.settings)} | {house.terms.sender.lower()}
    return Terms(own_addresses=frozenset(own - {""}), trusted_servers=frozenset(servers))


async def _note_trouble(house: House, box: Inbox, why: str) -> None:
    log.warning("inbox_unreadable", extra={"why": why})
    async with house.database.write() as tx:
        await inbound.set_trouble(tx, box.address, box.folder, why)


async def _read_box(house: House, box: Inbox, reader: MailReader, done: Counter[str]) -> None:
    """Batch by batch; while one is taken in, the next is fetched and read."""
    cursor = await _begins(house, box)
    coming = asyncio.create_task(_next_batch(box, reader, cursor))
    try:
        for number in range(1, MOST_BATCHES + 1):
            batch = await coming
            more = batch.more and number < MOST_BATCHES
            if more:
                coming = asyncio.create_task(_next_batch(box, reader, batch.cursor))
            await _take_all(house, box, batch.mails, batch.cursor, done)
            if not more:
                return
    finally:
        coming.cancel()


async def _begins(house: House, box: Inbox) -> InboxCursor:
    """Where to go on reading. What lay in a mailbox before we first wrote to anybody is nobody's business."""
    async with house.database.read() as tx:
        cursor = InboxCursor(*await inbound.cursor(tx, box.address, box.folder))
        first_mail = None if cursor.uid_validity else await outbox.first_mail_at(tx)
    if cursor.uid_validity:
        return cursor
    return await box.reads.first_cursor((first_mail - timedelta(days=1)).date() if first_mail else None)


@dataclass(frozen=True)
class _Read:
    """One mail as it was fetched and as it was understood; `leaves`: its words mean "no more mail"."""

    fetched: FetchedMail
    mail: InboundMail | Quarantined
    leaves: bool = False


@dataclass(frozen=True)
class _Batch:
    """Mails that were fetched and read, and where to go on."""

    mails: list[_Read]
    cursor: InboxCursor
    more: bool


async def _next_batch(box: Inbox, reader: MailReader, cursor: InboxCursor) -> _Batch:
    batch, searching = await box.reads.fetch_new(cursor, BATCH), asyncio.Lock()
    read = await asyncio.gather(*(_read(reader, one, searching) for one in batch.mails))
    return _Batch(read, batch.cursor, batch.more)


async def _read(reader: MailReader, fetched: FetchedMail, searching: asyncio.Lock) -> _Read:
    """Parsed in the child while another mail's words are searched here, one at a time."""
    mail = await _parsed(reader, fetched)
    async with searching:
        return _Read(fetched, mail, isinstance(mail, InboundMail) and await wants_out(mail))


async def _parsed(reader: MailReader, fetched: FetchedMail) -> InboundMail | Quarantined:
    if fetched.oversized:
        sha256 = hashlib.sha256(fetched.raw).hexdigest()
        sentence = (
            f"The mail has {fetched.size:,} bytes and was left on the server; only its headers were kept."
        )
        return Quarantined(raw_sha256=sha256, size=fetched.size, code="mail_too_large", sentence=sentence)
    return await reader.read(fetched.raw, fetched.received_at)


async def _take_all(
    house: House, box: Inbox, read: list[_Read], cursor: InboxCursor, done: Counter[str]
) -> None:
    """A batch in one transaction; when one of its mails cannot be taken in, each has its own."""
    try:
        done.update(await _take(house, box, read, cursor))
    except Exception:
        log.exception("batch_not_taken_in", extra={"mails": len(read)})
        for one in read:
            step = InboxCursor(cursor.uid_validity, one.fetched.uid)
            try:
                done.update(await _take(house, box, [one], step))
            except Exception:
                log.exception("mail_not_taken_in", extra={"uid": one.fetched.uid})
                aside = _Read(one.fetched, _put_aside(one.fetched))
                done.update(await _take(house, box, [aside], step))
        await _take(house, box, [], cursor)


def _put_aside(fetched: FetchedMail) -> Quarantined:
    sha256 = hashlib.sha256(fetched.raw).hexdigest()
    sentence = "The mail was read and could not be filed; the log says why."
    return Quarantined(raw_sha256=sha256, size=fetched.size, code="mail_not_filed", sentence=sentence)


async def _take(house: House, box: Inbox, read: list[_Read], cursor: InboxCursor) -> Counter[str]:
    now = await house.clock.now()
    done: Counter[str] = Counter()
    async with house.database.write() as tx, inline(tx):
        for one in read:
            mail, raw = one.mail, one.fetched.raw
            if await inbound.known(tx, box.address, mail.raw_sha256):
                done["repeated"] += 1
            elif isinstance(mail, Quarantined):
                await inbound.keep(tx, _aside(house, box, mail, now), raw)
                done["quarantined"] += 1
            else:
                kind = await take_in(tx, house, box.address, mail, raw, now, leaves=one.leaves)
                done[kind] += 1
        await inbound.set_cursor(
            tx,
            box.address,
            box.folder,
            uid_validity=cursor.uid_validity,
            last_uid=cursor.last_uid,
            at=now,
        )
    return done


def _aside(house: House, box: Inbox, mail: Quarantined, now: datetime) -> dict[str, object]:
    return {
        "id": house.ids.new("inb"),
        "mailbox": box.address,
        "sha256": mail.raw_sha256,
        "came_at": now,
        "kind": inbound.QUARANTINED,
        "state": inbound.QUARANTINED,
        "body": {"size": mail.size},
        "code": mail.code,
        "detail": mail.sentence,
        "label": Label(integrity=Integrity.UNTRUSTED, origin="mail"),
    }
