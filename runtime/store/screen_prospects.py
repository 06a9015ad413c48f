"""Prospects as screens show them: found by words and filters, best fit first, and one company's. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store import paging
from runtime.store.paging import Page
from runtime.store.screen_lists import text_matches
from runtime.store.tables import accounts, contacts, crm_changes, prospects
from runtime.store.talk_tables import meetings, threads

_JOINED = prospects.join(accounts, prospects.c.account_id == accounts.c.id).outerjoin(
    contacts, prospects.c.contact_id == contacts.c.id
)


@dataclass(frozen=True)
class ProspectFilter:
    """Which prospects; `lead` is where the talk with their person stands ("none": nobody wrote yet)."""

    text: str = ""
    country: str = ""
    industry: str = ""
    qualified: bool | None = None
    lead: str = ""

    def where(self) -> list[ColumnElement[bool]]:
        """As conditions on prospects, accounts and contacts."""
        names = (accounts.c.name, accounts.c.domain, contacts.c.name, contacts.c.email)
        found = [text_matches(self.text, *names)] if self.text else []
        found += [accounts.c.country == self.country] if self.country else []
        found += [accounts.c.industry == self.industry] if self.industry else []
        found += [prospects.c.qualified == self.qualified] if self.qualified is not None else []
        if self.lead:
            talks = select(threads.c.account_id)
            is_none = self.lead == "none"
            talks = talks if is_none else talks.where(threads.c.state == self.lead)
            named = prospects.c.account_id
            found.append(named.not_in(talks) if is_none else named.in_(talks))
        return found

    @property
    def is_plain(self) -> bool:
        """True when only the table of prospects itself is asked."""
        return not (self.text or self.country or self.industry)


async def page(tx: AsyncConnection, wanted: ProspectFilter, *, after: str = "", size: int = 40) -> Page:
    """Prospects with company and person, best fit first."""
    columns = (
        prospects.c.id, prospects.c.fit, prospects.c.qualified, prospects.c.verdict, prospects.c.account_id,
        accounts.c.name.label("account"), accounts.c.domain, accounts.c.country, accounts.c.industry,
        contacts.c.id.label("contact_id"), contacts.c.name.label("contact"), contacts.c.title,
    )  # fmt: skip
    query = select(*columns).select_from(_JOINED).where(*wanted.where())
    return await paging.page(tx, query, prospects.c.fit, prospects.c.id, after=after, size=size)


async def count(tx: AsyncConnection, wanted: ProspectFilter) -> int:
    """How many prospects these are."""
    query: Select[Any] = select(func.count())
    query = query.select_from(prospects if wanted.is_plain else _JOINED)
    return int((await tx.execute(query.where(*wanted.where()))).scalar_one())


async def lead_states(tx: AsyncConnection, account_ids: Sequence[str]) -> dict[str, str]:
    """Where the newest talk with each of these companies stands."""
    query = select(threads.c.account_id, threads.c.state).where(threads.c.account_id.in_(list(account_ids)))
    return {row.account_id: row.state for row in await tx.execute(query.order_by(threads.c.made_at))}


async def choices(tx: AsyncConnection, column: str, most: int = 40) -> list[tuple[str, int]]:
    """The commonest countries or industries of companies, for a filter."""
    named = accounts.c[column]
    query = (
        select(named, func.count()).where(named != "").group_by(named).order_by(func.count().desc(), named)
    )
    return [(name, number) for name, number in (await tx.execute(query.limit(most))).all()]


async def account_of(tx: AsyncConnection, wanted: str) -> str | None:
    """The company of a prospect, a person, a talk, a meeting or itself, by id."""
    for table, column in (
        (prospects, prospects.c.account_id),
        (contacts, contacts.c.account_id),
        (accounts, accounts.c.id),
        (threads, threads.c.account_id),
        (meetings, meetings.c.account_id),
    ):
        found = (await tx.execute(select(column).where(table.c.id == wanted))).scalar_one_or_none()
        if found is not None:
            return str(found)
    return None


async def of_account(tx: AsyncConnection, account_id: str) -> dict[str, Any] | None:
    """The prospect of a company."""
    query = select(prospects).where(prospects.c.account_id == account_id)
    row = (await tx.execute(query)).mappings().one_or_none()
    return dict(row) if row else None


async def changes_of(tx: AsyncConnection, record_ids: Sequence[str], most: int = 20) -> list[dict[str, Any]]:
    """The last changes of these records."""
    query = select(crm_changes).where(crm_changes.c.record_id.in_(list(record_ids)))
    query = query.order_by(crm_changes.c.at.desc(), crm_changes.c.id).limit(most)
    return [dict(row) for row in (await tx.execute(query)).mappings()]
