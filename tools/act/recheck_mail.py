"""Everything that is looked at again, inside the claim's transaction, before an approved mail or invitation leaves.

The world may have changed since the approval, and so may the records. Reads only; the effector acts on it.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import budgets, gate, judge, limits, own_people, switch
from autonomy.budgets import MailUse
from autonomy.mail_facts import MailRecords, mail_records
from autonomy.policy import Policy
from autonomy.policy_book import in_force
from autonomy.stop_file import with_stop_file
from autonomy.terms import Terms
from domain.accounts import Contact
from domain.actions import Letter, Mail, NotifyOwner, SendEmail, addressee, parse_action
from domain.campaigns import Campaign, CampaignState
from domain.decisions import Decision, Verdict
from domain.labels import Integrity, Label
from runtime.store import audit, campaign_course, crm, decisions, experiments, outbox, people
from runtime.store.threads import Lead
from runtime.store.written import Written, written

_NO_LEAD, _NOTHING = Lead(), Written()


@dataclass(frozen=True)
class Ready:
    """The mail may leave now. `first` means no mail reached this person before."""

    action: Letter
    contact: Contact
    first: bool


@dataclass(frozen=True)
class Never:
    """The mail may not leave any more."""

    code: str
    detail: str


@dataclass(frozen=True)
class NotNow:
    """The mail waits: until a time, or (None) until a stop or pause is lifted."""

    until: datetime | None
    why: str


async def recheck(
    tx: AsyncConnection, row: dict[str, Any], *, terms: Terms, policy: Policy, now: datetime
) -> Ready | Never | NotNow:
    """Judge one queued intent again."""
    stored = await decisions.decision(tx, row["decision_id"])
    action = _action_of(row)
    records = await mail_records(tx, action) if isinstance(action, Mail) else MailRecords()
    stop = await _stopped(tx, row, stored, records.campaign, terms)
    if stop:
        return NotNow(None, stop)
    said = await audit.said(tx, row["decision_id"], row["action_hash"])
    refusal = await _records_differ(tx, row, action, stored, said, now) or await _judged_again(
        tx, stored, said, records, terms, policy, now
    )
    if refusal:
        return refusal
    addressed = await _addressed(tx, row, action, records, terms)
    if addressed is None:
        return Never("refused", "The recipient is not in the CRM.")
    wait = await _reserved(tx, row, addressed, terms, now)
    if wait:
        return wait
    reached = addressed.written.reached(addressed.contact.id)
    return Ready(addressed.action, addressed.contact, first=not reached)


@dataclass(frozen=True)
class _Addressed:
    """A letter with who gets it, and what was written to them before."""

    action: Letter
    contact: Contact
    written: Written = _NOTHING
    lead: Lead = _NO_LEAD


async def _addressed(
    tx: AsyncConnection, row: dict[str, Any], action: Letter | None, records: MailRecords, terms: Terms
) -> _Addressed | None:
    if action is None:
        return None
    if isinstance(action, NotifyOwner):
        ours = await _of_ours(tx, row, terms)
        return _Addressed(action, ours) if ours else None
    if isinstance(action, Mail):
        return _Addressed(action, records.contact, records.written, records.lead) if records.contact else None
    contact = await crm.contact(tx, row["contact_id"])
    if contact is None:
        return None
    return _Addressed(action, contact, await written(tx, contact.id, contact.account_id, action.key))


def _action_of(row: dict[str, Any]) -> Letter | None:
    """The letter of an intent; None when the stored one is damaged or is none."""
    try:
        action = parse_action(row["action"])
    except ValidationError:
        return None
    return action if isinstance(action, Letter) else None


async def _of_ours(tx: AsyncConnection, row: dict[str, Any], terms: Terms) -> Contact | None:
    """One of our own people as somebody to write to; the gate said before that the page may go to them."""
    found = await own_people.reader(tx, terms, row["contact_id"])
    if found is None:
        return None
    label = Label(integrity=Integrity.CRM, origin="users")
    return Contact(id=found.user_id, account_id="", name=found.name, email=found.address, label=label)


async def _stopped(
    tx: AsyncConnection,
    row: dict[str, Any],
    stored: Decision | None,
    campaign: Campaign | None,
    terms: Terms,
) -> str:
    """Why the kill switch or a paused campaign keeps the intent waiting; empty when nothing does."""
    scopes = [
        f"campaign:{row['campaign_id']}",
        f"mailbox:{terms.sender}",
        f"account:{row['account_id']}",
    ]
    if stored is not None:
        scopes.append(f"agent:{stored.proposal.actor.name}")
    thrown = with_stop_file(await people.thrown_switches(tx), terms.stop_file)
    stop = switch.stopped(thrown, "sends", scopes)
    if stop:
        return stop
    return "The campaign is paused." if campaign and campaign.state is CampaignState.PAUSED else ""


async def _records_differ(
    tx: AsyncConnection,
    row: dict[str, Any],
    action: Letter | None,
    stored: Decision | None,
    said: audit.Said,
    now: datetime,
) -> Never | None:
    """Does every record about this intent still say the same, and does the chain allow it?"""
    if action is None:
        return Never("approval_mismatch", "The stored mail is damaged.")
    asked = (row["action_hash"], row["contact_id"], row["campaign_id"], row["key"])
    campaign_id = action.campaign_id if isinstance(action, SendEmail) else ""
    same = asked == (action.hash, addressee(action), campaign_id, action.key)
    if not same or stored is None or stored.proposal.action.hash != action.hash:
        return Never("approval_mismatch", "The text differs from the approved one.")
    if not said.entitled:
        return Never("no_decision", "The audit chain holds no decision that allows this mail.")
    permit = await decisions.permit(tx, row["permit_id"])
    bound = (row["decision_id"], action.hash, None)
    if permit is None or (permit["decision_id"], permit["action_hash"], permit["spent_at"]) != bound:
        return Never("no_permit", "The permit is missing, spent or for another mail.")
    if permit["expires_at"] <= now or row["not_after"] <= now:
        return Never("approval_expired", "The approval expired before the mail could leave.")
    return None


async def _judged_again(
    tx: AsyncConnection,
    stored: Decision | None,
    said: audit.Said,
    records: MailRecords,
    terms: Terms,
    policy: Policy,
    now: datetime,
) -> Never | None:
    """The gate on today's facts. A stop only waits, and this intent itself is no earlier one."""
    if stored is None:
        return Never("no_decision", "There is no decision on this mail.")
    snapshot = await judge.take_facts(tx, stored.proposal, terms, now, records=records)
    mail = snapshot.mail.model_copy(update={"already": None}) if snapshot.mail else None
    notice = snapshot.notice.model_copy(update={"already": None}) if snapshot.notice else None
    snapshot = snapshot.model_copy(update={"mail": mail, "notice": notice})
    if mail is not None and mail.contact_candidate and isinstance(stored.proposal.action, SendEmail):
        return Never("refused", "Nobody approved this recipient as a contact.")
    judgement = gate.decide(stored.proposal, snapshot, await in_force(tx, policy))
    if judgement.verdict is Verdict.REFUSE:
        return Never("refused", judgement.why)
    needs = judgement.approvers  # the table may want a second person since
    if judgement.verdict is Verdict.ASK and not said.approved(needs):
        return Never("approval_needed", f"The rules now want a person to decide: {judgement.why}")
    return None


def use_of(row: dict[str, Any], terms: Terms) -> MailUse:
    """Whose budgets an intent is taken from."""
    # the page to our own people is a mail of the workspace, and none of those a mailbox is warmed up with
    mailbox = "" if row["kind"] == "notify_owner" else terms.sender
    return MailUse(row["contact_id"], row["account_id"], row["campaign_id"], mailbox)


async def _reserved(
    tx: AsyncConnection, row: dict[str, Any], addressed: _Addressed, terms: Terms, now: datetime
) -> NotNow | None:
    """Take the mail from its budgets, then look at the clock: the counters' locks keep other claims out."""
    use = use_of(row, terms)
    ramp = limits.ramp_cap(terms.mailbox_started or now.date(), now.astimezone(UTC).date())
    short = await budgets.reserve(tx, use, now, terms.budgets, ramp)
    ours = isinstance(addressed.action, NotifyOwner)  # their morning is kept by the timetable
    wait = None if ours else await _wait(tx, addressed, terms, now)
    if short is None and wait is not None:
        await budgets.give_back(tx, use, now)
    if short is None or wait is not None:
        return wait  # the clock knows better until when
    return NotNow(_midnight(now) + timedelta(days=1), short)


async def _wait(tx: AsyncConnection, addressed: _Addressed, terms: Terms, now: datetime) -> NotNow | None:
    day, contact = _midnight(now), addressed.contact
    times = limits.SendTimes(mailbox_today=await outbox.left_since(tx, day))
    if isinstance(addressed.action, SendEmail):  # spacing and the company's cap are for mail nobody asked for
        times = replace(
            times,
            contact=addressed.written.to_contact(contact.id),
            account=addressed.written.to_account(contact.account_id, since=day),
        )
        until = addressed.lead.until
        if until is not None and until > now:
            return NotNow(until, "they asked for a later time or are away")
        wait_of_course = await _course(tx, addressed.action, contact, now)
        if wait_of_course is not None:
            return wait_of_course
    wait = limits.earliest(now, contact.zones, times, terms.mailbox_started or now.date())
    return NotNow(wait.until, wait.why) if wait else None


async def _course(tx: AsyncConnection, action: SendEmail, contact: Contact, now: datetime) -> NotNow | None:
    """Why the campaign's pace, or the part of the day this person was drawn for, keeps a mail waiting."""
    pace = await campaign_course.pace(tx, action.campaign_id)
    tomorrow = _midnight(now) + timedelta(days=1)
    if pace.first_mails == 0:
        return NotNow(tomorrow, f"the campaign is held: {pace.reason}"[:300])
    if pace.first_mails is not None and action.step == 1:
        left = await campaign_course.first_mails_since(tx, action.campaign_id, _midnight(now))
        if left >= pace.first_mails:
            return NotNow(tomorrow, f"the campaign sent its {pace.first_mails} first mails of today")
    part = await experiments.hours_of(tx, action.campaign_id, contact.id)
    opens = limits.next_in_hours(now, contact.zones, part) if part in limits.HOURS else None
    return NotNow(opens, f"it leaves in the {part} where the recipient is") if opens and opens > now else None


def _midnight(now: datetime) -> datetime:
    """When this day began, UTC."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
