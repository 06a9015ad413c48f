"""Choosing whom a campaign writes to: qualified, reachable, not suppressed, not in another campaign."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import Account, Contact, ContactStatus
from domain.campaigns import CampaignState
from domain.prospects import Reason
from runtime.store import crm
from runtime.store.tables import campaigns, drafts, prospects

OPEN = tuple(str(state) for state in (CampaignState.PLANNED, CampaignState.ASKED, CampaignState.RUNNING))
MOST_TOLD = 8  # colleagues named beside a mail
POOL = 5  # prospects looked at for each person wanted


@dataclass(frozen=True)
class Recipient:
    """A person to write to and why their company fits."""

    contact: Contact
    account: Account
    reasons: tuple[Reason, ...]

    @property
    def name(self) -> str:
        """How the person is named in lists."""
        person = self.contact.name or self.contact.email
        return f"{person}, {self.account.name}"


async def choose(
    tx: AsyncConnection, filters: dict[str, Any], limit: int
) -> tuple[list[Recipient], dict[str, int]]:
    """At most `limit` recipients, best fit first, and how many were left out for which reason."""
    country = filters["country"].upper() if filters.get("country") else None
    rows = await crm.prospect_rows(
        tx,
        country=country,
        industry=filters.get("industry"),
        qualified=True,
        limit=max(limit * POOL, 200),
    )
    people = await crm.contacts_of(tx, [row["account_id"] for row in rows])
    taken = await _in_open_campaigns(tx)
    chosen: list[Recipient] = []
    left_out: dict[str, int] = {}
    for row in rows:
        if len(chosen) >= limit:
            break
        contact, why = _person(people.get(row["account_id"], []), row, filters.get("role"), taken)
        if contact is None:
            left_out[why] = left_out.get(why, 0) + 1
            continue
        account = await crm.account(tx, row["account_id"])
        if account is not None:
            reasons = tuple(Reason.model_validate(reason) for reason in row["reasons"])
            chosen.append(Recipient(contact, account, reasons))
    return chosen, left_out


async def recipients_of(tx: AsyncConnection, contact_ids: Sequence[str]) -> list[Recipient]:
    """These people with why their companies fit; who is gone or cannot be reached is left out."""
    found = []
    for contact_id in contact_ids:
        contact = await crm.contact(tx, contact_id)
        account = await crm.account(tx, contact.account_id) if contact else None
        if contact is None or account is None or not contact.email or contact.status is ContactStatus.ERASED:
            continue
        query = select(prospects.c.reasons).where(prospects.c.account_id == account.id)
        reasons = (await tx.execute(query)).scalars().first() or []
        found.append(Recipient(contact, account, tuple(Reason.model_validate(one) for one in reasons)))
    return found


def _person(
    people: list[Contact], row: dict[str, Any], role: str | None, taken: set[str]
) -> tuple[Contact | None, str]:
    """The person to write to at one company, or why there is none."""
    alive = [one for one in people if one.status is not ContactStatus.ERASED]
    if role:
        alive = [one for one in alive if one.role == role]
        if not alive:
            return None, "have nobody in that role"
    reachable = [one for one in alive if one.email]
    if not reachable:
        return None, "show no e-mail address"
    timed = [one for one in reachable if one.zones]
    if not timed:
        return None, "have an unknown time zone"
    if any(one.id in taken for one in timed):
        return None, "are in another campaign"
    timed.sort(key=lambda one: (one.id != row["contact_id"], not one.name))
    return timed[0], ""


def passed_over(colleagues: Sequence[Contact]) -> tuple[str, ...]:
    """The colleagues who are not written to, by id, each with the reason."""
    return tuple(
        f"{one.id}: {_reason_left(one)}" for one in colleagues if one.status is not ContactStatus.ERASED
    )[:MOST_TOLD]


def _reason_left(one: Contact) -> str:
    if not one.email:
        return "shows no e-mail address"
    return "another person of the company fits better" if one.zones else "has an unknown time zone"


async def _in_open_campaigns(tx: AsyncConnection) -> set[str]:
    query = (
        select(drafts.c.contact_id)
        .join(campaigns, campaigns.c.id == drafts.c.campaign_id)
        .where(campaigns.c.state.in_(OPEN), drafts.c.dropped.is_(False))
    )
    return set((await tx.execute(query)).scalars())
