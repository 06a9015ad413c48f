"""Facts about one mail that would leave, read from the store: a touch of a campaign or an answer. Judges nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import suppression
from autonomy.facts import AnsweredFacts, MailFacts
from autonomy.terms import Terms
from domain.accounts import Contact, ContactStatus
from domain.actions import AnswerMail, Mail, SendEmail
from domain.campaigns import Campaign, Draft
from domain.icp import CompanyProfile
from domain.mail import ANSWERABLE
from runtime.store import campaigns, crm, inbound, knowledge, people, threads
from runtime.store.threads import Lead
from runtime.store.written import Written, written

DAY = timedelta(days=1)
_NO_LEAD, _NOTHING = Lead(), Written()
_AUTHENTICATED = {"yes": True, "no": False}  # whatever else: unknown


@dataclass(frozen=True)
class MailRecords:
    """What the store holds about one mail, read once: for these facts and for whatever a claim asks besides."""

    contact: Contact | None = None
    company: str = ""
    country: str = ""
    campaign: Campaign | None = None
    draft: Draft | None = None
    lead: Lead = _NO_LEAD
    written: Written = _NOTHING


async def mail_records(tx: AsyncConnection, action: Mail) -> MailRecords:
    """The records about one mail."""
    campaign = draft = None
    lead = _NO_LEAD
    if isinstance(action, SendEmail):
        campaign = await campaigns.campaign(tx, action.campaign_id)
        draft = await campaigns.draft(tx, action.draft_id)
        lead = await threads.lead(tx, action.campaign_id, action.contact_id)
    known = await crm.recipient(tx, action.contact_id)
    if known is None:
        return MailRecords(campaign=campaign)
    past = await written(tx, known.contact.id, known.contact.account_id, action.key)
    return MailRecords(known.contact, known.company, known.country, campaign, draft, lead, past)


async def mail_facts(
    tx: AsyncConnection,
    action: Mail,
    terms: Terms,
    now: datetime,
    batch_size: int = 1,
    records: MailRecords | None = None,
) -> MailFacts:
    """The facts about one mail; its records are read unless the caller just did."""
    records = records or await mail_records(tx, action)
    if records.contact is None:
        return MailFacts(campaign_state=str(records.campaign.state) if records.campaign else "")
    base = await _base(tx, action, records.contact, records, terms, batch_size)
    if isinstance(action, SendEmail):
        return base.model_copy(update=_touch(action, records))
    if isinstance(action, AnswerMail):
        return base.model_copy(
            update={"answered": await _answered(tx, action, records.contact, records, now)}
        )
    return base


async def _base(
    tx: AsyncConnection, action: Mail, contact: Contact, records: MailRecords, terms: Terms, batch_size: int
) -> MailFacts:
    profile = await knowledge.active_profile(tx)
    return MailFacts(
        contact_known=True,
        contact_erased=contact.status is ContactStatus.ERASED,
        contact_candidate=contact.status is ContactStatus.CANDIDATE,
        has_address=bool(contact.email),
        country=records.country,
        zones=contact.zones,
        suppressed=await people.suppressed(tx, suppression.hashes_of(terms.salt, contact.email)),
        already=records.written.state_of(action.key),
        allowed_links=(*terms.allowed_links, *((profile.url,) if profile else ())),
        known_names=_names(contact, records.company, profile, terms),
        unknown_evidence=await _unknown_evidence(tx, action, contact.account_id),
        disclosure=terms.disclosure,
        postal_address=terms.postal_address,
        sender=terms.sender,
        can_unsubscribe=bool(terms.public_url),
        own_addresses=(terms.sender,),
        secrets=terms.secrets,
        novel_account=not records.written.to_account(contact.account_id),
        batch_size=batch_size,
    )


def _names(contact: Contact, company: str, profile: CompanyProfile | None, terms: Terms) -> tuple[str, ...]:
    names = {contact.name, terms.sender_name, company, profile.name if profile else ""}
    return tuple(sorted(name for name in names if name))


def _touch(action: SendEmail, records: MailRecords) -> dict[str, object]:
    campaign, draft = records.campaign, records.draft
    live = draft is not None and not draft.dropped
    of_draft = (draft.campaign_id, draft.touch_id, draft.contact_id) if draft else ()
    sent = records.written.to_contact(action.contact_id, campaign_id=action.campaign_id)
    return {
        "in_audience": campaign is not None and live,
        "draft_matches": live and of_draft == (action.campaign_id, action.touch_id, action.contact_id),
        "campaign_state": str(campaign.state) if campaign else "",
        "plan_version": campaign.plan_version if campaign else 0,
        "touch_known": campaign is not None
        and any((touch.id, touch.step) == (action.touch_id, action.step) for touch in campaign.touches),
        "sent_to_contact": len(sent),
        "lead_state": records.lead.state,
    }


async def _answered(
    tx: AsyncConnection, action: AnswerMail, contact: Contact, records: MailRecords, now: datetime
) -> AnsweredFacts:
    row = await inbound.one(tx, action.inbound_id)
    thread = await threads.one(tx, action.thread_id)
    if row is None:
        return AnsweredFacts()
    mine = thread is not None and thread["contact_id"] == contact.id
    today = records.written.to_contact(contact.id, kind="answer_mail", since=now - DAY)
    return AnsweredFacts(
        exists=inbound.answer_key(row) == action.answers,
        same_thread=mine and row["thread_id"] == action.thread_id,
        from_contact=bool(contact.email) and row["from_address"].lower() == contact.email.lower(),
        authenticated=authenticated(row),
        by_person=row["kind"] in ANSWERABLE,
        to_contact_today=len(today),
        subjects=_subjects(row, thread),
    )


def _subjects(row: dict[str, Any], thread: dict[str, Any] | None) -> tuple[str, ...]:
    body = row["body"]  # words, when the mail could not be read
    told = (body.get("subject", "") if isinstance(body, dict) else "", thread["subject"] if thread else "")
    return tuple(one for one in told if one)


def authenticated(row: dict[str, Any]) -> bool | None:
    """Whether the receiving server vouched for the sender of a stored mail; None when it said nothing."""
    body = row["body"] if isinstance(row["body"], dict) else {}
    return _AUTHENTICATED.get(str(body.get("authenticated", "")))


async def _unknown_evidence(tx: AsyncConnection, action: Mail, account_id: str) -> tuple[str, ...]:
    if not action.claims:
        return ()
    stored = await knowledge.stored_evidence(tx, [knowledge.SELLER, account_id])
    return tuple(
        claim.text for claim in action.claims if (claim.evidence.url, claim.evidence.sha256) not in stored
    )
