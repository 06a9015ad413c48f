"""Verdicts, decisions, approvals and permits: what was judged, by which rules, and who agreed."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from pydantic import BaseModel, ConfigDict

from domain.actions import ProposedAction
from domain.labels import Label


class Verdict(StrEnum):
    """allow acts, notify acts and tells, ask waits for a person, refuse ends."""

    ALLOW = "allow"
    NOTIFY = "notify"
    ASK = "ask"
    REFUSE = "refuse"


STRICTNESS = {Verdict.ALLOW: 0, Verdict.NOTIFY: 1, Verdict.ASK: 2, Verdict.REFUSE: 3}


class Actor(BaseModel):
    """Who wants it: a specialist, a signed-in person, or the program itself."""

    model_config = ConfigDict(frozen=True)

    kind: Literal["agent", "user", "system"]
    name: str  # specialist name, user id, or part of the program
    role: str = ""  # of a user: owner, manager, rep, viewer


class RuleHit(BaseModel):
    """A rule that spoke, in words a person understands."""

    model_config = ConfigDict(frozen=True)

    rule: str  # G1 … G20, "authority:ROW"
    verdict: Verdict
    message: str
    approvers: int = 1  # how many people must agree when it asks


class RiskPart(BaseModel):
    """One risk factor, 0–10, with its reason."""

    model_config = ConfigDict(frozen=True)

    factor: Literal["financial", "relationship", "compliance", "strategic"]
    points: int
    reason: str
    raised: int = 0  # of the points: added because outcomes of earlier decisions were worse than their points


class Proposal(BaseModel):
    """What someone wants to do, with the labels of all that led to it."""

    model_config = ConfigDict(frozen=True)

    id: str
    action: ProposedAction
    actor: Actor
    reason: str
    label: Label
    cause: str = ""  # id of what led here: conversation message, signal, campaign
    maker: str = ""  # what wrote it: brain and version of its prompts or rules; "" for a person or plain code
    alternatives: tuple[str, ...] = ()  # what was considered and left, each with its reason
    made_at: datetime


class Judgement(BaseModel):
    """The pure result of the gate."""

    model_config = ConfigDict(frozen=True)

    verdict: Verdict
    hits: tuple[RuleHit, ...]
    risk: tuple[RiskPart, ...]

    @property
    def score(self) -> int:
        """The highest risk factor, 0–10."""
        return max((part.points for part in self.risk), default=10)

    @property
    def approvers(self) -> int:
        """How many people must agree."""
        return max((hit.approvers for hit in self.hits if hit.verdict is Verdict.ASK), default=1)

    @property
    def why(self) -> str:
        """The reasons for the verdict in one line."""
        decisive = [hit for hit in self.hits if hit.verdict == self.verdict] or list(self.hits)
        return " ".join(hit.message for hit in decisive)


class Decision(BaseModel):
    """A proposal and the judgement on it, written before any effect."""

    model_config = ConfigDict(frozen=True)

    id: str
    proposal: Proposal
    judgement: Judgement
    policy_version: str
    made_at: datetime


class ApprovalState(StrEnum):
    """Life of an ask or one of its items."""

    PENDING = "pending"
    DEFERRED = "deferred"  # today's budget of asks is used up; put before people on the next day
    APPROVED = "approved"
    REJECTED = "rejected"
    EDITED = "edited"  # replaced by a new item
    EXPIRED = "expired"


class OutboxState(StrEnum):
    """Life of an intent (SAFETY.md §2)."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    SENT = "sent"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    HELD = "held"
    CANCELLED = "cancelled"
