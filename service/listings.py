"""Lists of records for programs, page by page, and single records. Reads only; screens have models of their own."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, String, cast, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import Correctable
from graph.specialists.showing import prospect_json
from runtime.store import crm, paging
from runtime.store.tables import (
    accounts,
    audit,
    campaigns,
    contacts,
    conversations,
    decisions,
    drafts,
    messages,
    proposals,
    prospects,
)
from runtime.store.talk_tables import meetings
from service import cursors
from service.bootstrap import House

Page = dict[str, Any]
Row = dict[str, Any]
_LABEL = {"integrity", "readers", "origin"}


@dataclass(frozen=True)
class Look:
    """Which page: after which row, and how many."""

    cursor: str = ""
    limit: int = 100


async def companies(house: House, look: Look, country: str = "") -> Page:
    """Companies, the newest first."""
    query = select(*_without(accounts, "normal_name", "batch_id"))
    if country:
        query = query.where(accounts.c.country == country.upper())
    return await _page(house, query, accounts.c.made_at, accounts.c.id, look)


async def people(house: House, look: Look, company: str = "") -> Page:
    """People at companies, the newest first."""
    query = select(*_without(contacts, "batch_id"))
    if company:
        query = query.where(contacts.c.account_id == company)
    return await _page(house, query, contacts.c.made_at, contacts.c.id, look)


async def all_campaigns(house: House, look: Look) -> Page:
    """Campaigns, the newest first; `rainmaker campaign report` and /campaigns/{id} tell how one stands."""
    query = select(
        campaigns.c.id, campaigns.c.name, campaigns.c.state, campaigns.c.plan_version, campaigns.c.made_at
    )
    return await _page(house, query, campaigns.c.made_at, campaigns.c.id, look)


async def drafts_of(house: House, campaign_id: str, look: Look) -> Page:
    """Drafts of a campaign in their order, each with its exact text.

    Raises:
        Correctable: unknown_campaign.
    """
    async with house.database.read() as tx:
        await _must_exist(tx, campaigns.c.id, campaign_id, "campaign")
    query = select(*_without(drafts)).where(drafts.c.campaign_id == campaign_id)
    return await _page(house, query, drafts.c.position, drafts.c.id, look, down=False)


async def decided(house: House, look: Look, verdict: str = "", action: str = "") -> Page:
    """Decisions of the gate, the newest first."""
    query = _decisions()
    if verdict:
        query = query.where(decisions.c.verdict == verdict)
    if action:
        query = query.where(proposals.c.kind == action)
    return await _page(house, query, decisions.c.made_at, decisions.c.id, look)


async def met(house: House, look: Look, state: str = "") -> Page:
    """Meetings, the newest invitation first."""
    query = select(*_without(meetings, "body", "uid"))
    if state:
        query = query.where(meetings.c.state == state)
    return await _page(house, query, meetings.c.made_at, meetings.c.id, look)


async def talks_of(house: House, who: str, look: Look) -> Page:
    """A person's own conversations with the copilot, the newest first."""
    query = select(conversations.c.id, conversations.c.title, conversations.c.made_at)
    query = query.where(conversations.c.user_id == who)
    return await _page(house, query, conversations.c.made_at, conversations.c.id, look)


async def said_in(house: House, who: str, conversation_id: str, look: Look) -> Page:
    """What was said in a person's own conversation, the newest first.

    Raises:
        Correctable: unknown_conversation.
    """
    async with house.database.read() as tx:
        await _must_exist(
            tx, conversations.c.id, conversation_id, "conversation", conversations.c.user_id == who
        )
    query = select(messages.c.id, messages.c.role, messages.c.text, messages.c.at)
    query = query.where(messages.c.conversation_id == conversation_id)
    return await _page(house, query, messages.c.at, messages.c.id, look)


@dataclass(frozen=True)
class ProspectFilter:
    """Which prospects; empty means all."""

    country: str = ""
    industry: str = ""
    role: str = ""
    min_fit: float | None = None
    qualified: bool | None = None


async def prospects_page(house: House, look: Look, which: ProspectFilter) -> Page:
    """Prospects, the best fit first."""
    query = select(prospects.c.id).join(accounts, prospects.c.account_id == accounts.c.id)
    query = query.outerjoin(contacts, prospects.c.contact_id == contacts.c.id)
    wanted = (
        (accounts.c.country, which.country.upper()),
        (accounts.c.industry, which.industry),
        (contacts.c.role, which.role),
    )
    query = query.where(*(column == value for column, value in wanted if value))
    if which.qualified is not None:
        query = query.where(prospects.c.qualified == which.qualified)
    if which.min_fit is not None:
        query = query.where(prospects.c.fit >= which.min_fit)
    page = await _page(house, query, prospects.c.fit, prospects.c.id, look)
    ids = [row["id"] for row in page["items"]]
    async with house.database.read() as tx:
        rows = {row["id"]: row for row in await crm.prospect_rows(tx, ids=ids, limit=look.limit)}
    return {**page, "items": [prospect_json(rows[one]) for one in ids if one in rows]}


async def recorded(house: House, look: Look, kind: str = "") -> Page:
    """Records of the audit chain, the newest first."""
    query = select(*audit.c, cast(audit.c.seq, String).label("id"))
    if kind:
        query = query.where(audit.c.kind == kind)
    return await _page(house, query, audit.c.seq, audit.c.hash, look)


async def check_conversation(house: House, who: str, conversation_id: str) -> None:
    """Let somebody go on with a conversation that is theirs or not begun yet.

    Raises:
        Correctable: unknown_conversation – it is somebody else's.
    """
    query = select(conversations.c.user_id).where(conversations.c.id == conversation_id)
    async with house.database.read() as tx:
        owner = (await tx.execute(query)).scalar_one_or_none()
    if owner not in (None, "", who):
        raise _unknown("conversation", conversation_id)


async def one_company(house: House, wanted: str) -> Row:
    """A company with its people.

    Raises:
        Correctable: unknown_company.
    """
    async with house.database.read() as tx:
        row = await _one(tx, select(*_without(accounts, "normal_name")), accounts.c.id, wanted, "company")
        staff = select(*_without(contacts)).where(contacts.c.account_id == wanted).order_by(contacts.c.id)
        return {**row, "people": await _rows(tx, staff.limit(cursors.MOST))}


async def one_person(house: House, wanted: str) -> Row:
    """A person.

    Raises:
        Correctable: unknown_contact.
    """
    async with house.database.read() as tx:
        return await _one(tx, select(*_without(contacts)), contacts.c.id, wanted, "contact")


async def one_prospect(house: House, wanted: str) -> Row:
    """A prospect with reasons and evidence.

    Raises:
        Correctable: unknown_prospect.
    """
    async with house.database.read() as tx:
        rows = await crm.prospect_rows(tx, ids=[wanted], limit=1)
    if not rows:
        raise _unknown("prospect", wanted)
    return prospect_json(rows[0])


async def one_decision(house: House, wanted: str) -> Row:
    """A decision with its rules and risk.

    Raises:
        Correctable: unknown_decision.
    """
    query = _decisions().add_columns(decisions.c.hits, decisions.c.risk, proposals.c.reason)
    async with house.database.read() as tx:
        return await _one(tx, query, decisions.c.id, wanted, "decision")


async def one_meeting(house: House, wanted: str) -> Row:
    """A meeting.

    Raises:
        Correctable: unknown_meeting.
    """
    async with house.database.read() as tx:
        return await _one(tx, select(*_without(meetings)), meetings.c.id, wanted, "meeting")


def _decisions() -> Any:
    return select(
        decisions.c.id,
        proposals.c.kind.label("action"),
        decisions.c.verdict,
        decisions.c.score,
        decisions.c.proposal_id,
        proposals.c.actor,
        proposals.c.cause,
        decisions.c.policy_version,
        decisions.c.made_at,
    ).join(proposals, proposals.c.id == decisions.c.proposal_id)


async def _page(
    house: House, query: Any, key: Column[Any], ident: Column[Any], look: Look, *, down: bool = True
) -> Page:
    after = cursors.place_in(look.cursor)
    try:
        async with house.database.read() as tx:
            found = await paging.page(tx, query, key, ident, after=after, size=look.limit, down=down)
    except Correctable as error:
        raise cursors.bad() from error
    items = [{name: _plain(value) for name, value in row.items() if name != "page_key"} for row in found.rows]
    return {"items": items, "next_cursor": cursors.at_place(found.next) if found.next else None}


async def _one(tx: AsyncConnection, query: Any, key: Column[Any], wanted: str, what: str) -> Row:
    rows = await _rows(tx, query.where(key == wanted))
    if not rows:
        raise _unknown(what, wanted)
    return rows[0]


async def _must_exist(tx: AsyncConnection, key: Column[Any], wanted: str, what: str, *more: Any) -> None:
    if (await tx.execute(select(key).where(key == wanted, *more))).first() is None:
        raise _unknown(what, wanted)


def _unknown(what: str, wanted: str) -> Correctable:
    return Correctable(f"There is no {what} {wanted[:60]}.", code=f"unknown_{what}", where=wanted[:60])


async def _rows(tx: AsyncConnection, query: Any) -> list[Row]:
    found = (await tx.execute(query)).mappings()
    return [{str(key): _plain(value) for key, value in row.items()} for row in found]


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _without(table: Any, *names: str) -> list[Column[Any]]:
    """Columns a program may want: no labels, no keys of ours."""
    return [one for one in table.c if one.name not in _LABEL and one.name not in names]
