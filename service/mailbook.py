"""What threading asks of the store: threads, contacts and who else is known at a company. Reads only."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import ContactStatus
from runtime.store import threads
from runtime.store.tables import contacts, outbox
from runtime.store.talk_tables import threads as thread_rows
from tools.read.identity import company_domain
from tools.read.mail.threading import KnownContact, KnownThread

_ENDED = ("opted_out", "unreachable")


class MailBook:
    """The lookup for one mail in one transaction; `intents` are our own mails that it names, newest first."""

    def __init__(self, tx: AsyncConnection, intents: Sequence[dict[str, Any]]) -> None:
        self._tx = tx
        self._intents = intents

    async def thread_of(self, message_id: str) -> KnownThread | None:
        """The thread of a mail of ours, or of one that was filed before."""
        ours = [row for row in self._intents if row["message_id"] == message_id]
        if ours:
            return await self._thread_with(ours[0]["contact_id"], ours[0]["campaign_id"])
        filed = await threads.inbound_with_id(self._tx, [message_id])
        known = next((row["thread_id"] for row in filed if row["thread_id"]), "")
        row = await threads.one(self._tx, known) if known else None
        return await self._known(row) if row else None

    async def contact_with(self, address: str) -> KnownContact | None:
        """The contact with this address."""
        found = await threads.contacts_at(self._tx, address)
        return await self._contact(found[0]) if found else None

    async def open_threads(self, contact_id: str) -> Sequence[KnownThread]:
        """The contact's threads."""
        rows = await threads.of_contact(self._tx, contact_id)
        known = [await self._known(row) for row in rows if row["state"] not in _ENDED]
        return [one for one in known if one is not None]

    async def contacts_at(self, domain: str) -> Sequence[KnownContact]:
        """Contacts whose address lies in a registrable domain."""
        near = func.lower(contacts.c.email).like(f"%{domain.replace('%', '').replace('_', '')}")
        alive = contacts.c.status != ContactStatus.ERASED
        query = select(contacts.c.id, contacts.c.account_id, contacts.c.email).where(near, alive).limit(200)
        return [
            KnownContact(row.id, row.account_id, row.email)
            for row in await self._tx.execute(query)
            if company_domain(row.email.rpartition("@")[2]) == domain
        ]

    async def _thread_with(self, contact_id: str, campaign_id: str) -> KnownThread | None:
        rows = await threads.of_contact(self._tx, contact_id)
        same = [row for row in rows if row["campaign_id"] == campaign_id] or rows
        return await self._known(same[0]) if same else None

    async def _known(self, row: dict[str, Any]) -> KnownThread | None:
        contact = await self._contact(row["contact_id"])
        if contact is None:
            return None
        moments = [at for at in (row["last_in_at"], row["last_out_at"]) if at is not None]
        return KnownThread(row["id"], contact, row["subject"], max(moments, default=None))

    async def _contact(self, contact_id: str) -> KnownContact | None:
        row = (await self._tx.execute(_CONTACT, {"of": contact_id})).one_or_none()
        return KnownContact(row.id, row.account_id, row.email) if row else None


_CONTACT = select(contacts.c.id, contacts.c.account_id, contacts.c.email).where(
    contacts.c.id == bindparam("of")
)


async def without_thread(tx: AsyncConnection, limit: int = 500) -> list[dict[str, Any]]:
    """Mails of ours that left and whose person has no thread yet."""
    there = select(thread_rows.c.id).where(
        thread_rows.c.contact_id == outbox.c.contact_id, thread_rows.c.campaign_id == outbox.c.campaign_id
    )
    query = select(outbox).where(outbox.c.kind == "send_email", outbox.c.state == "sent", ~there.exists())
    return [dict(row) for row in (await tx.execute(query.limit(limit))).mappings()]
