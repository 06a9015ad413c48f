"""Undo: taking back one decided act, where the world allows it. Every undo is a record in the chain."""

from datetime import datetime

from sqlalchemy import delete, distinct, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.actions import (
    AddTask,
    AnyAction,
    ChangeAutonomy,
    ChangeExperiment,
    ChangeIcp,
    ChangePolicy,
    EditDraft,
    ErasePerson,
    Letter,
    MoveDeal,
    OpenDeal,
    PaceCampaign,
    PauseSending,
    QualifyProspects,
    RecordProspects,
    ResumeSending,
    Suppress,
    SwitchModel,
    UpdateRecord,
)
from domain.deals import DealStage
from domain.decisions import Actor, Decision, OutboxState
from domain.errors import Correctable, Refused
from graph.rescore import rescore
from runtime.store import audit, crm, deals, decisions, imports, outbox, people, versions
from runtime.store.tables import crm_changes, evidence, pages
from runtime.store.tables import outbox as mails
from service.bootstrap import House
from tools.act import authority_acts, deal_acts, experiment_acts, model_acts

UNDOERS = ("owner", "manager", "rep")
_LEFT = (OutboxState.SENT, OutboxState.CLAIMED, OutboxState.IN_DOUBT, OutboxState.HELD)


async def undo(house: House, wanted: str, actor: Actor) -> dict[str, object]:
    """Take back a decision, an import batch, a queued mail, or an ICP version.

    Raises:
        Correctable: unknown_id. Refused: cannot_undo, role_may_not_undo.
    """
    if actor.role not in UNDOERS:
        raise Refused(f"The role {actor.role or 'none'} may not undo.", code="role_may_not_undo")
    now = await house.clock.now()
    async with house.database.write() as tx:
        decision = await _decision_of(tx, wanted)
        already = [row for row in await audit.about(tx, decision.id) if row["kind"] == "undone"]
        if already:
            raise Refused("This was undone before.", code="cannot_undo", where=wanted)
        text = await _undo(tx, decision, actor, now)
        body = {"action": decision.proposal.action.kind, "text": text}
        await audit.append(tx, at=now, kind="undone", subject=decision.id, by=actor.name, body=body)
    if isinstance(decision.proposal.action, ChangeIcp):
        await rescore(house.desk(actor))
    return {"id": wanted, "decision": decision.id, "undone": True, "text": text}


async def _decision_of(tx: AsyncConnection, wanted: str) -> Decision:
    decision = await decisions.decision(tx, wanted)
    if decision is None:
        row = await outbox.one(tx, wanted)
        decision = await decisions.decision(tx, row["decision_id"]) if row else None
    if decision is None:
        decision = await decisions.decision_naming(tx, wanted)
    if decision is None:
        raise Correctable(
            f"Nothing that can be undone has the id {wanted[:60]}.",
            code="unknown_id",
            where=wanted[:60],
            hint="Use the id of a decision, a queued mail, an import batch or an ICP version.",
        )
    return decision


async def _undo(tx: AsyncConnection, decision: Decision, actor: Actor, now: datetime) -> str:
    match decision.proposal.action:
        case RecordProspects(batch_id=batch_id):
            return await _undo_batch(tx, batch_id, now)
        case QualifyProspects() | EditDraft() | UpdateRecord():
            changed = await crm.undo_batch(tx, decision.id, now)
            return f"{changed} records are as they were."
        case ChangeIcp() as action:
            return await _undo_icp(tx, action, now)
        case action if isinstance(action, Letter):
            return await _undo_mail(tx, decision, actor)
        case PauseSending(scope=scope):
            if actor.role != "owner":
                raise Refused("Only an owner may let sending go on.", code="role_may_not_undo")
            await people.throw_switch(tx, scope=scope, level="none", reason="undone", by=actor.name, at=now)
            return "Sending may go on."
        case ResumeSending(scope=scope):
            await people.throw_switch(tx, scope=scope, level="sends", reason="undone", by=actor.name, at=now)
            return "Sending is stopped again."
        case action:
            return await _undo_rarer(tx, action, decision, actor, now)


async def _undo_rarer(
    tx: AsyncConnection, action: AnyAction, decision: Decision, actor: Actor, now: datetime
) -> str:
    match action:
        case ChangePolicy():
            return await _undo_policy(tx, action, actor, now)
        case ChangeAutonomy(before=before, after=after):
            back = action.model_copy(update={"before": after, "after": before, "reason": "undone"})
            await authority_acts.change_autonomy(tx, back, now)
            return f"The level is {before} again."
        case SwitchModel() | ChangeExperiment() | PaceCampaign():
            return await _undo_steering(tx, action, decision, actor, now)
        case MoveDeal():
            await deal_acts.move_back(tx, action, actor.name, now)
            return f"The deal is in {action.before} again."
        case OpenDeal(deal_id=deal_id):
            closed = {"stage": str(DealStage.LOST), "closed_at": now, "stage_since": now}
            await deals.change(tx, deal_id, **closed)
            return "The deal is closed as opened by mistake."
        case AddTask(task_id=task_id):
            dropped = await deals.close_task(tx, task_id, "dropped", actor.name, "undone", now)
            return "The task is off the list." if dropped else "The task was closed already."
        case Suppress():
            raise Refused(
                "An opt-out is for good; it cannot be undone.", code="cannot_undo", where=decision.id
            )
        case ErasePerson():
            raise Refused("An erased person cannot be brought back.", code="cannot_undo", where=decision.id)
        case _:
            raise Refused(
                f"{action.noun.capitalize()}: this cannot be undone.", code="cannot_undo", where=decision.id
            )


async def _undo_steering(
    tx: AsyncConnection,
    action: SwitchModel | ChangeExperiment | PaceCampaign,
    decision: Decision,
    actor: Actor,
    now: datetime,
) -> str:
    """What numbers decided."""
    match action:
        case ChangeExperiment():
            return await experiment_acts.undo_change(tx, action, decision.id, now)
        case PaceCampaign():
            return await experiment_acts.undo_pace(tx, action, decision.id, now)
        case SwitchModel(model_id=model_id, previous_id=before):
            turned = {"model_id": before, "previous_id": model_id, "reason": "undone"}
            await model_acts.switch_model(tx, action.model_copy(update=turned), actor.name, now)
            return f"{'The model before' if before else 'The base rate'} is in force again."


async def _undo_batch(tx: AsyncConnection, batch_id: str, now: datetime) -> str:
    written = await _written_to(tx, batch_id)
    if written:
        raise Refused(
            f"{written} people of this batch were already written to; they must stay so that an opt-out works.",
            code="cannot_undo",
            where=batch_id,
        )
    gone = await crm.accounts_of_batch(tx, batch_id)
    changed = await crm.undo_batch(tx, batch_id, now)
    for start in range(0, len(gone), 400):
        some = gone[start : start + 400]
        await tx.execute(delete(pages).where(pages.c.subject.in_(some)))
        await tx.execute(delete(evidence).where(evidence.c.subject.in_(some)))
    await imports.mark_undone(tx, batch_id, now)
    return f"{changed} changes were taken back."


async def _written_to(tx: AsyncConnection, batch_id: str) -> int:
    """People a batch brought whose mail left, or may have left."""
    mail = mails.c.state.in_([str(state) for state in _LEFT]) & (
        mails.c.contact_id == crm_changes.c.record_id
    )
    people_made = (crm_changes.c.record == "contacts") & (crm_changes.c.batch_id == batch_id)
    query = select(func.count(distinct(mails.c.contact_id))).select_from(mails.join(crm_changes, mail))
    return int((await tx.execute(query.where(people_made))).scalar_one())


async def _undo_icp(tx: AsyncConnection, action: ChangeIcp, now: datetime) -> str:
    if not action.previous_id:
        raise Refused("There was no profile before this one.", code="cannot_undo", where=action.icp_id)
    if await versions.active_version(tx, "icp") != action.icp_id:
        raise Refused(
            "Another version of the profile is in force; undo that one.",
            code="cannot_undo",
            where=action.icp_id,
        )
    await versions.activate_version(tx, "icp", action.previous_id, now)
    return "The profile before is in force again."


async def _undo_policy(tx: AsyncConnection, action: ChangePolicy, actor: Actor, now: datetime) -> str:
    if actor.role != "owner":
        raise Refused("Only an owner may change the policy.", code="role_may_not_undo")
    if await versions.active_version(tx, "policy") != action.version_id or not action.previous_id:
        raise Refused(
            "This policy is not in force, or there was none before it.",
            code="cannot_undo",
            where=action.version_id,
        )
    await versions.activate_version(tx, "policy", action.previous_id, now)
    return "The policy before is in force again."


async def _undo_mail(tx: AsyncConnection, decision: Decision, actor: Actor) -> str:
    action = decision.proposal.action
    row = await outbox.by_key(tx, action.key) if isinstance(action, Letter) else None
    if row is None:
        raise Refused(
            "This mail was never queued; there is nothing to undo.", code="cannot_undo", where=decision.id
        )
    values = {"code": "undone", "detail": f"cancelled by {actor.name}"}
    if not await outbox.move(tx, row["id"], [OutboxState.QUEUED], OutboxState.CANCELLED, **values):
        raise Refused(
            f"The mail is already {row['state']}; a mail cannot be called back.",
            code="cannot_undo",
            where=row["id"],
        )
    return "The mail was cancelled before it left."
