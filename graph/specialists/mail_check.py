"""Asking the gate about drafts before anybody approves them, so that a plan shows what is blocked and why."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy.gate import decide
from autonomy.judge import take_snapshot
from autonomy.policy_book import in_force
from domain.actions import SendEmail
from domain.campaigns import Campaign, Draft
from domain.decisions import Actor, Proposal, Verdict
from graph.desk import Desk
from runtime.store import campaigns


def mail_action(campaign: Campaign, draft: Draft) -> SendEmail:
    """The exact act a draft stands for."""
    touch = next(touch for touch in campaign.touches if touch.id == draft.touch_id)
    return SendEmail(
        contact_id=draft.contact_id,
        campaign_id=campaign.id,
        plan_version=campaign.plan_version,
        touch_id=touch.id,
        step=touch.step,
        draft_id=draft.id,
        subject=draft.mail.subject,
        body=draft.mail.body,
        claims=draft.mail.claims,
    )


async def problems_of(tx: AsyncConnection, desk: Desk, campaign: Campaign, draft: Draft) -> tuple[str, ...]:
    """What the gate would refuse about a draft now. The kill switch is no fault of the draft."""
    proposal = Proposal(
        id="dry-run",
        action=mail_action(campaign, draft),
        actor=Actor(kind="agent", name="outreach"),
        reason="dry run",
        label=draft.label,
        made_at=await desk.clock.now(),
    )
    snapshot = await take_snapshot(tx, proposal, desk.terms, proposal.made_at)
    policy = await in_force(tx, desk.policy)
    judgement = decide(
        proposal, snapshot.model_copy(update={"stopped_sends": None, "stopped_effects": None}), policy
    )
    return tuple(hit.message for hit in judgement.hits if hit.verdict is Verdict.REFUSE)


async def check_drafts(tx: AsyncConnection, desk: Desk, campaign: Campaign, drafts: Sequence[Draft]) -> None:
    """Store the gate's objections beside each draft."""
    for draft in drafts:
        blocked = await problems_of(tx, desk, campaign, draft)
        if blocked != draft.blocked:
            await campaigns.set_blocked(tx, draft.id, blocked)
