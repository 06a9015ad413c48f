"""Putting an approved mail into the outbox with its due time. Sending happens when it is claimed."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy.limits import next_window
from domain.actions import AnswerMail, Letter, NotifyOwner, SendEmail, addressee
from domain.decisions import OutboxState
from domain.errors import Correctable
from domain.ids import Ids
from runtime.store import crm, meetings, outbox
from tools.act.mail_headers import wire_address


def message_id_of(key: str, sender: str) -> str:
    """The Message-ID that follows from the business fact."""
    return f"<{key[:40]}@{wire_address(sender).rpartition('@')[2]}>"


async def queue_mail(
    tx: AsyncConnection,
    action: Letter,
    *,
    decision_id: str,
    permit_id: str,
    not_after: datetime,
    sender: str,
    ids: Ids,
    now: datetime,
) -> bool:
    """Add the intent; False when the business fact is already there."""
    account_id, due = await _where_and_when(tx, action, now)
    if isinstance(action, AnswerMail):
        await _keep_offers(tx, action, ids, now)
    return await outbox.enqueue(
        tx,
        {
            "id": ids.new("out"),
            "key": action.key,
            "kind": action.kind,
            "action": action.model_dump(mode="json"),
            "action_hash": action.hash,
            "permit_id": permit_id,
            "decision_id": decision_id,
            "campaign_id": action.campaign_id if isinstance(action, SendEmail) else "",
            "contact_id": addressee(action),
            "account_id": account_id,
            "state": str(OutboxState.QUEUED),
            "due_at": due,
            "not_after": not_after,
            "message_id": message_id_of(action.key, sender),
            "made_at": now,
        },
    )


async def _where_and_when(tx: AsyncConnection, action: Letter, now: datetime) -> tuple[str, datetime]:
    """The account of the recipient and the next hour to write to them; our own people read at once."""
    if isinstance(action, NotifyOwner):
        return "", now
    contact = await crm.contact(tx, action.contact_id)
    if contact is None:
        raise Correctable("The recipient is not in the CRM.", code="unknown_contact", where=action.contact_id)
    return contact.account_id, next_window(now, contact.zones) or now + timedelta(days=1)


async def _keep_offers(tx: AsyncConnection, action: AnswerMail, ids: Ids, now: datetime) -> None:
    """The times a text offers are held; they count as offered once the text has left."""
    await meetings.forget_offers(tx, action.thread_id)
    rows = [
        {
            "id": ids.new("ofr"),
            "thread_id": action.thread_id,
            "contact_id": action.contact_id,
            "starts_at": starts_at,
            "minutes": action.minutes,
            "made_at": now,
        }
        for starts_at in action.slots
    ]
    await meetings.offer(tx, rows)
