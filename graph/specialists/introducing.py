"""Outreach to a person named in a reply: one first mail that says who named them, put before the owner.

They never wrote to us, so nothing leaves without a yes; a campaign that is over, or an address elsewhere, gets none.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import Account, Contact, ContactStatus
from domain.campaigns import Campaign, Claim, Draft, WrittenMail
from domain.deals import says
from domain.errors import RainmakerError
from domain.icp import CompanyProfile, Icp
from domain.knowledge import Evidence
from domain.labels import Integrity, Label, combine
from domain.mail import Authenticated, InboundMail
from domain.replies import Referred, ReplyReading
from graph.desk import Desk
from graph.specialists.audience import Recipient
from graph.specialists.briefs import brief_for
from graph.specialists.dealing import same_company
from graph.specialists.mail_check import check_drafts, mail_action
from graph.specialists.new_people import met
from graph.state import StepResult, Wanted
from runtime.store import campaigns, crm, inbound, knowledge, outbox, threads
from tools.catalog import Args, tool
from tools.read.identity import company_domain

_LINES = {"en": "{who} pointed me to you.", "de": "{who} hat mich an Sie verwiesen."}
_NAMELESS = {
    "en": "Somebody at {who} pointed me to you.",
    "de": "Jemand bei {who} hat mich an Sie verwiesen.",
}


class NamedArgs(Args):
    """Which mail names somebody."""

    inbound_id: str = Field(pattern=r"^inb_[0-9a-z]{1,36}$", description="Id of a mail that came in.")


@dataclass(frozen=True)
class _Known:
    """What the mail to a person who was named rests on."""

    row: dict[str, Any]
    mail: InboundMail
    referrer: Contact
    account: Account
    campaign: Campaign
    icp: Icp
    profile: CompanyProfile
    label: Label


@tool("outreach", NamedArgs, effect="propose", undo="unsent mails can be cancelled", cost="1 mail")
async def introduce(desk: Desk, args: NamedArgs) -> StepResult:
    """Write the first mail to a colleague whom a reply names, and ask the owner to send it."""
    async with desk.database.read() as tx:
        known = await _known(tx, args.inbound_id)
    person = _named(known) if known else None
    if known is None or person is None:
        return StepResult(text="The mail names nobody at that company whom we could write to.")
    now = await desk.clock.now()
    contact = await _contact(desk, known, person, now)
    if contact is None:
        return StepResult(text=f"{person.name or person.email} is in touch with us already.")
    draft = await _draft(desk, known, contact, person, now)
    if draft is None or draft.blocked:
        return StepResult(text=f"Nothing that is true and allowed could be written to {person.email}.")
    reason = f"{known.referrer.name or known.referrer.email} named them in a reply."
    return StepResult(
        text=f"A mail to {contact.name or contact.email} waits for you. {reason}",
        wanted=(Wanted(action=mail_action(known.campaign, draft), reason=reason, label=draft.label),),
        summary=f"Write to {contact.name or contact.email} at {known.account.name}: {reason}",
        cause=args.inbound_id,
    )


async def _contact(desk: Desk, known: _Known, person: Referred, now: datetime) -> Contact | None:
    """Whom to write to: a candidate made of their name, or one we knew; None for whom we wrote to or had refused."""
    async with desk.database.write() as tx:
        for contact_id in await threads.contacts_at(tx, person.email):
            contact = await crm.contact(tx, contact_id)
            talks = await threads.of_contact(tx, contact_id)
            if contact is None or talks or await outbox.touches_of(tx, known.campaign.id, contact_id):
                return None
            return contact if contact.status is not ContactStatus.ERASED else None
        return await met(
            tx,
            desk.ids,
            address=person.email,
            name=person.name,
            title=person.title,
            like=known.referrer,
            label=known.label,
            cause=known.row["id"],
            now=now,
        )


async def _known(tx: AsyncConnection, inbound_id: str) -> _Known | None:
    row = await inbound.one(tx, inbound_id)
    thread = await threads.one(tx, row["thread_id"]) if row else None
    referrer = await crm.contact(tx, row["contact_id"]) if row else None
    if row is None or thread is None or referrer is None or not row["reading"]:
        return None
    mail = InboundMail.model_validate(row["body"])
    account = await crm.account(tx, referrer.account_id)
    campaign = await campaigns.campaign(tx, thread["campaign_id"])
    icp, profile = await knowledge.active_icp(tx), await knowledge.active_profile(tx)
    proven = mail.authenticated is Authenticated.YES
    if not proven or account is None or campaign is None or icp is None or profile is None:
        return None
    label = Label(
        integrity=Integrity(row["integrity"]), readers=frozenset(row["readers"]), origin=row["origin"]
    )
    return _Known(row, mail, referrer, account, campaign, icp, profile, label)


def _named(known: _Known) -> Referred | None:
    """The first person with an address at the company of whoever names them."""
    reading = ReplyReading.model_validate(known.row["reading"])
    company = company_domain(known.referrer.email)
    said = known.mail.new_text or known.mail.text
    for one in reading.referrals:
        if one.email and same_company(one.email, company) and says(said, one.quote):
            return one
    return None


async def _draft(
    desk: Desk, known: _Known, contact: Contact, person: Referred, now: datetime
) -> Draft | None:
    first = next((touch for touch in known.campaign.touches if touch.step == 1), None)
    recipient = Recipient(contact, known.account, ())
    brief = brief_for(desk, known.campaign, known.icp, known.profile, recipient, known.campaign.variants[0])
    try:
        mail = await desk.language.write_mail(brief)
    except RainmakerError:
        return None
    who, sources = _referrer(known, person)
    if first is None or not who:
        return None
    draft = Draft(
        id=desk.ids.new("drf"),
        campaign_id=known.campaign.id,
        touch_id=first.id,
        contact_id=contact.id,
        mail=_with_referrer(mail, known, who, brief.language, sources),
        label=combine([known.account.label, contact.label], origin=desk.language.info.name),
    )
    async with desk.database.write() as tx:
        await knowledge.keep_evidence(tx, known.account.id, sources)
        await campaigns.keep_drafts(tx, [draft], now)
        await check_drafts(tx, desk, known.campaign, [draft])
        return await campaigns.draft(tx, draft.id)


def _referrer(known: _Known, person: Referred) -> tuple[str, tuple[Evidence, ...]]:
    """How whoever named them may be called, "" when in no way, with their sentence and who sent it.

    Of a mailbox that nobody's name stands for, only the company is known.
    """
    sender = known.mail.sender
    shown, name = sender.name if sender else "", known.referrer.name
    if name and name.casefold() not in shown.casefold():
        return "", ()  # then nobody can be named truthfully
    url, at = f"mail:{known.row['id']}", known.row["came_at"]
    quotes = (" ".join(person.quote.split()), f"From: {shown or known.referrer.email}")
    sources = tuple(Evidence(url=url, quote=one, seen_at=at, label=known.label) for one in quotes)
    return name or known.account.name, sources


def _with_referrer(
    mail: WrittenMail, known: _Known, who: str, language: str, sources: tuple[Evidence, ...]
) -> WrittenMail:
    """The mail with the line that says who named them, right after the greeting."""
    lines = _LINES if known.referrer.name else _NAMELESS
    line = lines.get(language[:2], lines["en"]).format(who=who)
    greeting, _, rest = mail.body.partition("\n\n")
    claims = tuple(Claim(text=line, evidence=one) for one in sources)
    return mail.model_copy(
        update={"body": f"{greeting}\n\n{line}\n\n{rest}", "claims": (*claims, *mail.claims)}
    )


TOOLS = (introduce,)
