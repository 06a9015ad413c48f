"""Campaigns, their touches and the drafts per contact."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.campaigns import Campaign, CampaignState, Claim, Draft, WrittenMail
from domain.labels import Label
from runtime.store.rows import by, insert_many, label_columns, label_of
from runtime.store.tables import campaigns, drafts, touches


def draft_of(row: Any) -> Draft:
    """A draft from its row."""
    return Draft(
        id=row["id"],
        campaign_id=row["campaign_id"],
        touch_id=row["touch_id"],
        contact_id=row["contact_id"],
        mail=WrittenMail(
            subject=row["subject"],
            body=row["body"],
            claims=tuple(Claim.model_validate(claim) for claim in row["claims"]),
            variant=row["variant"],
        ),
        blocked=tuple(row["blocked"]),
        dropped=row["dropped"],
        edited_by=row["edited_by"],
        label=label_of(row),
    )


async def keep_campaign(tx: AsyncConnection, campaign: Campaign, label: Label) -> None:
    """Store a new campaign with its touches."""
    await tx.execute(
        insert(campaigns).values(
            id=campaign.id,
            name=campaign.name,
            icp_id=campaign.icp_id,
            plan_version=campaign.plan_version,
            state=str(campaign.state),
            body=campaign.model_dump(mode="json"),
            made_at=campaign.made_at,
            **label_columns(label),
        )
    )
    rows = [
        {
            "id": touch.id,
            "campaign_id": campaign.id,
            "step": touch.step,
            "body": touch.model_dump(mode="json"),
        }
        for touch in campaign.touches
    ]
    await insert_many(tx, touches, rows)


async def campaign(tx: AsyncConnection, campaign_id: str) -> Campaign | None:
    """One campaign, its state as stored now."""
    row = (await tx.execute(by(campaigns.c.id), {"id": campaign_id})).mappings().one_or_none()
    if row is None:
        return None
    return Campaign.model_validate({**row["body"], "state": row["state"]})


async def latest_campaign(tx: AsyncConnection) -> Campaign | None:
    """The campaign made last."""
    query = select(campaigns.c.id).order_by(campaigns.c.made_at.desc(), campaigns.c.id.desc()).limit(1)
    found = (await tx.execute(query)).scalar_one_or_none()
    return await campaign(tx, found) if found else None


async def set_state(tx: AsyncConnection, campaign_id: str, state: CampaignState) -> None:
    """Move a campaign to a state."""
    await tx.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(state=str(state)))


async def keep_drafts(tx: AsyncConnection, made: Sequence[Draft], at: datetime) -> None:
    """Store new drafts in order."""
    rows = [
        {
            "id": draft.id,
            "campaign_id": draft.campaign_id,
            "touch_id": draft.touch_id,
            "contact_id": draft.contact_id,
            "position": position,
            "subject": draft.mail.subject,
            "body": draft.mail.body,
            "claims": [claim.model_dump(mode="json") for claim in draft.mail.claims],
            "variant": draft.mail.variant,
            "blocked": list(draft.blocked),
            "dropped": draft.dropped,
            "edited_by": draft.edited_by,
            "made_at": at,
            **label_columns(draft.label),
        }
        for position, draft in enumerate(made, 1)
    ]
    await insert_many(tx, drafts, rows)


async def draft(tx: AsyncConnection, draft_id: str) -> Draft | None:
    """One draft."""
    row = (await tx.execute(by(drafts.c.id), {"id": draft_id})).mappings().one_or_none()
    return draft_of(row) if row else None


async def drafts_of(tx: AsyncConnection, campaign_id: str) -> list[Draft]:
    """All drafts of a campaign in order, dropped ones included."""
    query = select(drafts).where(drafts.c.campaign_id == campaign_id).order_by(drafts.c.position)
    return [draft_of(row) for row in (await tx.execute(query)).mappings()]


async def change_draft(
    tx: AsyncConnection,
    draft_id: str,
    mail: WrittenMail,
    *,
    blocked: Sequence[str],
    dropped: bool,
    by: str,
    label: Label,
) -> None:
    """Replace a draft's text and standing."""
    await tx.execute(
        update(drafts)
        .where(drafts.c.id == draft_id)
        .values(
            subject=mail.subject,
            body=mail.body,
            claims=[claim.model_dump(mode="json") for claim in mail.claims],
            variant=mail.variant,
            blocked=list(blocked),
            dropped=dropped,
            edited_by=by,
            **label_columns(label),
        )
    )


async def set_blocked(tx: AsyncConnection, draft_id: str, blocked: Sequence[str]) -> None:
    """Remember why a draft may not leave; empty clears it."""
    await tx.execute(update(drafts).where(drafts.c.id == draft_id).values(blocked=list(blocked)))


async def in_state(tx: AsyncConnection, state: CampaignState) -> list[str]:
    """Ids of campaigns in a state."""
    return list((await tx.execute(select(campaigns.c.id).where(campaigns.c.state == str(state)))).scalars())
