"""The screens of prospects: a page of them, and one company with its reasons, people, talks and mails."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import Account, Contact
from domain.errors import Correctable
from domain.prospects import Reason
from runtime.store import crm, deal_history, screen_lists, screen_prospects, threads
from runtime.store.screen_prospects import ProspectFilter
from service.bootstrap import House


@dataclass(frozen=True)
class Found:
    """One page of prospects, how many there are in all, and what may be chosen."""

    rows: tuple[dict[str, Any], ...]
    next: str
    count: int
    countries: tuple[tuple[str, int], ...]
    industries: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Company:
    """One company: whether it fits and why, who is there, what was said and sent."""

    account: Account
    prospect: dict[str, Any] | None
    reasons: tuple[Reason, ...]
    people: tuple[Contact, ...]
    talks: tuple[dict[str, Any], ...]
    history: tuple[dict[str, Any], ...]  # mails both ways and meetings, newest first; `side` says whose
    deals: tuple[dict[str, Any], ...]


async def found(house: House, wanted: ProspectFilter, *, after: str = "") -> Found:
    """Prospects of a filter, best fit first.

    Raises:
        Correctable: bad_page.
    """
    async with house.database.read() as tx:
        page = await screen_prospects.page(tx, wanted, after=after)
        states = await screen_prospects.lead_states(tx, [row["account_id"] for row in page.rows])
        rows = tuple({**row, "lead": states.get(row["account_id"], "")} for row in page.rows)
        return Found(
            rows=rows,
            next=page.next,
            count=await screen_prospects.count(tx, wanted),
            countries=tuple(await screen_prospects.choices(tx, "country")),
            industries=tuple(await screen_prospects.choices(tx, "industry")),
        )


async def company(house: House, wanted: str) -> Company:
    """The company of a prospect, a person or itself.

    Raises:
        Correctable: unknown_id.
    """
    async with house.database.read() as tx:
        account_id = await screen_prospects.account_of(tx, wanted)
        account = await crm.account(tx, account_id) if account_id else None
        if account is None:
            told = wanted[:60]
            raise Correctable(f"There is no company or person {told}.", code="unknown_id", where=told)
        return await _company(tx, account)


async def _company(tx: AsyncConnection, account: Account) -> Company:
    prospect = await screen_prospects.of_account(tx, account.id)
    people = (await crm.contacts_of(tx, [account.id])).get(account.id, [])
    talks = [row for one in people for row in await threads.of_contact(tx, one.id)]
    return Company(
        account=account,
        prospect=prospect,
        reasons=tuple(Reason.model_validate(one) for one in (prospect["reasons"] if prospect else ())),
        people=tuple(people),
        talks=tuple(talks),
        history=await _history(tx, [one.id for one in people]),
        deals=tuple(await deal_history.of_account(tx, account.id)),
    )


async def _history(tx: AsyncConnection, contact_ids: list[str]) -> tuple[dict[str, Any], ...]:
    """The last that was written and agreed with these people."""
    if not contact_ids:
        return ()
    ours = await screen_lists.mails(tx, screen_lists.MailFilter(contact_ids=contact_ids))
    theirs = await screen_lists.replies(tx, screen_lists.ReplyFilter(contact_ids=contact_ids))
    met = await screen_lists.meetings_page(tx, screen_lists.MeetingFilter(contact_ids=contact_ids), down=True)
    rows = [
        {**row, "side": side}
        for side, page in (("ours", ours), ("theirs", theirs), ("meeting", met))
        for row in page.rows
    ]
    return tuple(sorted(rows, key=lambda row: row["page_key"], reverse=True))
