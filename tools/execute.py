"""The only door to an act. A permit, unspent and bound to the exact action, opens it once.

Inside acts happen in the caller's transaction; mail is queued here and sent by `tools.effector`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy.surroundings import stop_of
from autonomy.switch import WORKS_WHILE_STOPPED
from autonomy.terms import Terms
from domain.actions import (
    AddTask,
    AnyAction,
    BookMeeting,
    ChangeAutonomy,
    ChangeExperiment,
    ChangeIcp,
    ChangeMeeting,
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
from domain.decisions import Decision
from domain.errors import Refused
from domain.ids import Ids
from runtime.store import audit, decisions
from tools.act import authority_acts, deal_acts, experiment_acts, model_acts, small_acts
from tools.act.erase_person import erase_person
from tools.act.queue_mail import queue_mail
from tools.act.queue_meeting import changed_meeting, plan_meeting
from tools.act.record_prospects import Recorded, record_prospects


@dataclass(frozen=True)
class Permit:
    """A stored right to one act."""

    id: str
    expires_at: datetime


@dataclass(frozen=True)
class Done:
    """What an act did, in one sentence."""

    decision_id: str
    text: str
    recorded: Recorded | None = None  # of a CRM batch


async def execute(
    tx: AsyncConnection, permit: Permit, decision: Decision, *, terms: Terms, ids: Ids, now: datetime
) -> Done:
    """Carry out one decided action.

    Raises:
        Refused: no_permit – unknown, spent, expired, for another action, or the chain does not allow it.
    """
    action = decision.proposal.action
    if not await audit.entitled(tx, decision.id, action.hash):
        raise Refused(
            "The audit chain holds no decision that allows this; nothing was done.",
            code="no_permit",
            where=decision.id,
        )
    granted = await _check_granted(tx, permit, decision, now)
    if isinstance(action, Letter):
        if isinstance(action, BookMeeting):
            await plan_meeting(tx, action, decision_id=decision.id, terms=terms, now=now)
        elif isinstance(action, ChangeMeeting):
            await changed_meeting(tx, action)
        fresh = await queue_mail(
            tx,
            action,
            decision_id=decision.id,
            permit_id=permit.id,
            not_after=granted["expires_at"],
            sender=terms.sender,
            ids=ids,
            now=now,
        )
        return Done(decision.id, "Queued." if fresh else "Already queued before.")
    await _check_stops(tx, decision, terms)
    if not await decisions.spend(tx, permit.id, action.hash, now):
        raise Refused(
            "This permit is spent, expired or for another action.", code="no_permit", where=permit.id
        )
    recorded = None
    if isinstance(action, RecordProspects):
        recorded = await record_prospects(tx, action, ids=ids, now=now)
        text = f"{recorded.created} rows added, {recorded.updated} filled in, {recorded.people} new people."
    else:
        text = await _inside(tx, decision, terms, ids, now)
    await audit.append(
        tx,
        at=now,
        kind="done",
        subject=decision.id,
        by=small_acts.name_of(decision.proposal.actor),
        body={"action": action.kind, "text": text},
    )
    return Done(decision.id, text, recorded)


async def _check_stops(tx: AsyncConnection, decision: Decision, terms: Terms) -> None:
    """An act approved before a stop does not happen after it; mail is looked at again at its claim."""
    if isinstance(decision.proposal.action, WORKS_WHILE_STOPPED):
        return
    stop = await stop_of(tx, decision.proposal, terms, "effects")
    if stop:
        raise Refused(stop, code="stopped", where=decision.id)


async def _check_granted(
    tx: AsyncConnection, permit: Permit, decision: Decision, now: datetime
) -> dict[str, Any]:
    row = await decisions.permit(tx, permit.id)
    if (
        row is not None
        and row["decision_id"] == decision.id
        and row["action_hash"] == decision.proposal.action.hash
        and row["spent_at"] is None
        and row["expires_at"] > now
    ):
        return row
    raise Refused("This permit is spent, expired or for another action.", code="no_permit", where=permit.id)


async def _inside(tx: AsyncConnection, decision: Decision, terms: Terms, ids: Ids, now: datetime) -> str:
    actor = decision.proposal.actor
    by = small_acts.name_of(actor)
    match decision.proposal.action:
        case ChangeIcp() as action:
            await small_acts.change_icp(tx, action, now)
            return "The profile is in force."
        case QualifyProspects() as action:
            await small_acts.qualify_prospects(tx, action, by, decision.id, ids, now)
            return f"{len(action.prospect_ids)} verdicts overruled."
        case EditDraft() as action:
            await small_acts.edit_draft(tx, action, by, decision.proposal.label, decision.id, ids, now)
            return "The draft was dropped." if action.drop else "The draft was changed."
        case PauseSending() as action:
            await small_acts.pause_sending(tx, action, by, now)
            return "Sending is stopped."
        case ResumeSending() as action:
            await small_acts.resume_sending(tx, action, by, now)
            return "Sending may go on."
        case Suppress() as action:
            await small_acts.suppress(tx, action, terms.salt, now)
            return "This person will never be written to again."
        case UpdateRecord() as action:
            await small_acts.update_record(tx, action, by, decision.id, ids, now)
            return "The field was set."
        case action:
            return await _rarer(tx, action, decision, terms, ids, now)


async def _rarer(
    tx: AsyncConnection, action: AnyAction, decision: Decision, terms: Terms, ids: Ids, now: datetime
) -> str:
    by, label = small_acts.name_of(decision.proposal.actor), decision.proposal.label
    match action:
        case OpenDeal():
            await deal_acts.open_deal(tx, action, label, ids, now)
            return f"The deal “{action.name}” is open."
        case MoveDeal():
            await deal_acts.move_deal(
                tx, action, label=label, decision_id=decision.id, by=by, ids=ids, now=now
            )
            return f"The deal is in {action.after} now."
        case AddTask():
            await deal_acts.add_task(tx, action, by, now)
            return "The task is on the list."
        case ChangePolicy():
            await authority_acts.change_policy(tx, action, now)
            return "The policy is in force."
        case ErasePerson():
            touched = await erase_person(tx, action, terms.salt, now)
            return f"The person is erased; {touched} records held something about them."
        case ChangeAutonomy():
            await authority_acts.change_autonomy(tx, action, now)
            return f"The level is {action.after} now."
        case SwitchModel():
            await model_acts.switch_model(tx, action, by, now)
            return "The model is in force." if action.model_id else "The base rate is in force again."
        case ChangeExperiment() as action:
            return await experiment_acts.change_experiment(tx, action, decision.id, now)
        case PaceCampaign() as action:
            return await experiment_acts.pace_campaign(tx, action, decision.id, now)
        case _:
            raise Refused(f"No hand for {action.noun} is connected.", code="no_hand", where=decision.id)
