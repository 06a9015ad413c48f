"""Deals: their stages, what must be known before one is left, and the proof of it. Plain values and no I/O."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class DealStage(StrEnum):
    """Where a deal stands. Every stage but the last two has exit criteria."""

    DISCOVERY = "discovery"
    EVALUATION = "evaluation"
    PROPOSAL = "proposal"
    NEGOTIATION = "negotiation"
    WON = "won"
    LOST = "lost"


class DealFact(StrEnum):
    """One thing that is known about a deal, with proof."""

    NEED = "need"  # what they want solved, in their words
    MEETING_HELD = "meeting_held"
    STAKEHOLDER = "stakeholder"  # who else has a say
    AUTHORITY = "authority"  # who decides
    TIMING = "timing"
    BUDGET = "budget"
    COMPETITOR = "competitor"
    PROPOSAL_SENT = "proposal_sent"
    TERMS_AGREED = "terms_agreed"
    SIGNED = "signed"
    LOST_REASON = "lost_reason"


class Proof(BaseModel):
    """What shows a fact: a verbatim quote of a stored mail or note, or the id of an event of ours."""

    model_config = ConfigDict(frozen=True)

    fact: DealFact
    source: str  # id of an inbound mail, meeting, document or message
    quote: str = ""
    at: datetime


ORDER = (
    DealStage.DISCOVERY,
    DealStage.EVALUATION,
    DealStage.PROPOSAL,
    DealStage.NEGOTIATION,
    DealStage.WON,
)
CLOSED = frozenset({DealStage.WON, DealStage.LOST})
EXIT: dict[DealStage, frozenset[DealFact]] = {
    DealStage.DISCOVERY: frozenset({DealFact.NEED, DealFact.MEETING_HELD}),
    DealStage.EVALUATION: frozenset({DealFact.AUTHORITY, DealFact.TIMING}),
    DealStage.PROPOSAL: frozenset({DealFact.PROPOSAL_SENT}),
    DealStage.NEGOTIATION: frozenset({DealFact.TERMS_AGREED, DealFact.SIGNED}),
}


def missing(stage: DealStage, known: Iterable[DealFact]) -> frozenset[DealFact]:
    """What must still be shown before a deal may leave this stage forwards."""
    return EXIT.get(stage, frozenset()) - frozenset(known)


def move_problem(before: DealStage, after: DealStage, known: Iterable[DealFact]) -> str | None:
    """Why a deal may not move so, or None. Forwards one stage at a time; lost and back are always possible."""
    if before is after:
        return f"The deal is already in {before}."
    if before in CLOSED:
        return f"The deal is closed ({before})."
    if after is DealStage.LOST:
        return None if DealFact.LOST_REASON in set(known) else "A lost deal needs a reason with proof."
    ahead = ORDER.index(after) - ORDER.index(before)
    if ahead < 0:
        return None
    if ahead > 1:
        return f"{ORDER[ORDER.index(before) + 1]} comes next; a stage cannot be skipped."
    open_points = missing(before, known)
    if open_points:
        return f"Not shown yet: {', '.join(sorted(open_points))}."
    return None


class StakeholderRole(StrEnum):
    """What part somebody probably plays in a decision to buy; a guess until a person says so."""

    CHAMPION = "champion"  # runs the work it is for
    DECIDER = "decider"
    USER = "user"
    GATEKEEPER = "gatekeeper"  # can stop it: buying, law, security, the front office
    UNKNOWN = "unknown"


class FoundIn(StrEnum):
    """Where somebody who has a say was found."""

    CC = "cc"
    SIGNATURE = "signature"
    REFERRAL = "referral"
    MEETING = "meeting"
    CRM = "crm"


_BY_ITSELF = frozenset({DealStage.DISCOVERY, DealStage.EVALUATION})  # the later ones end by a person's word


def says(text: str, quote: str) -> bool:
    """True when a text holds these words, whatever its line breaks and capitals."""
    wanted = _plain(quote)
    return bool(wanted) and wanted in _plain(text)


def stage_after(stage: DealStage) -> DealStage | None:
    """The next stage forwards; None for a closed deal."""
    return None if stage in CLOSED else ORDER[ORDER.index(stage) + 1]


def own_move(stage: DealStage, known: Iterable[DealFact], left: Iterable[DealStage]) -> DealStage | None:
    """The stage a deal moves to without a person, or None.

    `left` are the stages it left forwards before: one that it is in again was put back by a person, and stays.
    """
    if stage not in _BY_ITSELF or stage in set(left) or missing(stage, known):
        return None
    return stage_after(stage)


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()
