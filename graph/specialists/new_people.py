"""Somebody we learn of by mail at a company we know: a candidate of that company, recorded so that it can be undone."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import Contact
from domain.ids import Ids, derived
from domain.labels import Label
from runtime.store import crm

_LONGEST_NAME, _LONGEST_TITLE = 80, 100


async def met(
    tx: AsyncConnection,
    ids: Ids,
    *,
    address: str,
    name: str,
    title: str = "",
    like: Contact,
    label: Label,
    cause: str,
    now: datetime,
) -> Contact:
    """Record a candidate at the company of `like`, who works where they work, as far as we know."""
    contact = Contact(
        id=derived("con", "mail", address.lower()),
        account_id=like.account_id,
        name=_plain(name)[:_LONGEST_NAME],
        title=_plain(title)[:_LONGEST_TITLE],
        email=address.lower(),
        zones=like.zones,
        language=like.language,
        label=label,
    )
    batch = derived("bat", "mail", cause, contact.id)
    change = crm.Change("contacts", contact.id, crm.contact_columns(contact, now, batch))
    await crm.write_changes(tx, [change], batch_id=batch, cause=cause, ids=ids, at=now)
    return contact


def _plain(text: str) -> str:
    return " ".join("".join(char for char in text if char.isprintable()).split())
