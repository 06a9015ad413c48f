"""Erasing a person from the business database: tombstones, blanked texts, struck names. It cannot be undone.

What stays: ids, states and times, the salted hash that keeps them uncontacted, and the audit chain.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import suppression
from domain.accounts import ContactStatus
from domain.actions import ErasePerson
from domain.decisions import ApprovalState, OutboxState
from domain.errors import Correctable
from runtime.store import people, person_traces
from runtime.store.experience_tables import made_touches
from runtime.store.person_traces import Person, Row
from runtime.store.person_words import PersonWords
from runtime.store.tables import (
    approval_items,
    approvals,
    contacts,
    crm_changes,
    decisions,
    drafts,
    evidence,
    outbox,
    proposals,
    prospects,
)
from tools.act.erase_talks import blank_talks

_TEXTS: dict[str, Any] = {"subject": "", "body": "", "claims": [], "content": "", "value": None}


async def erase_person(tx: AsyncConnection, action: ErasePerson, salt: bytes, now: datetime) -> int:
    """Erase; returns how many rows were touched. Doing it twice is fine.

    Raises:
        Correctable: unknown_contact.
    """
    who = await person_traces.person(tx, action.contact_id)
    if who is None:
        raise Correctable("There is no such contact.", code="unknown_contact", where=action.contact_id[:60])
    hashes = [suppression.hash_of(salt, address) for address in who.words.addresses]
    await people.suppress(tx, hashes, "erased", now)
    own = _without_erasures(await person_traces.own_rows(tx, who))
    touched = await _blank_records(tx, who, now)
    touched += await _blank_texts(tx, own)
    touched += await blank_talks(tx, who, own)
    await _close_asks(tx, own["approval_items"], now)
    for table in person_traces.searched_tables():
        touched += await _strike(tx, table, who.words)
    return touched


def _without_erasures(own: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """The decision to erase, which is being carried out, keeps its reasons."""
    erasures = {row["id"] for row in own["proposals"] if row["kind"] == "erase_person"}
    others = {
        name: [row for row in own[name] if not erasures & {row["id"], row.get("proposal_id")}]
        for name in ("proposals", "decisions", "approval_items")
    }
    return own | others


async def _blank_records(tx: AsyncConnection, who: Person, now: datetime) -> int:
    empty: dict[str, Any] = {"name": "", "title": "", "role": "", "email": "", "language": ""}
    empty |= {"zones": [], "facts": None, "origin": "erased", "status": str(ContactStatus.ERASED)}
    ids = who.contact_ids
    done = await tx.execute(update(contacts).where(contacts.c.id.in_(ids)).values(**empty))
    await tx.execute(update(prospects).where(prospects.c.contact_id.in_(ids)).values(contact_id=None))
    await tx.execute(update(made_touches).where(made_touches.c.contact_id.in_(ids)).values(features={}))
    texts = {"subject": "", "body": "", "claims": [], "blocked": [], "dropped": True, "origin": "erased"}
    gone = await tx.execute(update(drafts).where(drafts.c.contact_id.in_(ids)).values(**texts))
    waiting = (outbox.c.contact_id.in_(ids)) & (outbox.c.state == OutboxState.QUEUED)
    await tx.execute(
        update(outbox).where(waiting).values(state=str(OutboxState.CANCELLED), code="erased", detail="")
    )
    return int(done.rowcount) + int(gone.rowcount)


async def _blank_texts(tx: AsyncConnection, own: dict[str, list[Row]]) -> int:
    """Texts written to or about the person go, whether or not they name them."""
    for row in (*own["proposals"], *own["outbox"]):
        table = proposals if "actor" in row else outbox
        texts = {key: empty for key, empty in _TEXTS.items() if key in row["action"]}
        values: dict[str, Any] = {"action": {**row["action"], **texts}}
        if table is outbox:
            values["detail"] = ""
        await tx.execute(update(table).where(table.c.id == row["id"]).values(**values))
    for row in own["decisions"]:
        values = {"snapshot": _impersonal(row["snapshot"]), "hits": _without_messages(row["hits"])}
        await tx.execute(update(decisions).where(decisions.c.id == row["id"]).values(**values))
    for row in own["crm_changes"]:
        before = None if row["before"] is None else {}
        values = {"before": before, "after": {}, "undone_at": row["undone_at"] or row["at"]}
        await tx.execute(update(crm_changes).where(crm_changes.c.id == row["id"]).values(**values))
    return sum(len(own[name]) for name in ("proposals", "outbox", "decisions", "crm_changes"))


def _impersonal(snapshot: Row) -> Row:
    mail = snapshot.get("mail")
    if not isinstance(mail, dict):
        return snapshot
    return {**snapshot, "mail": {**mail, "known_names": [], "unknown_evidence": []}}


def _without_messages(hits: Sequence[Row]) -> list[Row]:
    """Messages may quote the text they were about; rule and verdict stay."""
    return [{**hit, "message": "erased"} for hit in hits]


async def _close_asks(tx: AsyncConnection, items: Sequence[Row], now: datetime) -> None:
    values = {"state": str(ApprovalState.EXPIRED), "decided_by": "erased", "decided_at": now}
    waiting = [row for row in items if row["state"] == ApprovalState.PENDING]
    for row in waiting:
        await tx.execute(update(approval_items).where(approval_items.c.id == row["id"]).values(**values))
    for approval_id in {row["approval_id"] for row in waiting}:
        left = (approval_items.c.approval_id == approval_id) & (
            approval_items.c.state == ApprovalState.PENDING
        )
        if (await tx.execute(select(approval_items.c.id).where(left).limit(1))).scalar_one_or_none() is None:
            await tx.execute(update(approvals).where(approvals.c.id == approval_id).values(**values))


async def _strike(tx: AsyncConnection, table: Table, words: PersonWords) -> int:
    """Strike the person out of every other row; a quote about them is no evidence any more and goes."""
    rows = await person_traces.mentions(tx, table, words)
    key = list(table.primary_key.columns)
    for row in rows:
        where = [column == row[column.name] for column in key]
        if table is evidence:
            await tx.execute(delete(evidence).where(*where))
            continue
        changed = {name: words.struck(row[name]) for name in person_traces.text_columns(table)}
        values = {name: value for name, value in changed.items() if value != row[name]}
        await tx.execute(update(table).where(*where).values(**values))
    return len(rows)
