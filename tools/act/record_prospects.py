"""Writing a staged batch of companies and people into the CRM, merged with what is there, as diffs."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import Account, CompanyFacts, Contact, ContactStatus
from domain.actions import RecordProspects
from domain.found import FoundCompany, FoundPerson
from domain.ids import Ids
from domain.knowledge import Evidence
from runtime.store import crm, knowledge, staging
from runtime.store.crm import Change
from runtime.store.rows import label_columns
from runtime.store.tables import accounts, contacts, prospects
from tools.read.identity import normal_name


@dataclass
class Recorded:
    """What became of the batch's rows, each counted once, and how many people are new."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    people: int = 0


@dataclass
class _Known:
    """Where existing companies and people are found again; grows with the batch."""

    by_domain: dict[str, str] = field(default_factory=dict)
    by_name: dict[tuple[str, str], str] = field(default_factory=dict)
    by_email: dict[str, str] = field(default_factory=dict)
    made: set[str] = field(default_factory=set)  # ids of rows this batch made


@dataclass(frozen=True)
class _Work:
    """What every step of the batch needs."""

    tx: AsyncConnection
    action: RecordProspects
    known: _Known
    ids: Ids
    now: datetime


async def record_prospects(
    tx: AsyncConnection, action: RecordProspects, *, ids: Ids, now: datetime
) -> Recorded:
    """Apply the batch. Existing companies are filled in, never overwritten with less."""
    work = _Work(tx, action, await _known(tx), ids, now)
    done = Recorded()
    async for rows in staging.staged(tx, action.batch_id):
        changes: list[Change] = []
        for body in rows:
            found = FoundCompany.model_validate(body)
            own = await _company(work, found)
            _tally(done, own)
            changes += own
        await crm.write_changes(tx, changes, batch_id=action.batch_id, cause=action.batch_id, ids=ids, at=now)
    await staging.clear(tx, action.batch_id)
    return done


def _tally(done: Recorded, changes: list[Change]) -> None:
    real = [change for change in changes if change.difference and change.table != "prospects"]
    new = [change for change in real if change.before is None]
    done.people += sum(change.table == "contacts" for change in new)
    if new:
        done.created += 1
    elif real:
        done.updated += 1
    else:
        done.unchanged += 1


async def _known(tx: AsyncConnection) -> _Known:
    known = _Known()
    query = select(accounts.c.id, accounts.c.domain, accounts.c.normal_name, accounts.c.country)
    for row in await tx.execute(query):
        if row.domain:
            known.by_domain[row.domain] = row.id
        known.by_name[(row.normal_name, row.country)] = row.id
    for row in await tx.execute(select(contacts.c.id, contacts.c.email).where(contacts.c.email != "")):
        known.by_email[row.email.lower()] = row.id
    return known


async def _company(work: _Work, found: FoundCompany) -> list[Change]:
    name_key = (normal_name(found.name), found.country)
    known = work.known
    account_id = known.by_domain.get(found.domain) if found.domain else known.by_name.get(name_key)
    fresh = account_id is None
    if account_id is None:
        account_id = work.ids.new("acc")
        known.made.add(account_id)
    known.by_name.setdefault(name_key, account_id)
    if found.domain:
        known.by_domain[found.domain] = account_id
    changes = (
        []
        if account_id in known.made and not fresh
        else await _account_change(work, found, account_id, fresh)
    )
    people = [change for person in found.people for change in await _person(work, person, account_id, found)]
    changes += people
    if fresh or account_id not in known.made:
        changes += await _prospect_change(work, found, account_id, people, fresh)
    await knowledge.keep_evidence(work.tx, account_id, evidence_of(found))
    if found.pages:
        await knowledge.keep_pages(work.tx, account_id, found.pages)
    return changes


async def _row(tx: AsyncConnection, table: Table, row_id: str) -> dict[str, Any]:
    return dict((await tx.execute(select(table).where(table.c.id == row_id))).mappings().one())


_FIXED = ("made_at", "batch_id", "integrity", "readers", "origin", "account_id", "status", "facts")


def _filled(after: dict[str, Any], before: dict[str, Any], better: bool) -> dict[str, Any]:
    """Columns worth changing: blanks are filled; what is there changes only for something trusted as much."""
    given = {key: value for key, value in after.items() if value not in (None, "", []) and key not in _FIXED}
    return {key: value for key, value in given.items() if better or before.get(key) in (None, "", [])}


async def _account_change(work: _Work, found: FoundCompany, account_id: str, fresh: bool) -> list[Change]:
    account = Account(
        id=account_id,
        name=found.name or found.domain,
        domain=found.domain,
        country=found.country,
        city=found.city,
        industry=found.industry,
        staff_min=found.staff_min,
        staff_max=found.staff_max,
        facts=found.facts,
        label=found.label,
    )
    after = crm.account_columns(account, normal_name(account.name), work.now, work.action.batch_id)
    if fresh:
        return [Change("accounts", account_id, after)]
    before = await _row(work.tx, accounts, account_id)
    kept = _filled(after, before, found.label.integrity >= before["integrity"])
    if after["facts"] is not None:
        kept["facts"] = after["facts"]  # what the site shows now
    return [Change("accounts", account_id, kept, before)]


async def _person(work: _Work, person: FoundPerson, account_id: str, found: FoundCompany) -> list[Change]:
    key = person.email.lower()
    contact_id = work.known.by_email.get(key) if key else None
    if contact_id in work.known.made:
        return []
    status = ContactStatus.CONTACT if work.action.source == "import" else ContactStatus.CANDIDATE
    contact = Contact(
        id=contact_id or work.ids.new("con"),
        account_id=account_id,
        name=person.name,
        title=person.title,
        role=person.role,
        email=person.email,
        zones=person.zones,
        language=person.language,
        status=status,
        label=found.label,
    )
    after = crm.contact_columns(contact, work.now, work.action.batch_id)
    if contact_id is not None:
        before = await _row(work.tx, contacts, contact_id)
        return [
            Change(
                "contacts",
                contact_id,
                _filled(after, before, found.label.integrity >= before["integrity"]),
                before,
            )
        ]
    if not key and await _same_person(work.tx, account_id, person.name):
        return []
    work.known.made.add(contact.id)
    if key:
        work.known.by_email[key] = contact.id
    return [Change("contacts", contact.id, after)]


async def _same_person(tx: AsyncConnection, account_id: str, name: str) -> bool:
    query = select(contacts.c.id).where(contacts.c.account_id == account_id, contacts.c.name == name).limit(1)
    return (await tx.execute(query)).scalar_one_or_none() is not None


async def _prospect_change(
    work: _Work, found: FoundCompany, account_id: str, people: list[Change], fresh: bool
) -> list[Change]:
    before: dict[str, Any] | None = None
    if not fresh:
        query = select(prospects).where(prospects.c.account_id == account_id)
        row = (await work.tx.execute(query)).mappings().one_or_none()
        before = {str(key): value for key, value in row.items()} if row else None
    contact_id = before["contact_id"] if before else None
    if contact_id is None and people:
        contact_id = people[0].row_id
    after: dict[str, Any] = {
        "account_id": account_id,
        "contact_id": contact_id,
        "icp_id": found.icp_id,
        "fit": found.fit.value if found.fit else 0.0,
        "qualified": found.fit.qualified if found.fit else False,
        "verdict": found.fit.verdict if found.fit else "Not scored yet.",
        "reasons": [reason.model_dump(mode="json") for reason in found.fit.reasons] if found.fit else [],
        "scored_at": work.now,
    }
    if before is None:
        return [Change("prospects", work.ids.new("pro"), {**after, **label_columns(found.label)})]
    if before["overruled_by"] or found.fit is None:
        return []
    return [Change("prospects", before["id"], after, before)]


def evidence_of(found: FoundCompany) -> list[Evidence]:
    """Every quote a found company rests on."""
    quotes = [person.evidence for person in found.people if person.evidence]
    if found.facts:
        quotes += facts_evidence(found.facts)
    return quotes


def facts_evidence(facts: CompanyFacts) -> list[Evidence]:
    """Every quote behind a company's facts."""
    several = (facts.industries, facts.technologies, facts.signals, facts.emails, facts.phones)
    quotes = [fact.evidence for group in several for fact in group]
    quotes += [fact.evidence for fact in (facts.country, facts.city, facts.summary) if fact]
    quotes += [person.evidence for person in facts.people]
    return quotes + ([facts.staff_evidence] if facts.staff_evidence else [])
