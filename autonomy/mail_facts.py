"""Facts about one mail that would leave, read from the store: a touch of a campaign or an answer. Judges nothing."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from autonomy import suppression
from autonomy.facts import AnsweredFacts, MailFacts
from autonomy.terms import Terms
from domain.accounts import Account, Contact, ContactStatus
from domain.actions import AnswerMail, Mail, SendEmail
from domain.icp import CompanyProfile
from domain.mail import ANSWERABLE
from runtime.store import campaigns, crm, inbound, knowledge, outbox, people, threads

DAY = timedelta(days=1)
_AUTHENTICATED = {"yes": True, "no": False}  # whatever else: unknown


async def mail_facts(
    tx: AsyncConnection, action: Mail, terms: Terms, now: datetime, batch_size: int = 1
) -> MailFacts:
    """The facts about one mail."""
    contact = await crm.contact(tx, action.contact_id)
    if contact is None:
        return MailFacts(campaign_state=await _campaign_state(tx, action))
    base = await _base(tx, action, contact, terms, batch_size)
    if isinstance(action, SendEmail):
        return base.model_copy(update=await _touch(tx, action))
    if isinstance(action, AnswerMail):
        return base.model_copy(update={"answered": await _answered(tx, action, contact, now)})
    return base


async def _base(
    tx: AsyncConnection, action: Mail, contact: Contact, terms: Terms, batch_size: int
) -> MailFacts:
    account = await crm.account(tx, contact.account_id)
    profile = await knowledge.active_profile(tx)
    intent = await outbox.by_key(tx, action.key)
    return MailFacts(
        contact_known=True,
        contact_erased=contact.status is ContactStatus.ERASED,
        contact_candidate=contact.status is ContactStatus.CANDIDATE,
        has_address=bool(contact.email),
        country=account.country if account else "",
        zones=contact.zones,
        suppressed=await people.suppressed(tx, suppression.hashes_of(terms.salt, contact.email)),
        already=str(intent["state"]) if intent else None,
        allowed_links=(*terms.allowed_links, *((profile.url,) if profile else ())),
        known_names=_names(contact, account, profile, terms),
        unknown_evidence=await _unknown_evidence(tx, action, contact.account_id),
        disclosure=terms.disclosure,
        postal_address=terms.postal_address,
        sender=terms.sender,
        can_unsubscribe=bool(terms.public_url),
        own_addresses=(terms.sender,),
        secrets=terms.secrets,
        novel_account=not await outbox.sent_times(tx, account_id=contact.account_id),
        batch_size=batch_size,
    )


def _names(
    contact: Contact, account: Account | None, profile: CompanyProfile | None, terms: Terms
) -> tuple[str, ...]:
    names = {
        contact.name,
        terms.sender_name,
        account.name if account else "",
        profile.name if profile else "",
    }
    return tuple(sorted(name for name in names if name))


async def _campaign_state(tx: AsyncConnection, action: Mail) -> str:
    if not isinstance(action, SendEmail):
        return ""
    campaign = await campaigns.campaign(tx, action.campaign_id)
    return str(campaign.state) if campaign else ""


async def _touch(tx: AsyncConnection, action: SendEmail) -> dict[str, object]:
    campaign = await campaigns.campaign(tx, action.campaign_id)
    draft = await campaigns.draft(tx, action.draft_id)
    live = draft is not None and not draft.dropped
    of_draft = (draft.campaign_id, draft.touch_id, draft.contact_id) if draft else ()
    sent = await outbox.sent_times(tx, contact_id=action.contact_id, campaign_id=action.campaign_id)
    return {
        "in_audience": campaign is not None and live,
        "draft_matches": live and of_draft == (action.campaign_id, action.touch_id, action.contact_id),
        "campaign_state": str(campaign.state) if campaign else "",
        "plan_version": campaign.plan_version if campaign else 0,
        "touch_known": campaign is not None
        and any((touch.id, touch.step) == (action.touch_id, action.step) for touch in campaign.touches),
        "sent_to_contact": len(sent),
        "lead_state": await threads.state_of(tx, action.campaign_id, action.contact_id),
    }


async def _answered(
    tx: AsyncConnection, action: AnswerMail, contact: Contact, now: datetime
) -> AnsweredFacts:
    row = await inbound.one(tx, action.inbound_id)
    thread = await threads.one(tx, action.thread_id)
    if row is None:
        return AnsweredFacts()
    mine = thread is not None and thread["contact_id"] == contact.id
    today = await outbox.sent_times(tx, contact_id=contact.id, kinds=("answer_mail",), since=now - DAY)
    return AnsweredFacts(
        exists=inbound.answer_key(row) == action.answers,
        same_thread=mine and row["thread_id"] == action.thread_id,
        from_contact=bool(contact.email) and row["from_address"].lower() == contact.email.lower(),
        authenticated=authenticated(row),
        by_person=row["kind"] in ANSWERABLE,
        to_contact_today=len(today),
    )


def authenticated(row: dict[str, Any]) -> bool | None:
    """Whether the receiving server vouched for the sender of a stored mail; None when it said nothing."""
    body = row["body"] if isinstance(row["body"], dict) else {}
    return _AUTHENTICATED.get(str(body.get("authenticated", "")))


async def _unknown_evidence(tx: AsyncConnection, action: Mail, account_id: str) -> tuple[str, ...]:
    stored = await knowledge.stored_evidence(tx, [knowledge.SELLER, account_id])
    return tuple(
        claim.text for claim in action.claims if (claim.evidence.url, claim.evidence.sha256) not in stored
    )
