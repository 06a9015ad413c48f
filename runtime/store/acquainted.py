"""What is known of many people at once: themselves, their company, how it fits, and the variant of their draft."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import Account, Contact
from domain.prospects import Prospect
from runtime.store.crm import account_of, contact_of, prospect_of
from runtime.store.rows import CHUNK
from runtime.store.tables import accounts, contacts, drafts, prospects


@dataclass(frozen=True)
class Acquaintance:
    """One person as we know them; `prospect` is None for somebody a person brought."""

    contact: Contact
    account: Account | None
    prospect: Prospect | None


async def acquainted(tx: AsyncConnection, contact_ids: Sequence[str]) -> dict[str, Acquaintance]:
    """What is known of these people, by contact id; who is not there is left out."""
    people = [contact_of(row) for row in await _rows(tx, contacts, contacts.c.id, contact_ids)]
    ids = sorted({one.account_id for one in people})
    companies = {row["id"]: account_of(row) for row in await _rows(tx, accounts, accounts.c.id, ids)}
    fits = {
        row["account_id"]: prospect_of(row) for row in await _rows(tx, prospects, prospects.c.account_id, ids)
    }
    return {
        one.id: Acquaintance(one, companies.get(one.account_id), fits.get(one.account_id)) for one in people
    }


async def variants(tx: AsyncConnection, draft_ids: Sequence[str]) -> dict[str, str]:
    """The variant of each draft."""
    return {row["id"]: row["variant"] for row in await _rows(tx, drafts, drafts.c.id, draft_ids)}


async def _rows(
    tx: AsyncConnection, table: Table, column: Column[Any], wanted: Sequence[str]
) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for start in range(0, len(wanted), CHUNK):
        query = select(table).where(column.in_(wanted[start : start + CHUNK]))
        found.extend(dict(row) for row in (await tx.execute(query)).mappings())
    return found
