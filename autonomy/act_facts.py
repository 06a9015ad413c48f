"""Facts for the rules on records, meetings and policies, read from the store. Judges nothing."""

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import suppression
from autonomy.act_rules import REPLAYED
from autonomy.facts import MeetingFacts, RecordFacts
from autonomy.terms import Terms
from domain.actions import AnyAction, BookMeeting, ChangePolicy, UpdateRecord
from runtime.store import crm, knowledge, people
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


async def meeting_facts(tx: AsyncConnection, action: AnyAction, terms: Terms) -> MeetingFacts | None:
    """What is known of the people to meet. No calendar keeps offered slots yet, so none was offered."""
    if not isinstance(action, BookMeeting):
        return None
    contact = await crm.contact(tx, action.contact_id)
    if contact is None:
        return MeetingFacts()
    profile = await knowledge.active_profile(tx)
    return MeetingFacts(
        contact_known=True,
        thread_contacts=(contact.id,),
        suppressed=await people.suppressed(tx, suppression.hashes_of(terms.salt, contact.email)),
        allowed_links=(*terms.allowed_links, *((profile.url,) if profile else ())),
        own_addresses=(terms.sender,),
        secrets=terms.secrets,
    )


async def past_decisions(tx: AsyncConnection, action: AnyAction) -> int:
    """Decisions that a new policy can be replayed over, counted up to what is needed."""
    if not isinstance(action, ChangePolicy):
        return REPLAYED
    newest = select(decisions.c.id).limit(REPLAYED).subquery()
    return int((await tx.execute(select(func.count()).select_from(newest))).scalar_one())
