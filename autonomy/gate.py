"""The gate: a pure function from a proposal and facts to a verdict. It has no model and no database."""

from autonomy.facts import Snapshot
from autonomy.policy import Policy
from autonomy.risk import assess
from autonomy.rules import mail_hits
from domain.actions import (
    ChangeIcp,
    EditDraft,
    PauseSending,
    QualifyProspects,
    ResumeSending,
    SendEmail,
    Suppress,
)
from domain.decisions import STRICTNESS, Judgement, Proposal, RuleHit, Verdict

RISK_ASKS = 8  # from here on a person decides, whatever the matrix says


def decide(proposal: Proposal, snapshot: Snapshot, policy: Policy) -> Judgement:
    """Judge a proposal: hard rules, then the authority matrix, then risk; the strictest wins."""
    hits = [*_hard_hits(proposal, snapshot), policy.judge(proposal.actor, proposal.action.kind)]
    risk = assess(proposal.action, proposal.label, snapshot)
    highest = max(risk, key=lambda part: part.points)
    if highest.points >= RISK_ASKS:
        message = f"High {highest.factor} risk: {highest.reason}"
        hits.append(RuleHit(rule="risk", verdict=Verdict.ASK, message=message))
    verdict = max((hit.verdict for hit in hits), key=lambda one: STRICTNESS[one])
    return Judgement(verdict=verdict, hits=tuple(hits), risk=risk)


def _hard_hits(proposal: Proposal, snapshot: Snapshot) -> list[RuleHit]:
    action = proposal.action
    if isinstance(action, SendEmail):
        return [*mail_hits(action, snapshot), *_candidate(snapshot)]
    if isinstance(action, PauseSending | Suppress):
        return []  # stopping, and never writing to somebody, work even while everything is stopped
    hits = []
    if isinstance(action, ResumeSending) and (proposal.actor.kind, proposal.actor.role) != ("user", "owner"):
        hits.append(_refusal("G18", "Only a signed-in owner may start sending again."))
    elif not isinstance(action, ResumeSending) and snapshot.stopped_effects:
        hits.append(_refusal("G18", snapshot.stopped_effects))
    if isinstance(action, ChangeIcp | QualifyProspects | EditDraft) and not snapshot.previous_exists:
        hits.append(_refusal("G12", "What this would change does not exist."))
    return hits


def _candidate(snapshot: Snapshot) -> list[RuleHit]:
    """An address found on the web is nobody's contact until a person approved it (G1)."""
    if snapshot.mail is None or not snapshot.mail.contact_candidate:
        return []
    message = "The recipient was found on the web and nobody approved them yet."
    return [RuleHit(rule="G1", verdict=Verdict.ASK, message=message)]


def _refusal(rule: str, message: str) -> RuleHit:
    return RuleHit(rule=rule, verdict=Verdict.REFUSE, message=message)
