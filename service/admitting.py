"""A colleague who got our mail passed on and writes to us: a contact of the same company, with a thread of their own.

Only when the receiving server confirms the sender, their address lies at the company we wrote to, and their mail
names one of ours. It may be somebody we knew and never wrote to. Everybody else stays with a person.
"""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import derived
from domain.labels import Integrity, Label
from domain.leads import LeadState
from domain.mail import Authenticated, InboundMail, MailKind
from graph.specialists.new_people import met
from runtime.store import audit, crm, threads
from service.bootstrap import House
from tools.read.identity import company_domain
from tools.read.mail.threading import PlacedBy, Placement

_BY = frozenset({PlacedBy.COLLEAGUE, PlacedBy.FORWARD})


async def admitted(
    tx: AsyncConnection, house: House, mail: InboundMail, placed: Placement, *, cause: str, now: datetime
) -> Placement:
    """The placement of a colleague's mail in a thread of their own; any other placement as it is."""
    claimed = placed.claimed_thread_id if _may(mail, placed) else None
    thread = await threads.one(tx, claimed) if claimed else None
    known = await crm.contact(tx, thread["contact_id"]) if thread else None
    if mail.sender is None or thread is None or known is None or known.account_id != placed.account_id:
        return placed
    if company_domain(known.email) != company_domain(mail.sender.domain):
        return placed
    address = mail.sender.address.lower()
    label = Label(integrity=Integrity.MAIL, origin=f"mail:{cause}")
    contact = await crm.contact(tx, placed.contact_id) if placed.contact_id else None
    contact = contact or await met(
        tx, house.ids, address=address, name=mail.sender.name, like=known, label=label, cause=cause, now=now
    )
    own = {
        "id": derived("thr", thread["id"], contact.id),
        "contact_id": contact.id,
        "account_id": contact.account_id,
        "campaign_id": thread["campaign_id"],
        "subject": thread["subject"],
        "state": str(LeadState.REPLIED),
        "reason": "A colleague passed our mail on to them.",
        "last_in_at": now,
        "made_at": now,
        "label": label,
    }
    await threads.make(tx, own)
    body = {"contact": contact.id, "account": contact.account_id, "of": known.id, "inbound": cause}
    await audit.append(tx, at=now, kind="colleague_met", subject=contact.id, by="inbox", body=body)
    because = "A colleague of somebody we wrote to answers our mail."
    return replace(placed, because=because, thread_id=own["id"], contact_id=contact.id)


def _may(mail: InboundMail, placed: Placement) -> bool:
    proven = mail.authenticated is Authenticated.YES and mail.kind is MailKind.HUMAN
    fresh = placed.thread_id is None and bool(placed.account_id)
    return proven and fresh and (placed.contact_id is not None or placed.reason in _BY)
