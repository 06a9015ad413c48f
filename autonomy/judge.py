"""From a proposal to a written decision: gather the facts, ask the gate, store, chain. No effects."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import act_facts, gate, surroundings
from autonomy.deal_facts import deal_facts
from autonomy.facts import Snapshot
from autonomy.mail_facts import MailRecords, mail_facts
from autonomy.notice_facts import notice_facts
from autonomy.policy import Policy
from autonomy.policy_book import in_force
from autonomy.record import record_of
from autonomy.terms import Terms
from domain.actions import (
    ChangeExperiment,
    ChangeIcp,
    ChangePolicy,
    EditDraft,
    ErasePerson,
    Mail,
    MoveDeal,
    PaceCampaign,
    QualifyProspects,
    RecordProspects,
    SwitchModel,
    UpdateRecord,
)
from domain.decisions import Decision, Proposal, RuleHit, Verdict
from domain.ids import Ids
from runtime.store import (
    audit,
    authority,
    campaigns,
    crm,
    deals,
    decisions,
    experiments,
    knowledge,
    models,
    staging,
)


async def judge(
    tx: AsyncConnection,
    proposal: Proposal,
    *,
    policy: Policy,
    terms: Terms,
    ids: Ids,
    now: datetime,
    batch_size: int = 1,
    at_least: RuleHit | None = None,
) -> Decision:
    """Decide on a proposal and write proposal, decision and audit record in the caller's transaction.

    `at_least` is one more hit: what a text that replaces an asked one must ask for, whoever edits it.
    """
    policy = await in_force(tx, policy)
    snapshot = await take_snapshot(tx, proposal, terms, now, batch_size)
    if at_least is not None:
        snapshot = snapshot.model_copy(update={"at_least": at_least})
    judgement = gate.decide(proposal, snapshot, policy)
    decision = Decision(
        id=ids.new("dec"),
        proposal=proposal,
        judgement=judgement,
        policy_version=policy.version,
        made_at=now,
    )
    await decisions.keep_proposal(tx, proposal)
    record = await record_of(tx, proposal, judgement, policy)
    await decisions.keep_decision(tx, decision, snapshot.model_dump(mode="json"), record)
    if judgement.verdict is not Verdict.REFUSE:
        await surroundings.note_use(tx, proposal, now)
    await audit.append(
        tx,
        at=now,
        kind="decision",
        subject=decision.id,
        by=f"{proposal.actor.kind}:{proposal.actor.name}",
        body=record,
    )
    return decision


async def take_snapshot(
    tx: AsyncConnection, proposal: Proposal, terms: Terms, now: datetime, batch_size: int = 1
) -> Snapshot:
    """The facts a judgement on this proposal rests on."""
    snapshot = await take_facts(tx, proposal, terms, now, batch_size)
    stops = await surroundings.stops_of(tx, proposal, terms, ["sends", "effects"])
    return snapshot.model_copy(update={f"stopped_{need}": why for need, why in stops.items()})


async def take_facts(
    tx: AsyncConnection,
    proposal: Proposal,
    terms: Terms,
    now: datetime,
    batch_size: int = 1,
    records: MailRecords | None = None,
) -> Snapshot:
    """The facts without what is stopped; a mail's records are read unless the caller just did."""
    action = proposal.action
    mail = None
    if isinstance(action, Mail):
        mail = await mail_facts(tx, action, terms, now, batch_size, records)
    return Snapshot(
        now=now,
        mail=mail,
        meeting=await act_facts.meeting_facts(tx, action, terms, now),
        notice=await notice_facts(tx, action, terms, now),
        record=await act_facts.record_facts(tx, action),
        deal=await deal_facts(tx, action),
        experiment=await act_facts.experiment_facts(tx, action),
        past_decisions=await act_facts.past_decisions(tx, action),
        previous_exists=await _exists(tx, proposal),
        rows=await staging.count(tx, action.batch_id) if isinstance(action, RecordProspects) else 0,
        earned_level=await authority.earned_level(tx, proposal.actor.name, action.kind),
        usage=await surroundings.usage_of(tx, proposal, now),
        calibration=await surroundings.calibration_of(tx, action),
    )


async def _exists(tx: AsyncConnection, proposal: Proposal) -> bool:
    match proposal.action:
        case ChangeIcp(icp_id=icp_id):
            return await knowledge.icp(tx, icp_id) is not None
        case EditDraft(draft_id=draft_id):
            return await campaigns.draft(tx, draft_id) is not None
        case UpdateRecord(record=record, record_id=record_id):
            found_record = crm.account if record == "account" else crm.contact
            return await found_record(tx, record_id) is not None
        case ErasePerson(contact_id=contact_id):
            return await crm.contact(tx, contact_id) is not None
        case ChangePolicy(version_id=version_id):
            return await authority.policy_version(tx, version_id) is not None
        case MoveDeal(deal_id=deal_id):
            return await deals.one(tx, deal_id) is not None
        case SwitchModel(model_id=model_id):
            return not model_id or await models.one(tx, model_id) is not None
        case ChangeExperiment() | PaceCampaign() as action:
            return await _steered_exists(tx, action)
        case QualifyProspects(prospect_ids=prospect_ids):
            found = await crm.prospect_rows(tx, ids=prospect_ids, limit=len(prospect_ids) + 1)
            return bool(prospect_ids) and len(found) == len(set(prospect_ids))
        case _:
            return True


async def _steered_exists(tx: AsyncConnection, action: ChangeExperiment | PaceCampaign) -> bool:
    if isinstance(action, ChangeExperiment):
        return await experiments.one(tx, action.experiment_id) is not None
    return await campaigns.campaign(tx, action.campaign_id) is not None
