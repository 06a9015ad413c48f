"""Deciding on approvals: list with exact texts, approve, reject, edit. One queue for every channel."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import approvals
from autonomy.judge import judge
from domain.accounts import ContactStatus
from domain.actions import SendEmail
from domain.campaigns import CampaignState, WrittenMail
from domain.decisions import Actor, Decision, Proposal, Verdict
from domain.errors import Correctable, Refused
from domain.labels import combine, owner_label
from runtime.store import campaigns, crm, decisions
from runtime.store.tables import contacts, drafts
from service.bootstrap import House
from tools.execute import Permit, execute


async def pending(house: House, *, with_items: bool = True) -> list[dict[str, Any]]:
    """The contract's list of approvals, in risk order, each with its exact texts."""
    now = await house.clock.now()
    async with house.database.write() as tx:
        await approvals.expire(tx, now)
    async with house.database.read() as tx:
        return [await _shown(tx, row, with_items) for row in await approvals.listing(tx, now)]


async def one(house: House, approval_id: str) -> dict[str, Any]:
    """One approval with its items, whatever its state."""
    async with house.database.read() as tx:
        return await _shown(tx, await approvals.one(tx, approval_id), True)


async def _shown(tx: AsyncConnection, row: dict[str, Any], with_items: bool) -> dict[str, Any]:
    items = await approvals.items(tx, row["id"])
    detailed = [await _item(tx, item) for item in items] if with_items else []
    recipients = [item["recipient"] for item in detailed if item["recipient"]]
    more = f" and {len(recipients) - 1} more" if len(recipients) > 1 else ""
    return {
        "id": row["id"],
        "action": row["action"],
        "recipient": f"{recipients[0]}{more}" if recipients else "",
        "summary": row["summary"],
        "risk": row["risk"],
        "why": row["why"],
        "expires_at": row["expires_at"].isoformat(),
        "state": row["state"],
        "by": row["decided_by"],
        "if_ignored": "It expires and nothing happens.",
        "items": detailed,
    }


async def _item(tx: AsyncConnection, item: dict[str, Any]) -> dict[str, Any]:
    decision = await decisions.decision(tx, item["decision_id"])
    shown: dict[str, Any] = {
        "id": item["id"],
        "state": item["state"],
        "by": item["decided_by"],
        "decision": item["decision_id"],
        "recipient": "",
    }
    if decision is None:
        return shown
    action = decision.proposal.action
    shown |= {"action": action.kind, "reason": decision.proposal.reason, "risk": decision.judgement.score}
    if isinstance(action, SendEmail):
        contact = await crm.contact(tx, action.contact_id)
        account = await crm.account(tx, contact.account_id) if contact else None
        shown |= {
            "draft": action.draft_id,
            "recipient": contact.email if contact else "",
            "name": contact.name if contact else "",
            "title": contact.title if contact else "",
            "account": account.name if account else "",
            "subject": action.subject,
            "body": action.body,
            "claims": [
                {"text": claim.text, "url": claim.evidence.url, "quote": claim.evidence.quote}
                for claim in action.claims
            ],
        }
    return shown


async def approve(house: House, approval_id: str, actor: Actor, items: Sequence[str] = ()) -> dict[str, Any]:
    """Approve all pending items, or some; what they allow happens or is queued."""
    now = await house.clock.now()
    async with house.database.write() as tx:
        granted = await approvals.approve(
            tx, approval_id, wanted=items, by=actor.name, role=actor.role, ids=house.ids, now=now
        )
        for one_granted in granted:
            permit = Permit(one_granted.permit_id, one_granted.expires_at)
            await execute(tx, permit, one_granted.decision, terms=house.terms, ids=house.ids, now=now)
            await _approved_contact(tx, one_granted.decision)
        return await _result(tx, approval_id, actor) | {"approved": len(granted)}


async def _approved_contact(tx: AsyncConnection, decision: Decision) -> None:
    """Approving a mail makes its candidate a contact and sets the campaign going."""
    action = decision.proposal.action
    if not isinstance(action, SendEmail):
        return
    candidate = (contacts.c.id == action.contact_id) & (contacts.c.status == ContactStatus.CANDIDATE)
    await tx.execute(update(contacts).where(candidate).values(status=str(ContactStatus.CONTACT)))
    campaign = await campaigns.campaign(tx, action.campaign_id)
    if campaign is not None and campaign.state in (CampaignState.ASKED, CampaignState.PLANNED):
        await campaigns.set_state(tx, campaign.id, CampaignState.RUNNING)


async def reject(house: House, approval_id: str, actor: Actor, items: Sequence[str] = ()) -> dict[str, Any]:
    """Reject all pending items, or some; their drafts are dropped."""
    now = await house.clock.now()
    async with house.database.write() as tx:
        chosen = await approvals.reject(
            tx, approval_id, wanted=items, by=actor.name, role=actor.role, now=now
        )
        for item in chosen:
            proposal = await decisions.proposal(tx, item["proposal_id"])
            if proposal is not None and isinstance(proposal.action, SendEmail):
                where = drafts.c.id == proposal.action.draft_id
                await tx.execute(update(drafts).where(where).values(dropped=True))
                await _finish_if_all_rejected(tx, approval_id, proposal.action.campaign_id)
        return await _result(tx, approval_id, actor) | {"rejected": len(chosen)}


async def _finish_if_all_rejected(tx: AsyncConnection, approval_id: str, campaign_id: str) -> None:
    row = await approvals.one(tx, approval_id)
    if row["state"] == "rejected":
        await campaigns.set_state(tx, campaign_id, CampaignState.STOPPED)


async def edit(
    house: House, approval_id: str, actor: Actor, *, item: str, subject: str | None, body: str | None
) -> dict[str, Any]:
    """Replace the text of one mail. The edit is a new proposal and is judged again before it may wait.

    Raises:
        Correctable: nothing_to_edit, unknown_item.
        Refused: refused – the gate is against the new text; the old one keeps waiting.
    """
    now = await house.clock.now()
    async with house.database.write() as tx:
        row = await _editable(tx, approval_id, item, actor, now)
        decision = await _judged_edit(tx, house, row, actor, subject, body, now)
        if decision.judgement.verdict is not Verdict.REFUSE:
            new_item = await approvals.replace(tx, row, decision, by=actor.name, ids=house.ids, now=now)
            await _store_text(tx, decision, actor)
            return await _result(tx, approval_id, actor) | {"item": new_item}
    # the refused decision stays on record; the text asked before keeps waiting
    raise Refused(decision.judgement.why, code="refused", where=item or approval_id)


async def _editable(
    tx: AsyncConnection, approval_id: str, item: str, actor: Actor, now: Any
) -> dict[str, Any]:
    if actor.role not in approvals.DECIDERS:
        raise Refused(f"The role {actor.role or 'none'} may not edit.", code="role_may_not_approve")
    open_items = await approvals.open_items(tx, approval_id, [item] if item else [], now)
    if len(open_items) != 1:
        raise Correctable(
            f"This approval holds {len(open_items)} texts; say which one.",
            code="unknown_item",
            where=approval_id,
            hint="Add --item with an item or draft id from `approvals list`.",
        )
    return open_items[0]


async def _judged_edit(
    tx: AsyncConnection,
    house: House,
    item: dict[str, Any],
    actor: Actor,
    subject: str | None,
    body: str | None,
    now: Any,
) -> Decision:
    before = await decisions.proposal(tx, item["proposal_id"])
    if before is None or not isinstance(before.action, SendEmail):
        raise Correctable("Only the text of a mail can be edited.", code="nothing_to_edit", where=item["id"])
    if subject is None and body is None:
        raise Correctable("Neither a subject nor a text was given.", code="nothing_to_edit", where=item["id"])
    new_body = before.action.body if body is None else body.replace("\r\n", "\n").strip()
    action = before.action.model_copy(
        update={
            "subject": before.action.subject if subject is None else subject.strip(),
            "body": new_body,
            "claims": tuple(claim for claim in before.action.claims if claim.text in new_body),
        }
    )
    proposal = Proposal(
        id=house.ids.new("prp"),
        action=action,
        actor=actor,
        reason=f"edited by {actor.name}",
        label=combine([before.label, owner_label(actor.name)], origin=f"user:{actor.name}"),
        cause=before.id,
        made_at=now,
    )
    return await judge(tx, proposal, policy=house.policy, terms=house.terms, ids=house.ids, now=now)


async def _store_text(tx: AsyncConnection, decision: Decision, actor: Actor) -> None:
    action = decision.proposal.action
    if not isinstance(action, SendEmail):
        return
    mail = WrittenMail(subject=action.subject, body=action.body, claims=action.claims, variant="edited")
    await campaigns.change_draft(
        tx,
        action.draft_id,
        mail,
        blocked=(),
        dropped=False,
        by=actor.name,
        label=decision.proposal.label,
    )


async def _result(tx: AsyncConnection, approval_id: str, actor: Actor) -> dict[str, Any]:
    row = await approvals.one(tx, approval_id)
    return {"id": approval_id, "state": row["state"], "by": row["decided_by"] or actor.name}
