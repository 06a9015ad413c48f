"""Campaigns: audience, offer, sequence of touches, drafts per contact, and the claims they make."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.knowledge import Evidence
from domain.labels import Label

MAX_WORDS = 150


class CampaignState(StrEnum):
    """Where a campaign stands."""

    PLANNED = "planned"
    ASKED = "asked"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"


class Claim(BaseModel):
    """A factual statement in a text and the quote that supports it.

    `text` is the verbatim sentence (or clause) of the body.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    evidence: Evidence


class WrittenMail(BaseModel):
    """A subject and a body (Markdown subset, no headers), with the claims the body makes."""

    model_config = ConfigDict(frozen=True)

    subject: str
    body: str
    claims: tuple[Claim, ...] = ()
    variant: str = "a"


class Touch(BaseModel):
    """One step of a sequence. Delay counts from the previous touch."""

    model_config = ConfigDict(frozen=True)

    id: str
    step: int  # 1-based
    channel: str = "email"
    delay_days: int = 0
    purpose: str  # what this touch is for, in one sentence
    window: str = "weekdays 08:00–18:00 in the recipient's zone"


class Campaign(BaseModel):
    """A plan version: text edits do not change it, a change of audience or sequence does."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    icp_id: str
    plan_version: int
    audience: str  # who, in one sentence
    offer: str
    goal: str
    touches: tuple[Touch, ...]
    variants: tuple[str, ...]
    state: CampaignState
    made_at: datetime


class Draft(BaseModel):
    """One text for one contact. `blocked` names the reasons it may not leave; empty means none."""

    model_config = ConfigDict(frozen=True)

    id: str
    campaign_id: str
    touch_id: str
    contact_id: str
    mail: WrittenMail
    blocked: tuple[str, ...] = ()
    dropped: bool = False
    edited_by: str = ""
    label: Label
