"""Putting an approved mail into the outbox with its due time. Sending happens when it is claimed."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy.limits import next_window
from domain.actions import SendEmail
from domain.decisions import OutboxState
from domain.errors import Correctable
from domain.ids import Ids
from runtime.store import crm, outbox
from tools.act.mail_headers import wire_address


def message_id_of(key: str, sender: str) -> str:
    """The Message-ID that follows from the business fact."""
    return f"<{key[:40]}@{wire_address(sender).rpartition('@')[2]}>"


async def queue_mail(
    tx: AsyncConnection,
    action: SendEmail,
    *,
    decision_id: str,
    permit_id: str,
    not_after: datetime,
    sender: str,
    ids: Ids,
    now: datetime,
) -> bool:
    """Add the intent; False when this step for this person is already there."""
    contact = await crm.contact(tx, action.contact_id)
    if contact is None:
        raise Correctable("The recipient is not in the CRM.", code="unknown_contact", where=action.contact_id)
    due = next_window(now, contact.zones) or now + timedelta(days=1)
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
            "campaign_id": action.campaign_id,
            "contact_id": action.contact_id,
            "account_id": contact.account_id,
            "state": str(OutboxState.QUEUED),
            "due_at": due,
            "not_after": not_after,
            "message_id": message_id_of(action.key, sender),
            "made_at": now,
        },
    )
