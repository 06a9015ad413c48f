"""The gate: a pure function from a proposal and facts to a verdict. It has no model and no database."""

from autonomy.act_rules import act_hits
from autonomy.circumstances import circumstances
from autonomy.facts import Snapshot
from autonomy.policy import Policy
from autonomy.risk import assess
from autonomy.rules import mail_hits
from domain.actions import AnswerMail, Mail
from domain.decisions import STRICTNESS, Judgement, Proposal, RuleHit, Verdict


def decide(proposal: Proposal, snapshot: Snapshot, policy: Policy) -> Judgement:
    """Judge a proposal: hard rules, then the authority matrix, then risk; the strictest wins."""
    seen = circumstances(proposal, snapshot)
    row = policy.judge(proposal.actor, proposal.action.kind, seen, snapshot.earned_level)
    hits = [*_hard_hits(proposal, snapshot), row]
    risk = assess(proposal.action, proposal.label, snapshot)
    highest = max(risk, key=lambda part: part.points)
    if highest.points >= policy.risk_asks:
        message = f"High {highest.factor} risk: {highest.reason}"
        hits.append(RuleHit(rule="risk", verdict=Verdict.ASK, message=message))
    if snapshot.at_least is not None:
        hits.append(snapshot.at_least)
    verdict = max((hit.verdict for hit in hits), key=lambda one: STRICTNESS[one])
    return Judgement(verdict=verdict, hits=tuple(hits), risk=risk)


def _hard_hits(proposal: Proposal, snapshot: Snapshot) -> list[RuleHit]:
    action = proposal.action
    if isinstance(action, Mail):
        return [*mail_hits(action, snapshot, proposal.label), *_candidate(action, snapshot)]
    return act_hits(proposal, snapshot)


def _candidate(action: Mail, snapshot: Snapshot) -> list[RuleHit]:
    """An address found on the web or in a mail is nobody's contact until a person approved it (G1).

    Somebody who wrote to us, as the receiving server confirms, may be answered.
    """
    if snapshot.mail is None or not snapshot.mail.contact_candidate:
        return []
    answered = snapshot.mail.answered
    if isinstance(action, AnswerMail) and answered is not None and answered.authenticated:
        return []
    message = "The recipient's address was found and nobody approved them yet."
    return [RuleHit(rule="G1", verdict=Verdict.ASK, message=message)]
