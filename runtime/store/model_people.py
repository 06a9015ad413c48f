"""Prospects as a model is asked about them, and touches it has not spoken of yet. Reads only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import Account, Contact
from domain.experience import Known
from domain.prospects import Prospect
from runtime.store.crm import account_of, contacts_of, prospect_of
from runtime.store.experience_tables import made_touches
from runtime.store.model_tables import model_scores
from runtime.store.rows import CHUNK
from runtime.store.tables import accounts, prospects


@dataclass(frozen=True)
class Candidate:
    """A prospect, its company, and the person who would be written to, if anybody is known."""

    prospect: Prospect
    account: Account
    contact: Contact | None


async def candidates(tx: AsyncConnection, prospect_ids: Sequence[str]) -> list[Candidate]:
    """These prospects with what is known of them; what is gone is left out."""
    found: list[Candidate] = []
    for start in range(0, len(prospect_ids), CHUNK):
        wanted = prospect_ids[start : start + CHUNK]
        rows = (await tx.execute(select(prospects).where(prospects.c.id.in_(wanted)))).mappings().all()
        ids = sorted({row["account_id"] for row in rows})
        people = await contacts_of(tx, ids)
        query = select(accounts).where(accounts.c.id.in_(ids))
        known = {row["id"]: account_of(row) for row in (await tx.execute(query)).mappings()}
        for row in rows:
            account = known.get(row["account_id"])
            if account is not None:
                theirs = people.get(account.id, [])
                found.append(Candidate(prospect_of(row), account, _written_to(theirs, row["contact_id"])))
    return found


def _written_to(people: Sequence[Contact], wanted: str | None) -> Contact | None:
    chosen = [one for one in people if one.id == wanted] or [one for one in people if one.email] or people
    return chosen[0] if chosen else None


async def unspoken(
    tx: AsyncConnection, model_id: str, after: datetime, limit: int
) -> list[tuple[str, int, dict[str, Known]]]:
    """Touches decided after a moment of which this model said nothing yet: key, step and what was known then."""
    mine = (model_scores.c.subject == made_touches.c.key) & (model_scores.c.model_id == model_id)
    query = (
        select(made_touches.c.key, made_touches.c.step, made_touches.c.features)
        .outerjoin(model_scores, mine)
        .where(made_touches.c.at > after, model_scores.c.subject.is_(None))
        .order_by(made_touches.c.at, made_touches.c.key)
        .limit(limit)
    )
    return [(row.key, row.step, row.features) for row in await tx.execute(query)]
