"""Prospects: an account (and a person there) judged against one ICP version."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from domain.knowledge import Evidence


class Reason(BaseModel):
    """One reason for or against, with what it adds to the fit and the quotes behind it."""

    model_config = ConfigDict(frozen=True)

    text: str
    side: Literal["for", "against", "unknown"]
    points: float  # part of the additive fit; decisive lines use their whole weight
    evidence: tuple[Evidence, ...] = ()


class Fit(BaseModel):
    """Fit 0–1, additive over its reasons, and the qualify/disqualify verdict with why."""

    model_config = ConfigDict(frozen=True)

    value: float
    qualified: bool
    verdict: str  # one sentence
    reasons: tuple[Reason, ...]


class Prospect(BaseModel):
    """One row a salesperson works on."""

    model_config = ConfigDict(frozen=True)

    id: str
    account_id: str
    contact_id: str | None
    icp_id: str
    fit: Fit
