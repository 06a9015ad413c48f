"""Accounts, contacts and prospects: reading them; and writing records as diffs that can be undone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, Text, bindparam, case, cast, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import Account, CompanyFacts, Contact, ContactStatus
from domain.ids import Ids
from domain.prospects import Fit, Prospect, Reason
from runtime.store.model_tables import REPLY_MODEL, model_scores
from runtime.store.rows import by, insert_many, label_columns, label_of
from runtime.store.tables import accounts, active_versions, contacts, crm_changes, drafts, prospects

TABLES: dict[str, Table] = {
    "accounts": accounts,
    "contacts": contacts,
    "prospects": prospects,
    "drafts": drafts,
}


def account_of(row: Any) -> Account:
    """An account from its row."""
    values = dict(row)
    facts = CompanyFacts.model_validate(values["facts"]) if values.get("facts") else None
    return Account(
        id=values["id"],
        name=values["name"],
        domain=values["domain"],
        country=values["country"],
        city=values["city"],
        industry=values["industry"],
        staff_min=values["staff_min"],
        staff_max=values["staff_max"],
        facts=facts,
        label=label_of(values),
    )


def contact_of(row: Any) -> Contact:
    """A contact from its row."""
    values = dict(row)
    return Contact(
        id=values["id"],
        account_id=values["account_id"],
        name=values["name"],
        title=values["title"],
        role=values["role"],
        email=values["email"],
        zones=tuple(values["zones"]),
        language=values["language"],
        status=ContactStatus(values["status"]),
        label=label_of(values),
    )


def prospect_of(row: Any) -> Prospect:
    """A prospect from its row; a person's overrule wins over the score's verdict."""
    fit = Fit(
        value=row["fit"],
        qualified=row["qualified"],
        verdict=row["verdict"],
        reasons=tuple(Reason.model_validate(reason) for reason in row["reasons"]),
    )
    return Prospect(
        id=row["id"],
        account_id=row["account_id"],
        contact_id=row["contact_id"],
        icp_id=row["icp_id"],
        fit=fit,
    )


async def account(tx: AsyncConnection, account_id: str) -> Account | None:
    """One account."""
    row = (await tx.execute(by(accounts.c.id), {"id": account_id})).mappings().one_or_none()
    return account_of(row) if row else None


async def contact(tx: AsyncConnection, contact_id: str) -> Contact | None:
    """One contact."""
    row = (await tx.execute(by(contacts.c.id), {"id": contact_id})).mappings().one_or_none()
    return contact_of(row) if row else None


@dataclass(frozen=True)
class Recipient:
    """A person to write to, with their company's name and country (empty when unknown)."""

    contact: Contact
    company: str
    country: str


async def recipient(tx: AsyncConnection, contact_id: str) -> Recipient | None:
    """One contact with what a mail to them must know of their company."""
    row = (await tx.execute(_RECIPIENT, {"of": contact_id})).mappings().one_or_none()
    return Recipient(contact_of(row), row["company"] or "", row["country"] or "") if row else None


_RECIPIENT = (
    select(contacts, accounts.c.name.label("company"), accounts.c.country)
    .outerjoin(accounts, accounts.c.id == contacts.c.account_id)
    .where(contacts.c.id == bindparam("of"))
)


async def prospect(tx: AsyncConnection, prospect_id: str) -> Prospect | None:
    """One prospect."""
    row = (await tx.execute(select(prospects).where(prospects.c.id == prospect_id))).mappings().one_or_none()
    return prospect_of(row) if row else None


async def contacts_of(tx: AsyncConnection, account_ids: Sequence[str]) -> dict[str, list[Contact]]:
    """Contacts by account id."""
    found: dict[str, list[Contact]] = {}
    for start in range(0, len(account_ids), 400):
        query = select(contacts).where(contacts.c.account_id.in_(account_ids[start : start + 400]))
        for row in (await tx.execute(query.order_by(contacts.c.id))).mappings():
            found.setdefault(row["account_id"], []).append(contact_of(row))
    return found


async def colleagues_of(tx: AsyncConnection, contact_ids: Sequence[str]) -> dict[str, list[Contact]]:
    """The others at each contact's account, by contact id."""
    own = contacts.alias("own")
    found: dict[str, list[Contact]] = {}
    for start in range(0, len(contact_ids), 400):
        query = (
            select(own.c.id.label("of"), contacts)
            .join(contacts, (contacts.c.account_id == own.c.account_id) & (contacts.c.id != own.c.id))
            .where(own.c.id.in_(contact_ids[start : start + 400]))
            .order_by(contacts.c.id)
        )
        for row in (await tx.execute(query)).mappings():
            found.setdefault(row["of"], []).append(contact_of(row))
    return found


@dataclass(frozen=True)
class Change:
    """One row to make (`before` is None) or to change; only differing columns are written."""

    table: str
    row_id: str
    after: dict[str, Any]
    before: dict[str, Any] | None = None

    @property
    def difference(self) -> dict[str, Any]:
        """Columns that change."""
        if self.before is None:
            return self.after
        return {key: value for key, value in self.after.items() if self.before.get(key) != value}


async def write_changes(
    tx: AsyncConnection, changes: Sequence[Change], *, batch_id: str, cause: str, ids: Ids, at: datetime
) -> int:
    """Write rows and remember each difference, so that the batch can be undone; returns rows touched."""
    real = [change for change in changes if change.difference]
    for name, table in TABLES.items():
        made = [{"id": one.row_id, **one.after} for one in real if one.table == name and one.before is None]
        await insert_many(tx, table, made)
    for change in real:
        if change.before is not None:
            table = TABLES[change.table]
            await tx.execute(update(table).where(table.c.id == change.row_id).values(**change.difference))
    await insert_many(
        tx, crm_changes, [_change_row(one, batch_id, cause, ids.new("chg"), at) for one in real]
    )
    return len(real)


def _change_row(change: Change, batch_id: str, cause: str, change_id: str, at: datetime) -> dict[str, Any]:
    before = None if change.before is None else {key: change.before.get(key) for key in change.difference}
    return {
        "id": change_id,
        "batch_id": batch_id,
        "record": change.table,
        "record_id": change.row_id,
        "before": _json_ready(before),
        "after": _json_ready(change.difference),
        "cause": cause,
        "at": at,
    }


def _json_ready(values: dict[str, Any] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in values.items()}


def _revived(values: dict[str, Any]) -> dict[str, Any]:
    return {
        key: datetime.fromisoformat(value) if key.endswith("_at") and isinstance(value, str) else value
        for key, value in values.items()
    }


async def undo_batch(tx: AsyncConnection, batch_id: str, at: datetime) -> int:
    """Take back every change of a batch, newest first; returns how many rows changed."""
    query = select(crm_changes).where(crm_changes.c.batch_id == batch_id, crm_changes.c.undone_at.is_(None))
    changes = list(
        (await tx.execute(query.order_by(crm_changes.c.at.desc(), crm_changes.c.id.desc()))).mappings()
    )
    for change in changes:
        table = TABLES[change["record"]]
        where = table.c.id == change["record_id"]
        if change["before"] is None:
            await tx.execute(delete(table).where(where))
        else:
            await tx.execute(update(table).where(where).values(**_revived(change["before"])))
    await tx.execute(update(crm_changes).where(crm_changes.c.batch_id == batch_id).values(undone_at=at))
    return len(changes)


async def count(tx: AsyncConnection, table_name: str, **equal: object) -> int:
    """Rows of a table with these values."""
    table = TABLES[table_name]
    query = select(func.count()).select_from(table)
    for name, value in equal.items():
        query = query.where(table.c[name] == value)
    return int((await tx.execute(query)).scalar_one())


async def prospect_rows(
    tx: AsyncConnection,
    *,
    ids: Iterable[str] | None = None,
    country: str | None = None,
    industry: str | None = None,
    role: str | None = None,
    min_fit: float | None = None,
    qualified: bool | None = None,
    limit: int = 50,
) -> list[dict[str, Any]]:
    """Prospects joined with account and contact: qualified and most likely to answer first, else best fit first."""
    in_force = active_versions.c.kind == REPLY_MODEL
    said = (model_scores.c.subject == prospects.c.id) & (
        model_scores.c.model_id == active_versions.c.version_id
    )
    joined = (
        prospects.join(accounts, prospects.c.account_id == accounts.c.id)
        .outerjoin(contacts, prospects.c.contact_id == contacts.c.id)
        .outerjoin(active_versions, in_force)
        .outerjoin(model_scores, said)
    )
    query = select(
        prospects,
        accounts.c.name.label("account_name"),
        accounts.c.domain.label("account_domain"),
        accounts.c.country.label("account_country"),
        accounts.c.city.label("account_city"),
        accounts.c.industry.label("account_industry"),
        contacts.c.name.label("contact_name"),
        contacts.c.title.label("contact_title"),
        contacts.c.role.label("contact_role"),
        contacts.c.email.label("contact_email"),
        contacts.c.zones.label("contact_zones"),
        model_scores.c.chance,
        model_scores.c.reasons.label("chance_reasons"),
        model_scores.c.model_id.label("chance_model"),
    ).select_from(joined)
    conditions = {
        accounts.c.country: country,
        accounts.c.industry: industry,
        contacts.c.role: role,
        prospects.c.qualified: qualified,
    }
    for column, value in conditions.items():
        if value is not None:
            query = query.where(column == value)
    if min_fit is not None:
        query = query.where(prospects.c.fit >= min_fit)
    if ids is not None:
        query = query.where(prospects.c.id.in_(list(ids)))
    query = query.order_by(*_likely_first(), prospects.c.fit.desc(), prospects.c.id).limit(limit)
    return [dict(row) for row in (await tx.execute(query)).mappings()]


def _likely_first() -> tuple[Any, ...]:
    """Qualified ones first, by their chance; whoever has none yet counts as average. No model: all are equal here."""
    average = (
        select(func.avg(model_scores.c.chance))
        .join(active_versions, active_versions.c.version_id == model_scores.c.model_id)
        .where(active_versions.c.kind == REPLY_MODEL, model_scores.c.about == "prospect")
        .scalar_subquery()
    )
    hard_lines_win = case((average.is_not(None) & prospects.c.qualified, 1), else_=0)
    return hard_lines_win.desc(), func.coalesce(model_scores.c.chance, average, -1.0).desc()


def account_columns(value: Account, normal_name: str, made_at: datetime, batch_id: str) -> dict[str, Any]:
    """Column values of an account, without its id."""
    return {
        "name": value.name,
        "normal_name": normal_name,
        "domain": value.domain,
        "country": value.country,
        "city": value.city,
        "industry": value.industry,
        "staff_min": value.staff_min,
        "staff_max": value.staff_max,
        "facts": value.facts.model_dump(mode="json") if value.facts else None,
        "made_at": made_at,
        "batch_id": batch_id,
        **label_columns(value.label),
    }


def contact_columns(value: Contact, made_at: datetime, batch_id: str) -> dict[str, Any]:
    """Column values of a contact, without its id."""
    return {
        "account_id": value.account_id,
        "name": value.name,
        "title": value.title,
        "role": value.role,
        "email": value.email,
        "zones": list(value.zones),
        "language": value.language,
        "status": str(value.status),
        "facts": None,
        "made_at": made_at,
        "batch_id": batch_id,
        **label_columns(value.label),
    }


async def accounts_named(tx: AsyncConnection, name: str, limit: int) -> list[str]:
    """Ids of accounts whose name or domain begins like this, shortest first."""
    wanted = name.strip().lower().replace("%", "").replace("_", "")
    if not wanted:
        return []
    lowered = func.lower(accounts.c.name)
    query = (
        select(accounts.c.id)
        .where(lowered.startswith(wanted, autoescape=True) | (accounts.c.domain == wanted))
        .order_by(func.length(accounts.c.name))
        .limit(limit)
    )
    return list((await tx.execute(query)).scalars())


async def contact_names(tx: AsyncConnection, contact_ids: Sequence[str]) -> dict[str, str]:
    """`person, company` by contact id."""
    found: dict[str, str] = {}
    ids = list(dict.fromkeys(contact_ids))
    for start in range(0, len(ids), 400):
        query = (
            select(contacts.c.id, contacts.c.name, contacts.c.email, accounts.c.name.label("account"))
            .join(accounts, accounts.c.id == contacts.c.account_id)
            .where(contacts.c.id.in_(ids[start : start + 400]))
        )
        for row in await tx.execute(query):
            found[row.id] = f"{row.name or row.email}, {row.account}"
    return found


async def unread_domains(tx: AsyncConnection) -> list[str]:
    """Domains of companies we know only from a list: their own site was never read, the newest first."""
    unread = or_(accounts.c.facts.is_(None), cast(accounts.c.facts, Text) == "null")
    query = select(accounts.c.domain).where(accounts.c.domain != "", unread)
    return list((await tx.execute(query.order_by(accounts.c.made_at.desc(), accounts.c.id))).scalars())


async def accounts_of_batch(tx: AsyncConnection, batch_id: str) -> list[str]:
    """Accounts that a batch made (not those it changed)."""
    query = select(crm_changes.c.record_id, crm_changes.c.before).where(
        crm_changes.c.batch_id == batch_id,
        crm_changes.c.record == "accounts",
        crm_changes.c.undone_at.is_(None),
    )
    return [row.record_id for row in await tx.execute(query) if row.before is None]


async def prospects_named(tx: AsyncConnection, name: str, limit: int) -> list[str]:
    """Ids of prospects whose company or person is called like this, best fit first."""
    wanted = name.strip().lower().replace("%", "").replace("_", "")
    if len(wanted) < 2:
        return []
    query = (
        select(prospects.c.id)
        .join(accounts, prospects.c.account_id == accounts.c.id)
        .outerjoin(contacts, prospects.c.contact_id == contacts.c.id)
        .where(
            func.lower(accounts.c.name).startswith(wanted, autoescape=True)
            | func.lower(contacts.c.name).startswith(wanted, autoescape=True)
            | func.lower(contacts.c.name).contains(" " + wanted, autoescape=True)
        )
        .order_by(prospects.c.fit.desc(), prospects.c.id)
        .limit(limit)
    )
    return list((await tx.execute(query)).scalars())
