"""What the columns of the authority matrix look at: amount, relationship and evidence of one proposal. Pure."""

from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from autonomy.facts import Snapshot
from domain.actions import (
    AnswerMail,
    BookMeeting,
    ChangeMeeting,
    ConnectedCall,
    ErasePerson,
    Mail,
    SendEmail,
    Suppress,
)
from domain.decisions import Proposal
from domain.labels import Integrity

Relationship = Literal["none", "unknown", "stranger", "contact", "replied", "customer"]
Evidence = Literal["none", "own", "sourced", "unsourced"]
RELATIONSHIPS: tuple[Relationship, ...] = ("none", "unknown", "stranger", "contact", "replied", "customer")
EVIDENCE: tuple[Evidence, ...] = ("none", "own", "sourced", "unsourced")


class Circumstances(BaseModel):
    """The facts a row may name. An unknown amount is None and counts as large."""

    model_config = ConfigDict(frozen=True)

    amount: Decimal | None = Decimal(0)
    relationship: Relationship = "unknown"
    evidence: Evidence = "unsourced"
    batch: int = 1
    country: str = ""
    undoable: bool = False
    tool: str = ""
    step: int = 0  # of a campaign's mail: 1 is the first one; 0 for everything else


def circumstances(proposal: Proposal, snapshot: Snapshot) -> Circumstances:
    """The circumstances of a proposal as the gate sees them."""
    action = proposal.action
    return Circumstances(
        amount=_amount(action.amount) if isinstance(action, ConnectedCall) else Decimal(0),
        relationship=_relationship(proposal, snapshot),
        evidence=_evidence(proposal),
        batch=max(snapshot.rows, snapshot.mail.batch_size if snapshot.mail else 1),
        country=snapshot.mail.country if snapshot.mail else "",
        undoable=action.undoable if isinstance(action, ConnectedCall) else action.undo != "irreversible",
        tool=action.tool if isinstance(action, ConnectedCall) else "",
        step=action.step if isinstance(action, SendEmail) else 0,
    )


def _amount(amount: Decimal | None) -> Decimal | None:
    """No number, infinity and less than nothing are unknown, and so count as large."""
    return amount if amount is not None and amount.is_finite() and amount >= 0 else None


def _relationship(proposal: Proposal, snapshot: Snapshot) -> Relationship:
    action = proposal.action
    if isinstance(action, Mail):
        facts = snapshot.mail
        if facts is None or not facts.contact_known:
            return "unknown"
        if isinstance(action, AnswerMail):
            wrote = facts.answered is not None and facts.answered.from_contact and facts.answered.by_person
            return "replied" if wrote else "stranger"
        return "stranger" if facts.contact_candidate or facts.novel_account else "contact"
    if isinstance(action, ConnectedCall):
        return "unknown" if action.destinations else "none"
    meets = isinstance(action, BookMeeting | ChangeMeeting)
    if meets and snapshot.meeting and snapshot.meeting.contact_answered:
        return "replied"
    if meets or isinstance(action, Suppress | ErasePerson):
        return "contact"
    return "none"


def _evidence(proposal: Proposal) -> Evidence:
    if proposal.label.integrity is Integrity.OWNER:
        return "own"
    if isinstance(proposal.action, Mail):
        return "sourced" if proposal.action.claims else "none"
    return "unsourced" if proposal.label.integrity <= Integrity.MAIL else "sourced"
