"""Four-factor risk, 0–10 each with its reason. It can only make a verdict stricter.

Pure. What is not known counts as high; stopping and opting out carry no risk at all.
"""

from autonomy import risk_marks
from autonomy.compliance import basis_of
from autonomy.facts import MailFacts, Snapshot
from autonomy.risk_marks import UNKNOWN, Factor
from domain.actions import (
    AnswerMail,
    AnyAction,
    BookMeeting,
    ChangeAutonomy,
    ChangeMeeting,
    ChangePolicy,
    ConnectedCall,
    ErasePerson,
    Mail,
    NotifyOwner,
    PauseSending,
    RecordProspects,
    ResumeSending,
    Suppress,
    UpdateRecord,
)
from domain.decisions import RiskPart
from domain.labels import Label

GOES_ON = 5  # a further mail of a sequence: a cautious owner is still asked
INSIDE_MOST = 7  # what can be undone and leaves nothing outside never asks by its points alone


def assess(action: AnyAction, label: Label, snapshot: Snapshot) -> tuple[RiskPart, ...]:
    """The four factors for one action."""
    if isinstance(action, PauseSending | Suppress):
        return _harmless()
    factors = _factors(action, label, snapshot)
    risk_marks.raise_by_outcomes(factors, snapshot.calibration)
    return tuple(factor.part() for factor in factors)


def _factors(action: AnyAction, label: Label, snapshot: Snapshot) -> list[Factor]:
    match action:
        case Mail():
            return _mail(action, snapshot, label)
        case ConnectedCall():
            return _call(action, label, snapshot)
        case BookMeeting() | ChangeMeeting():
            return _meeting(action, label, snapshot)
        case NotifyOwner():
            return _notice(label, snapshot)
        case ChangePolicy() | ChangeAutonomy() | ResumeSending() | ErasePerson():
            return _authority(action)
        case _:
            return _inside(action, label, snapshot)


def _harmless() -> tuple[RiskPart, ...]:
    reason = "stopping and leaving somebody alone harm nobody"
    return tuple(Factor(name, reason).part() for name in risk_marks.NAMES)


def _mail(action: Mail, snapshot: Snapshot, label: Label) -> list[Factor]:
    facts = snapshot.mail or MailFacts()
    financial = Factor("financial", "one mail, no price or promise", 1)
    relationship = Factor("relationship", "a mail cannot be called back", 3)
    if isinstance(action, AnswerMail):  # they wrote to us: the basis is their own request
        compliance = Factor("compliance", "answers a mail that this person wrote to us", 1)
    elif facts.sent_to_contact:  # whoever let the first mail go vouched for its basis
        basis = basis_of(facts.country)
        compliance = Factor("compliance", "goes on with a sequence that was let go", min(basis.risk, GOES_ON))
    else:
        basis = basis_of(facts.country)
        compliance = Factor("compliance", basis.note, basis.risk)
    strategic = Factor("strategic", f"{facts.batch_size} mails in this batch", 1)
    relationship.add(int(facts.novel_account), "first contact with this company")
    risk_marks.taint(relationship, label)
    if snapshot.mail is None:
        relationship.at_least(UNKNOWN, "nothing is known about the recipient")
    risk_marks.novelty(relationship, snapshot.usage)
    risk_marks.volume(strategic, facts.batch_size, snapshot.usage)
    risk_marks.odd_hour(strategic, snapshot.now)
    return [financial, relationship, compliance, strategic]


def _call(action: ConnectedCall, label: Label, snapshot: Snapshot) -> list[Factor]:
    outside = action.reach == "outside"
    financial = Factor("financial", "costs nothing outside")
    relationship = Factor("relationship", "nobody outside notices")
    compliance = Factor("compliance", "nothing leaves")
    if action.reach == "read":
        strategic = Factor("strategic", "only reads")
        risk_marks.taint(strategic, label)
        return [financial, relationship, compliance, strategic]
    strategic = Factor("strategic", *(("can be undone", 1) if action.undoable else ("cannot be undone", 4)))
    risk_marks.amount(financial, action.amount, snapshot.call)
    if outside:
        reached = len(action.destinations)
        relationship.at_least(2, f"reaches {reached} outside" if reached else "reaches outside")
        relationship.add(min(2, max(0, reached - 1)), "reaches several at once")
        compliance.at_least(3 if action.content else 1, "text leaves" if action.content else "a call leaves")
        risk_marks.taint(relationship, label)
    if snapshot.call is None:
        strategic.at_least(UNKNOWN, "nothing is known about this call")
    risk_marks.novelty(strategic, snapshot.usage)
    risk_marks.volume(strategic, 1, snapshot.usage)
    risk_marks.odd_hour(strategic, snapshot.now)
    return [financial, relationship, compliance, strategic]


def _meeting(action: BookMeeting | ChangeMeeting, label: Label, snapshot: Snapshot) -> list[Factor]:
    facts, booking = snapshot.meeting, isinstance(action, BookMeeting)
    minutes = action.minutes if isinstance(action, BookMeeting) else 0
    financial = (
        Factor("financial", f"{minutes} minutes of a salesperson", 1) if booking else Factor("financial")
    )
    financial.add(2 if minutes > 120 else 0, "longer than two hours")
    if booking and minutes <= 0:
        financial.at_least(UNKNOWN, "how long it takes is unknown")
    relationship = Factor("relationship", "an invitation is seen at once", 2)
    compliance = Factor("compliance", "a calendar entry with a name", 1)
    strategic = Factor("strategic", "can be cancelled", 1)
    relationship.add(min(3, max(0, len(action.attendees) - 1)), f"{len(action.attendees)} people are invited")
    risk_marks.taint(relationship, label)
    if facts is None:
        relationship.at_least(UNKNOWN, "nothing is known about this meeting")
    elif booking:
        relationship.add(0 if facts.contact_answered else 3, "the contact did not answer us")
        relationship.add(0 if facts.slot_offered else 2, "nobody offered this time")
    elif not facts.made_by_us:
        relationship.at_least(UNKNOWN, "the meeting is not one we made")
    risk_marks.novelty(strategic, snapshot.usage)
    risk_marks.volume(strategic, 1, snapshot.usage)
    if action.starts_at is not None:
        risk_marks.odd_hour(strategic, action.starts_at)
    return [financial, relationship, compliance, strategic]


def _notice(label: Label, snapshot: Snapshot) -> list[Factor]:
    """A page that only our own people read."""
    relationship = Factor("relationship", "only our own people read it")
    compliance = Factor("compliance", "names people to those who may read our records", 1)
    strategic = Factor("strategic", "a mail cannot be called back", 1)
    risk_marks.taint(relationship, label)
    if snapshot.notice is None:
        relationship.at_least(UNKNOWN, "nothing is known about who would get it")
    risk_marks.novelty(strategic, snapshot.usage)
    risk_marks.volume(strategic, 1, snapshot.usage)
    return [Factor("financial", "costs nothing outside"), relationship, compliance, strategic]


def _authority(action: ChangePolicy | ChangeAutonomy | ResumeSending | ErasePerson) -> list[Factor]:
    """Acts on limits and rights: who may do them is a hard rule's business, so they stay below an ask."""
    compliance = Factor("compliance", "no personal message leaves")
    strategic = Factor("strategic", "can be taken back", 2)
    match action:
        case ChangePolicy(simulated=0):
            strategic.at_least(INSIDE_MOST, "it was replayed over no past decision")
        case ChangePolicy(loosened=loosened, simulated=simulated) if loosened > 0:
            strategic.at_least(
                min(INSIDE_MOST, 4 + round(3 * loosened / max(1, simulated))),
                f"it would have been looser with {loosened} of {simulated} past decisions",
            )
        case ChangeAutonomy(before=before, after=after):
            widens = after > before
            strategic = Factor(
                "strategic", "an agent may do more alone" if widens else "narrows", 4 if widens else 0
            )
        case ResumeSending():
            strategic.at_least(4, "what was stopped goes on")
        case ErasePerson():
            strategic = Factor("strategic", "cannot be undone", 4)
            compliance = Factor("compliance", "a person's right; what is erased is gone", 3)
        case _:
            pass
    return [
        Factor("financial", "costs nothing outside"),
        Factor("relationship", "nobody outside notices"),
        compliance,
        strategic,
    ]


def _inside(action: AnyAction, label: Label, snapshot: Snapshot) -> list[Factor]:
    """Our own records: nothing leaves, and what can be undone stays below an ask."""
    undoable = action.undo != "irreversible"
    strategic = Factor("strategic", *(("can be undone", 1) if undoable else ("cannot be undone", 4)))
    compliance = Factor("compliance", "no personal message leaves")
    risk_marks.taint(strategic, label)
    risk_marks.novelty(strategic, snapshot.usage)
    batch = 1
    if isinstance(action, RecordProspects):
        batch = max(snapshot.rows, action.companies, action.people)
        compliance.add(int(action.people > 0), f"{action.people} people's details are stored")
    if isinstance(action, UpdateRecord) and (snapshot.record is None or not snapshot.record.empty):
        strategic.add(2, "a value may be overwritten")
    risk_marks.volume(strategic, batch, snapshot.usage)
    if undoable:
        strategic.at_most(INSIDE_MOST)
    return [
        Factor("financial", "costs nothing outside"),
        Factor("relationship", "nobody outside notices"),
        compliance,
        strategic,
    ]
