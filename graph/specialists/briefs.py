"""The brief of one mail: all a writer may use – facts with evidence, nothing else."""

from domain.accounts import CompanyFacts
from domain.campaigns import Campaign
from domain.icp import CompanyProfile, Icp, LineKind
from domain.knowledge import Evidence
from graph.desk import Desk
from graph.specialists.audience import Recipient
from language.port import MailBrief

SELLER_FIELDS = ("offer", "proof", "customer", "pricing", "audience", "region")
Known = tuple[str, str, Evidence]


def brief_for(
    desk: Desk,
    campaign: Campaign,
    icp: Icp,
    profile: CompanyProfile,
    recipient: Recipient,
    variant: str,
    *,
    step: int = 1,
) -> MailBrief:
    """What may be used in the mail to one person."""
    contact, account = recipient.contact, recipient.account
    return MailBrief(
        seller_name=profile.name,
        sender_name=desk.terms.sender_name,
        seller=_seller(profile),
        pains=tuple((line.value, line.evidence[0]) for line in icp.of(LineKind.PAIN)),
        account_name=account.name,
        account=_account(account.facts) if account.facts else (),
        contact_name=contact.name,
        contact_title=contact.title,
        contact_role=contact.role,
        why_them=tuple(reason.text for reason in recipient.reasons if reason.side == "for"),
        language=contact.language or "en",
        variant=variant,
        step=step,
        goal=campaign.goal,
        seed=contact.id,
    )


def _seller(profile: CompanyProfile) -> tuple[Known, ...]:
    return tuple(
        (fact.field, fact.value, fact.evidence[0])
        for field in SELLER_FIELDS
        for fact in profile.facts
        if fact.field == field
    )


def _account(facts: CompanyFacts) -> tuple[Known, ...]:
    """What their site shows, most telling first."""
    found: list[Known] = []
    if facts.summary:
        found.append(("summary", facts.summary.value, facts.summary.evidence))
    found += [("signal", fact.value, fact.evidence) for fact in facts.signals]
    found += [("technology", fact.value, fact.evidence) for fact in facts.technologies]
    found += [("industry", fact.value, fact.evidence) for fact in facts.industries[:1]]
    if facts.city:
        found.append(("city", facts.city.value, facts.city.evidence))
    if facts.staff_evidence and facts.staff_min is not None:
        found.append(("staff", str(facts.staff_min), facts.staff_evidence))
    return tuple(found)
