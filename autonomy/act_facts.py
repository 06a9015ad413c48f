"""Facts for the rules on records, meetings and policies, read from the store. Judges nothing."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import suppression
from autonomy.act_rules import REPLAYED
from autonomy.facts import MeetingFacts, RecordFacts
from autonomy.mail_facts import authenticated
from autonomy.terms import Terms
from domain.actions import AnyAction, BookMeeting, ChangeExperiment, ChangeMeeting, ChangePolicy, UpdateRecord
from domain.experiments import Experiment
from runtime.store import crm, experiments, inbound, knowledge, meetings, people, threads
from runtime.store.tables import accounts, contacts, decisions


async def record_facts(tx: AsyncConnection, action: AnyAction) -> RecordFacts | None:
    """Whether the record exists and its field is empty; None for other acts."""
    if not isinstance(action, UpdateRecord):
        return None
    table = accounts if action.record == "account" else contacts
    row = (await tx.execute(select(table).where(table.c.id == action.record_id))).mappings().one_or_none()
    if row is None or action.field not in row:
        return RecordFacts()
    return RecordFacts(exists=True, empty=row[action.field] in (None, "", []))


async def meeting_facts(
    tx: AsyncConnection, action: AnyAction, terms: Terms, now: datetime
) -> MeetingFacts | None:
    """What is known of the people to meet, the time, and (of a change) the meeting; None for other acts."""
    if isinstance(action, ChangeMeeting):
        return await _changed(tx, action, terms)
    if not isinstance(action, BookMeeting):
        return None
    contact = await crm.contact(tx, action.contact_id)
    if contact is None:
        return MeetingFacts()
    thread = await threads.one(tx, action.thread_id)
    profile = await knowledge.active_profile(tx)
    return MeetingFacts(
        contact_known=True,
        contact_answered=await _wrote(tx, thread, contact.id),
        slot_offered=await _offered(tx, contact.id, action.starts_at, action.minutes, action.meeting_id),
        thread_contacts=(contact.id,),
        suppressed=await people.suppressed(tx, suppression.hashes_of(terms.salt, contact.email)),
        allowed_links=(*terms.allowed_links, *((profile.url,) if profile else ())),
        own_addresses=(terms.sender,),
        secrets=terms.secrets,
    )


async def _changed(tx: AsyncConnection, action: ChangeMeeting, terms: Terms) -> MeetingFacts:
    row = await meetings.one(tx, action.meeting_id)
    contact = await crm.contact(tx, row["contact_id"]) if row else None
    if row is None or contact is None:
        return MeetingFacts()
    minutes = round((row["ends_at"] - row["starts_at"]).total_seconds() / 60)
    at = action.starts_at
    offered = at is not None and await _offered(tx, contact.id, at, minutes, row["id"])
    return MeetingFacts(
        contact_known=True,
        contact_answered=True,
        slot_offered=offered,
        made_by_us=True,
        thread_contacts=(contact.id,),
        suppressed=await people.suppressed(tx, suppression.hashes_of(terms.salt, contact.email)),
        own_addresses=(terms.sender,),
        secrets=terms.secrets,
    )


async def _wrote(tx: AsyncConnection, thread: dict[str, Any] | None, contact_id: str) -> bool:
    """True when this contact, and nobody in their name, wrote to us in this thread as a person."""
    if thread is None or thread["contact_id"] != contact_id:
        return False
    rows = await inbound.of_thread(tx, thread["id"])
    return any(
        row["contact_id"] == contact_id and row["kind"] == "human" and authenticated(row) is not False
        for row in rows
    )


async def _offered(
    tx: AsyncConnection, contact_id: str, starts_at: datetime, minutes: int, meeting_id: str
) -> bool:
    """True when we offered exactly this time, and no other meeting of ours stands there by now."""
    if starts_at.tzinfo is None:
        return False
    offers = await meetings.offered(tx, contact_id)
    if not any(one["starts_at"] == starts_at and one["minutes"] >= minutes for one in offers):
        return False
    ends_at = starts_at + timedelta(minutes=minutes)
    taken = await meetings.between(tx, starts_at - timedelta(hours=8), ends_at)
    return not any(row["ends_at"] > starts_at and row["id"] != meeting_id for row in taken)


async def past_decisions(tx: AsyncConnection, action: AnyAction) -> int:
    """Decisions that a new policy can be replayed over, counted up to what is needed."""
    if not isinstance(action, ChangePolicy):
        return REPLAYED
    newest = select(decisions.c.id).limit(REPLAYED).subquery()
    return int((await tx.execute(select(func.count()).select_from(newest))).scalar_one())


async def experiment_facts(tx: AsyncConnection, action: AnyAction) -> Experiment | None:
    """The experiment an act is about, as it stands."""
    return await experiments.one(tx, action.experiment_id) if isinstance(action, ChangeExperiment) else None
