"""Acts inside our own records: profile version, verdicts, draft texts, switches, suppression."""

from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import suppression, switch
from domain.actions import (
    ChangeIcp,
    EditDraft,
    PauseSending,
    QualifyProspects,
    ResumeSending,
    Suppress,
    UpdateRecord,
)
from domain.decisions import Actor, OutboxState
from domain.errors import Correctable
from domain.ids import Ids
from domain.labels import Label
from runtime.store import crm, people, versions
from runtime.store.crm import Change
from runtime.store.rows import label_columns
from runtime.store.tables import accounts, contacts, drafts, outbox, prospects


async def change_icp(tx: AsyncConnection, action: ChangeIcp, now: datetime) -> None:
    """Put the ICP version in force."""
    await versions.activate_version(tx, "icp", action.icp_id, now)


async def qualify_prospects(
    tx: AsyncConnection, action: QualifyProspects, by: str, batch_id: str, ids: Ids, now: datetime
) -> None:
    """Overrule the verdict on prospects; a later score does not change it back."""
    query = select(prospects).where(prospects.c.id.in_(action.prospect_ids))
    word = "Qualified" if action.qualified else "Disqualified"
    changes = [
        Change(
            "prospects",
            row["id"],
            {
                "qualified": action.qualified,
                "verdict": f"{word} by {by}: {action.reason or 'no reason given'}.",
                "overruled_by": by,
            },
            dict(row),
        )
        for row in (await tx.execute(query)).mappings()
    ]
    await crm.write_changes(tx, changes, batch_id=batch_id, cause=batch_id, ids=ids, at=now)


async def edit_draft(
    tx: AsyncConnection, action: EditDraft, by: str, label: Label, batch_id: str, ids: Ids, now: datetime
) -> None:
    """Replace a draft's text, or drop it; the text is judged again before it may leave."""
    query = select(drafts).where(drafts.c.id == action.draft_id)
    row = (await tx.execute(query)).mappings().one_or_none()
    if row is None:
        raise Correctable(
            f"There is no draft {action.draft_id}.", code="unknown_draft", where=action.draft_id
        )
    after: dict[str, Any] = {"dropped": True, "edited_by": by}
    if not action.drop:
        after = {
            "subject": action.subject,
            "body": action.body,
            "claims": [claim.model_dump(mode="json") for claim in action.claims],
            "blocked": [],
            "edited_by": by,
            **label_columns(label),
        }
    change = Change("drafts", action.draft_id, after, dict(row))
    await crm.write_changes(tx, [change], batch_id=batch_id, cause=batch_id, ids=ids, at=now)


async def update_record(
    tx: AsyncConnection, action: UpdateRecord, by: str, batch_id: str, ids: Ids, now: datetime
) -> None:
    """Set one field; the value before is kept for undo."""
    table = accounts if action.record == "account" else contacts
    row = (await tx.execute(select(table).where(table.c.id == action.record_id))).mappings().one_or_none()
    if row is None or action.field not in table.c:
        raise Correctable(
            f"There is no {action.record} {action.record_id} with a field {action.field}.",
            code="unknown_record",
            where=action.record_id,
        )
    change = Change(table.name, action.record_id, {action.field: action.value}, dict(row))
    await crm.write_changes(tx, [change], batch_id=batch_id, cause=batch_id, ids=ids, at=now)


async def pause_sending(tx: AsyncConnection, action: PauseSending, by: str, now: datetime) -> None:
    """Throw the switch; what is stopped already never becomes looser by it."""
    thrown = {row["scope"]: row["level"] for row in await people.thrown_switches(tx)}
    level = switch.stricter(action.level, thrown.get(action.scope, "none"))
    await people.throw_switch(tx, scope=action.scope, level=level, reason=action.reason, by=by, at=now)


async def resume_sending(tx: AsyncConnection, action: ResumeSending, by: str, now: datetime) -> None:
    """Clear the switch."""
    await people.throw_switch(tx, scope=action.scope, level="none", reason=action.reason, by=by, at=now)


async def suppress(tx: AsyncConnection, action: Suppress, salt: bytes, now: datetime) -> None:
    """Suppress a person and cancel everything queued for them."""
    contact = await crm.contact(tx, action.contact_id)
    if contact is None:
        raise Correctable("There is no such contact.", code="unknown_contact", where=action.contact_id)
    await people.suppress(tx, [suppression.hash_of(salt, contact.email)], action.reason, now)
    queued = (outbox.c.contact_id == contact.id) & (outbox.c.state == OutboxState.QUEUED)
    await tx.execute(
        update(outbox)
        .where(queued)
        .values(state=str(OutboxState.CANCELLED), code="suppressed", detail=action.reason)
    )


def name_of(actor: Actor) -> str:
    """How an actor is named in records."""
    return actor.name if actor.kind == "user" else f"{actor.kind}:{actor.name}"
