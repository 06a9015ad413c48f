"""What became of decisions: signals that one was good or had to be overturned. Plain values and no I/O."""

from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from enum import StrEnum

SAME_ENOUGH = 0.9  # of the words; below, an edit is a substantial one


class Sign(StrEnum):
    """One thing that happened to a decision."""

    APPROVED = "approved"  # a person agreed, unchanged
    DONE = "done"  # it happened: an act inside, or a mail that left
    TOUCHED = "touched"  # a person changed a few words
    EDITED = "edited"  # a person changed it substantially
    REJECTED = "rejected"
    UNDONE = "undone"
    COMPLAINT = "complaint"
    BOUNCE = "bounce"
    OPT_OUT = "opt_out"
    REFUSED_LATE = "refused_late"  # allowed, and refused when it was looked at again
    BREACH = "breach"  # a hard rule refused it


OVERTURNED = frozenset(
    {Sign.TOUCHED, Sign.EDITED, Sign.REJECTED, Sign.UNDONE, Sign.COMPLAINT, Sign.BREACH, Sign.REFUSED_LATE}
)
HARMFUL = frozenset({Sign.BOUNCE, Sign.OPT_OUT})
HARM = (OVERTURNED | HARMFUL) - {Sign.TOUCHED}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One signal about one decision of an agent. A workspace has tens of thousands: kept small."""

    decision_id: str
    agent: str
    action: str  # kind
    verdict: str
    points: int  # before any calibration
    sign: Sign
    at: datetime
    seq: int = 0  # of the audit record that says so; 0 for what came back by mail
    stamp: str = ""  # orders what has no record: the ordered part of its id
    ask: str = ""  # the approval it was part of


def substantially(before: str, after: str) -> bool:
    """True when an edit changed more than a tenth of the words."""
    matcher = SequenceMatcher(None, before.split(), after.split(), autojunk=False)
    return matcher.ratio() < SAME_ENOUGH


def stamp_of(some_id: str) -> str:
    """The ordered part of an id."""
    return some_id.rpartition("_")[2]
