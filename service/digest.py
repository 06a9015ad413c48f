"""The morning page on its own: mailed to our own people through the gate, and shown at the first look of a day.

Without a mailbox it is in the chat only, and no turn fails for it.
"""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import own_people
from autonomy.own_people import Reader
from domain.actions import NotifyOwner
from domain.decisions import Actor, OutboxState
from domain.ids import derived
from domain.labels import Integrity, Label
from runtime.store import outbox
from runtime.store.due import DueRow
from runtime.store.rows import insert_new
from runtime.store.tables import events
from runtime.store.tables import outbox as intents
from service.bootstrap import House
from service.carrying_out import MAY_HAPPEN, carry_out, decide_on
from service.timetable import Worked
from tools.read.calendar.zones import zone_named
from tools.read.digest import DAY, OWN_PAGE, Digest, digest

SYSTEM = Actor(kind="system", name="system")
MORNING = timedelta(hours=6)  # a page that has not left by then is yesterday's news
FARTHEST = timedelta(days=7)  # how far a page looks back after a break
LOOKED = "digest_seen"
# it quotes what strangers wrote, and our own people may read all of it
QUOTES = Label(integrity=Integrity.UNTRUSTED, origin="digest")


async def mail_page(house: House, due_row: DueRow) -> Worked:
    """Put the page of this morning into the outbox, once for each of our own people."""
    if not house.settings.smtp_url.get_secret_value() or not house.terms.sender:
        return Worked(detail="No mailbox is set; the morning page is in the chat only.")
    page = await _page(house)
    async with house.database.read() as tx:
        people = await own_people.readers(tx, house.terms)
    told = [await _mail_to(house, page, one) for one in people]
    return Worked(
        counts={"decisions": sum(made for made, _ in told)}, detail="; ".join(why for _, why in told)
    )


async def _page(house: House) -> Digest:
    """The page since the last one that was mailed, so that nothing falls between two."""
    now = await house.clock.now()
    async with house.database.read() as tx:
        since = max(await _last(tx) or now - DAY, now - FARTHEST)
        return await digest(tx, house.terms, now, since, house.settings.calendar_zone)


async def _last(tx: AsyncConnection) -> datetime | None:
    left = (intents.c.kind == OWN_PAGE, intents.c.state == OutboxState.SENT)
    return (await tx.execute(select(func.max(intents.c.made_at)).where(*left))).scalar_one_or_none()


async def _mail_to(house: House, page: Digest, to: Reader) -> tuple[bool, str]:
    """Whether it was decided on, and what became of it."""
    day = page.until.astimezone(page.zone).date()
    action = NotifyOwner(user_id=to.user_id, day=day, subject=_subject(page), text=page.as_text())
    async with house.database.write() as tx:
        if await outbox.by_key(tx, action.key) is not None:
            return False, "queued before"
        why = "the page of this morning"
        made = await decide_on(tx, house, action, actor=SYSTEM, reason=why, label=QUOTES)
        if made.judgement.verdict not in MAY_HAPPEN:  # a page asked for would come when nobody needs it
            return True, f"not mailed: {made.judgement.why}"
        done = await carry_out(tx, house, made, life=MORNING)
    return True, done.text


def _subject(page: Digest) -> str:
    line = page.headline
    return line if len(line) <= 120 else line[:119].rstrip() + "…"


async def first_look(house: House, actor: Actor) -> Digest | None:
    """The page for the first look of one of our people on a day; None later, and when it would say nothing."""
    if actor.role not in own_people.ROLES:
        return None
    now = await house.clock.now()
    day = now.astimezone(zone_named(house.settings.calendar_zone)).date()
    values = {"kind": LOOKED, "subject": actor.name[:60], "body": {"day": day.isoformat()}, "at": now}
    row = {"id": derived("evt", LOOKED, actor.name, day.isoformat()), "cause": "", **values}
    async with house.database.write() as tx:
        if not await insert_new(tx, events, row, unique=["id"]):
            return None
    async with house.database.read() as tx:
        page = await digest(tx, house.terms, now, zone=house.settings.calendar_zone)
    return None if page.quiet else page
