"""Facts about a morning page that would leave, read from the store. Judges nothing."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import own_people
from autonomy.facts import NoticeFacts
from autonomy.terms import Terms
from domain.actions import AnyAction, NotifyOwner
from domain.decisions import OutboxState
from runtime.store import knowledge, outbox
from runtime.store.tables import outbox as intents

LATELY = timedelta(hours=6)  # a page that was late in the evening does not keep the next morning's back
_NEVER_LEFT = (OutboxState.CANCELLED, OutboxState.FAILED)


async def notice_facts(
    tx: AsyncConnection, action: AnyAction, terms: Terms, now: datetime
) -> NoticeFacts | None:
    """What is known about who would get the page, and about earlier ones; None for other acts."""
    if not isinstance(action, NotifyOwner):
        return None
    intent = await outbox.by_key(tx, action.key)
    profile = await knowledge.active_profile(tx)
    return NoticeFacts(
        to_our_own=await own_people.reader(tx, terms, action.user_id) is not None,
        sender=terms.sender,
        already=str(intent["state"]) if intent else None,
        lately=await _lately(tx, action, now),
        allowed_links=(*terms.allowed_links, *((profile.url,) if profile else ())),
        secrets=terms.secrets,
    )


async def _lately(tx: AsyncConnection, action: NotifyOwner, now: datetime) -> int:
    """Pages of other days for this person that were made a short while ago and left, or still may."""
    query = select(func.count()).where(
        intents.c.kind == action.kind,
        intents.c.contact_id == action.user_id,
        intents.c.key != action.key,
        intents.c.made_at > now - LATELY,
        intents.c.state.not_in([str(state) for state in _NEVER_LEFT]),
    )
    return int((await tx.execute(query)).scalar_one())
