"""An experiment over campaigns: what it declared before its first person, who is in which arm, how it stands.

Plain values and no I/O. The arithmetic is learning's.
"""

import math
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from domain.ids import digest


class ExperimentState(StrEnum):
    """Where an experiment stands."""

    PLANNED = "planned"  # declared; nobody is drawn before the gate said yes
    RUNNING = "running"
    DECIDED = "decided"
    ENDED = "ended"  # without an answer


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class ArmShare(_Frozen):
    """An arm and the part of the people who are assigned next that it gets."""

    arm: str
    share: float = Field(ge=0, le=1)


class HarmLimit(_Frozen):
    """A harm and the part of an arm's people beyond which the arm is closed."""

    harm: str
    limit: float = Field(gt=0, lt=1)


class Declared(_Frozen):
    """What is fixed before the first person is assigned, and never changes while the experiment runs."""

    knob: str
    arms: tuple[str, ...] = Field(min_length=2)  # the first is the baseline
    metric: str = "good answers"  # a positive reply or a meeting, and neither an opt-out nor a complaint
    window_days: float = 18.0
    alpha: float = 0.05
    floor: float = 0.2  # of the baseline, while it is open
    smallest_effect: float | None = None
    limits: tuple[HarmLimit, ...] = ()

    @property
    def fingerprint(self) -> str:
        """Equal for equal declarations only."""
        return digest(self.model_dump(mode="json"))


class Foretold(_Frozen):
    """What was said before it began: how much it takes until a difference of this size is decided."""

    at: datetime
    base_rate: float
    assumed: bool  # the rate is a published one, not our own
    lift: float  # relative
    people: int
    days: float | None
    people_a_day: float | None
    audience: int  # of the campaign that was planned
    detectable: float | None  # the smallest absolute difference that this campaign alone could decide


class Experiment(_Frozen):
    """A declared experiment with the shares in force."""

    id: str
    declared: Declared
    fingerprint: str  # of the declaration when it began
    version: int = 1
    shares: tuple[ArmShare, ...]
    state: ExperimentState = ExperimentState.RUNNING
    winner: str = ""
    reason: str = ""
    begun_at: datetime
    ended_at: datetime | None = None
    foretold: Foretold | None = None

    @property
    def edited(self) -> bool:
        """True when what was declared is not what it began with."""
        return self.declared.fingerprint != self.fingerprint

    @property
    def baseline(self) -> str:
        """The arm all others are compared with."""
        return self.declared.arms[0]

    def share_of(self, arm: str) -> float:
        """The share of an arm; 0 for a closed one."""
        return next((one.share for one in self.shares if one.arm == arm), 0.0)


class Version(_Frozen):
    """The shares of one stretch of time. People keep the arm they got."""

    number: int
    shares: tuple[ArmShare, ...]
    since: datetime
    reason: str = ""
    decision_id: str = ""


class Assigned(_Frozen):
    """One person's arm, how likely it was when it was drawn, and under which version."""

    unit: str
    arm: str
    chance: float = Field(gt=0, le=1)
    version: int
    campaign_id: str
    at: datetime


def shares_problem(shares: tuple[ArmShare, ...], declared: Declared) -> str | None:
    """Why these shares cannot be, or None."""
    names = [one.arm for one in shares]
    if len(set(names)) < len(names) or not set(names) <= set(declared.arms):
        return "The shares name an arm twice, or one that the experiment does not have."
    if not shares or any(not one.share > 0 for one in shares):
        return "Every open arm needs a share above zero."
    if not math.isclose(sum(one.share for one in shares), 1, abs_tol=1e-6):
        return "The shares do not add up to one."
    base = next((one.share for one in shares if one.arm == declared.arms[0]), None)
    if base is not None and len(shares) > 1 and base < declared.floor - 1e-9:
        return f"The baseline keeps at least {declared.floor:.0%}."
    return None
