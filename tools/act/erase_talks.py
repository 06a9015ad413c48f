"""Erasing what a person wrote to us, and what was agreed with them: mails, raw copies, meetings, what deals quote."""

from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store.deal_tables import deal_proofs, stakeholders
from runtime.store.person_traces import Person, Row
from runtime.store.talk_tables import inbound, meetings, offers, raw_mails, threads

_NOBODY: dict[str, Any] = {"attendee": "", "attendee_name": "", "subject": "", "description": ""}


async def blank_talks(tx: AsyncConnection, who: Person, own: dict[str, list[Row]]) -> int:
    """Blank texts and drop raw copies; returns how many rows were touched."""
    theirs = or_(
        inbound.c.contact_id.in_(who.contact_ids),
        func.lower(inbound.c.from_address).in_(who.words.addresses),
    )
    rows = (await tx.execute(select(inbound.c.id, inbound.c.sha256).where(theirs))).all()
    ids, hashes = [row.id for row in rows], [row.sha256 for row in rows]
    empty = {"body": {}, "reading": None, "subject": "", "from_address": "", "detail": "", "origin": "erased"}
    await tx.execute(update(inbound).where(inbound.c.id.in_(ids)).values(**empty))
    await tx.execute(delete(raw_mails).where(raw_mails.c.sha256.in_(hashes)))
    await tx.execute(update(deal_proofs).where(deal_proofs.c.source.in_(ids)).values(quote=""))
    mine = threads.c.contact_id.in_(who.contact_ids)
    await tx.execute(update(threads).where(mine).values(subject="", reason=""))
    await tx.execute(delete(offers).where(offers.c.contact_id.in_(who.contact_ids)))
    gone = stakeholders.c.contact_id.in_(who.contact_ids) | func.lower(stakeholders.c.email).in_(
        who.words.addresses
    )
    await tx.execute(delete(stakeholders).where(gone))
    for row in own["meetings"]:
        values = {"body": {**row["body"], **_NOBODY}, "detail": ""}
        await tx.execute(update(meetings).where(meetings.c.id == row["id"]).values(**values))
    return len(rows) + len(own["meetings"])
