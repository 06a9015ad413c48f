"""What comes next in a deal, in words and with a date in the owner's working hours. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.deals import DealFact, DealStage, missing
from graph.desk import Desk
from graph.specialists.office import Office

SHOWN = {
    DealFact.NEED: "what they need",
    DealFact.MEETING_HELD: "a meeting that was held",
    DealFact.STAKEHOLDER: "who else has a say",
    DealFact.AUTHORITY: "who decides",
    DealFact.TIMING: "by when",
    DealFact.BUDGET: "what they can spend",
    DealFact.COMPETITOR: "whom else they look at",
    DealFact.PROPOSAL_SENT: "that a proposal was sent",
    DealFact.TERMS_AGREED: "that the terms are agreed",
    DealFact.SIGNED: "a signature",
    DealFact.LOST_REASON: "why it was lost",
}
_DAYS = {
    DealStage.DISCOVERY: 2,
    DealStage.EVALUATION: 3,
    DealStage.PROPOSAL: 3,
    DealStage.NEGOTIATION: 5,
}


@dataclass(frozen=True)
class NextStep:
    """What is done next, and when."""

    text: str
    at: datetime


def plan_next(
    stage: DealStage, known: Iterable[DealFact], person: str, now: datetime, office: Office
) -> NextStep:
    """The next step in a stage: to show what must be known before it can be left."""
    return NextStep(_words(stage, missing(stage, known), person or "them"), office.in_days(now, _DAYS[stage]))


def _words(stage: DealStage, open_points: frozenset[DealFact], person: str) -> str:
    match stage:
        case DealStage.DISCOVERY if DealFact.MEETING_HELD in open_points:
            return f"Agree a meeting with {person}"
        case DealStage.DISCOVERY:
            return f"Ask {person} what they want solved"
        case DealStage.EVALUATION if open_points:
            return f"Find out from {person} {named(open_points)}"
        case DealStage.EVALUATION:
            return f"Go through what {person} needs, and prepare a proposal"
        case DealStage.PROPOSAL:
            return f"Send {person} a proposal"
        case _:
            return f"Agree the terms with {person}"


def named(facts: Iterable[DealFact]) -> str:
    """Facts in words: "who decides and by when"."""
    words = [SHOWN[fact] for fact in sorted(facts)]
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def office_at(desk: Desk) -> Office:
    """The owner's working time."""
    return desk.office
