"""Four-factor risk, 0–10 each with its reason. It can only make a verdict stricter."""

from autonomy.compliance import basis_of
from autonomy.facts import MailFacts, Snapshot
from domain.actions import AnyAction, SendEmail
from domain.decisions import RiskPart
from domain.labels import Integrity, Label


def assess(action: AnyAction, label: Label, snapshot: Snapshot) -> tuple[RiskPart, ...]:
    """The four factors for one action."""
    if isinstance(action, SendEmail):
        return _mail(snapshot.mail or MailFacts(), label)
    reversible = action.undo != "irreversible"
    points = 1 if reversible else 4
    why = "can be undone" if reversible else "cannot be undone"
    return (
        RiskPart(factor="financial", points=0, reason="costs nothing outside"),
        RiskPart(factor="relationship", points=0, reason="nobody outside notices"),
        RiskPart(factor="compliance", points=0, reason="no personal message leaves"),
        RiskPart(factor="strategic", points=points, reason=why),
    )


def _mail(facts: MailFacts, label: Label) -> tuple[RiskPart, ...]:
    basis = basis_of(facts.country)
    taint = label.integrity <= Integrity.UNTRUSTED
    relationship = 3 + (1 if facts.novel_account else 0) + (1 if taint else 0)
    reasons = ["a mail cannot be called back"]
    if facts.novel_account:
        reasons.append("first contact with this company")
    if taint:
        reasons.append("the text rests on web pages")
    volume = 2 if facts.batch_size > 100 else 1 if facts.batch_size > 20 else 0
    return (
        RiskPart(factor="financial", points=1, reason="one mail, no price or promise"),
        RiskPart(factor="relationship", points=relationship, reason=", ".join(reasons)),
        RiskPart(factor="compliance", points=basis.risk, reason=basis.note),
        RiskPart(factor="strategic", points=1 + volume, reason=f"{facts.batch_size} mails in this batch"),
    )
