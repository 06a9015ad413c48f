"""Deciding on approvals: approve, reject, edit, one or many at once. One queue for every channel."""

from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import approvals, votes
from autonomy.judge import judge
from domain.accounts import ContactStatus
from domain.actions import ErasePerson, Mail, SendEmail
from domain.campaigns import CampaignState, WrittenMail
from domain.decisions import Actor, Decision, Proposal, RuleHit, Verdict
from domain.errors import Correctable, RainmakerError, Refused
from domain.labels import combine, owner_label
from runtime.store import audit, campaigns, decisions
from runtime.store.person_words import PersonWords
from runtime.store.tables import contacts, drafts
from service import erasing
from service.ask_views import told_votes
from service.bootstrap import House
from tools.execute import Permit, execute


async def approve(house: House, approval_id: str, actor: Actor, items: Sequence[str] = ()) -> dict[str, Any]:
    """Approve all pending items, or some; what they allow happens or is queued."""
    now = await house.clock.now()
    async with house.database.write() as tx:
        asked = await approvals.open_items(tx, approval_id, items, now)
        granted = await approvals.approve(
            tx, approval_id, wanted=items, by=actor.name, role=actor.role, ids=house.ids, now=now
        )
        erased = [await _clean_files(tx, house, one.decision) for one in granted]
        for one_granted in granted:
            permit = Permit(one_granted.permit_id, one_granted.expires_at)
            await execute(tx, permit, one_granted.decision, terms=house.terms, ids=house.ids, now=now)
            await _approved_contact(tx, one_granted.decision)
        counts = {"approved": len(granted), "agreed": len(asked) - len(granted)}
        result = await _result(tx, approval_id, actor) | counts
    for left in erased:
        if left is not None:
            await erasing.after(house, *left)
    return result


async def _clean_files(
    tx: AsyncConnection, house: House, decision: Decision
) -> tuple[list[str], PersonWords] | None:
    """What an approved erasure needs beside the database; None for every other act."""
    action = decision.proposal.action
    if not isinstance(action, ErasePerson):
        return None
    who = await erasing.find(tx, action.contact_id)
    return (await erasing.before(tx, house, who))[0], who.words


async def _approved_contact(tx: AsyncConnection, decision: Decision) -> None:
    """Approving a mail makes its candidate a contact and sets the campaign going."""
    action = decision.proposal.action
    if not isinstance(action, Mail):
        return
    candidate = (contacts.c.id == action.contact_id) & (contacts.c.status == ContactStatus.CANDIDATE)
    await tx.execute(update(contacts).where(candidate).values(status=str(ContactStatus.CONTACT)))
    if not isinstance(action, SendEmail):
        return
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
    if before is None or not isinstance(before.action, Mail):
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
    people = await audit.approvers_of(tx, item["decision_id"], item["action_hash"])
    message = "A person decides on a text that somebody changed."  # however free its editor otherwise is
    at_least = RuleHit(rule="G19", verdict=Verdict.ASK, message=message, approvers=people)
    return await judge(
        tx, proposal, policy=house.policy, terms=house.terms, ids=house.ids, now=now, at_least=at_least
    )


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
    items = await approvals.items(tx, approval_id)
    agreed = await votes.voters(tx, [item["id"] for item in items])
    told = told_votes(items, agreed, row["needs"])
    return {"id": approval_id, "state": row["state"], "by": row["decided_by"] or actor.name, "votes": told}


async def decide_many(
    house: House, approval_ids: Sequence[str], actor: Actor, decision: Literal["approve", "reject"]
) -> dict[str, Any]:
    """Decide on several asks; each has its own result, and one that cannot be decided stops no other."""
    results: list[dict[str, Any]] = []
    for approval_id in dict.fromkeys(approval_ids):
        try:
            done = await (approve if decision == "approve" else reject)(house, approval_id, actor)
            results.append({"ok": True, **done})
        except RainmakerError as error:
            failed = {"ok": False, "id": approval_id, "error": error.as_dict(), "exit": error.exit_code}
            results.append(failed)
    return {"results": results, "done": sum(one["ok"] for one in results)}
