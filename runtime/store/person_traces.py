"""Every place of the business database that says something about one person. Reads only."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, String, Table, Text, cast, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from runtime.store.deal_tables import stakeholders
from runtime.store.engine_tables import due, executors
from runtime.store.experience_tables import made_touches
from runtime.store.experiment_tables import experiment_units
from runtime.store.person_words import PersonWords
from runtime.store.tables import (
    accounts,
    active_versions,
    approval_items,
    audit,
    contacts,
    counters,
    crm_changes,
    decisions,
    drafts,
    metadata,
    outbox,
    policy_versions,
    proposals,
    prospects,
    suppressions,
    users,
)
from runtime.store.talk_tables import inbound, meetings, offers, threads

# Not searched: the chain and the suppression hashes stay, the others hold no words about customers.
KEPT = frozenset({audit, suppressions, users, active_versions, counters, policy_versions, executors, due})
Row = dict[str, Any]


@dataclass(frozen=True)
class Person:
    """One person: their contact rows and what they are called."""

    contact_ids: tuple[str, ...]
    account_ids: tuple[str, ...]
    words: PersonWords
    erased: bool = False


async def person(tx: AsyncConnection, wanted: str) -> Person | None:
    """Who is meant by a contact id or an address; rows with the same address are the same person."""
    address = wanted.strip().lower()
    named = contacts.c.id == wanted.strip()
    if "@" in address:
        named = func.lower(contacts.c.email) == address
    rows = [dict(row) for row in (await tx.execute(select(contacts).where(named))).mappings()]
    if not rows:
        return None
    addresses = sorted({row["email"].lower() for row in rows if row["email"]})
    if addresses:
        same = select(contacts).where(func.lower(contacts.c.email).in_(addresses))
        rows = [dict(row) for row in (await tx.execute(same)).mappings()]
    names = sorted({" ".join(row["name"].split()) for row in rows if row["name"].strip()})
    ids = [row["id"] for row in rows]
    own = [name for name in names if not await _shared(tx, name, ids)]
    return Person(
        contact_ids=tuple(ids),
        account_ids=tuple(sorted({row["account_id"] for row in rows})),
        words=PersonWords(tuple(addresses), tuple(own)),
        erased=all(row["status"] == "erased" for row in rows),
    )


async def _shared(tx: AsyncConnection, name: str, ids: Sequence[str]) -> bool:
    """True when somebody else has the same name: then only rows that are surely this person's are touched."""
    others = (func.lower(contacts.c.name) == name.lower()) & contacts.c.id.not_in(ids)
    return (await tx.execute(select(contacts.c.id).where(others).limit(1))).scalar_one_or_none() is not None


def searched_tables() -> Iterator[Table]:
    """Every table that may name somebody."""
    for table in metadata.sorted_tables:
        if table not in KEPT:
            yield table


def text_columns(table: Table) -> list[str]:
    """Columns that hold words."""
    return [one.name for one in table.c if isinstance(one.type, String | Text | JSON) and not one.primary_key]


async def mentions(tx: AsyncConnection, table: Table, words: PersonWords) -> list[Row]:
    """Rows whose words name the person."""
    names = text_columns(table)
    if not names or not words.needles:
        return []
    near = [
        cast(table.c[name], Text).icontains(needle, autoescape=True)
        for name in names
        for needle in words.needles
    ]
    rows = await _rows(tx, select(table).where(or_(*near)))
    return [row for row in rows if any(words.found_in(row[name]) for name in names)]


async def own_rows(tx: AsyncConnection, who: Person) -> dict[str, list[Row]]:
    """Rows that are about the person by id, whatever they say."""
    own: dict[str, list[Row]] = {}
    about = (
        contacts,
        prospects,
        drafts,
        outbox,
        inbound,
        threads,
        meetings,
        offers,
        stakeholders,
        made_touches,
    )
    for table in about:
        key = table.c.id if table is contacts else table.c.contact_id
        own[table.name] = await _rows(tx, select(table).where(key.in_(who.contact_ids)))
    own["accounts"] = await _rows(tx, select(accounts).where(accounts.c.id.in_(who.account_ids)))
    drawn = select(experiment_units).where(experiment_units.c.unit.in_(who.contact_ids))
    own["experiment_units"] = await _rows(tx, drawn)
    ids = {*who.contact_ids, *(row["id"] for row in own["drafts"])}
    own["proposals"] = await _proposals(tx, ids)
    judged = [row["id"] for row in own["proposals"]]
    own["decisions"] = await _rows(tx, select(decisions).where(decisions.c.proposal_id.in_(judged)))
    own["approval_items"] = await _rows(
        tx, select(approval_items).where(approval_items.c.proposal_id.in_(judged))
    )
    own["crm_changes"] = await _rows(tx, select(crm_changes).where(crm_changes.c.record_id.in_(ids)))
    return own


async def _proposals(tx: AsyncConnection, ids: set[str]) -> list[Row]:
    found: dict[str, Row] = {}
    for one in sorted(ids):
        query = select(proposals).where(cast(proposals.c.action, Text).contains(one, autoescape=True))
        found |= {row["id"]: row for row in await _rows(tx, query)}
    named = ("contact_id", "record_id", "draft_id")
    return [row for row in found.values() if ids & {row["action"].get(key) for key in named}]


async def _rows(tx: AsyncConnection, query: Any) -> list[Row]:
    return [dict(row) for row in (await tx.execute(query)).mappings()]
