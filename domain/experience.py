"""What was tried and what came of it: a touch with what was known when it was decided, and what followed.

Plain values and no I/O. Numbers are learnt from these rows and from nothing else.
"""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

Known = str | float | bool | None  # None: looked for and not known


class MadeTouch(BaseModel):
    """One mail of a campaign as it was decided: to whom, which arm, and what was known then.

    `chance` is how likely this arm was for this person when it was drawn; 1 where nothing was drawn.
    """

    model_config = ConfigDict(frozen=True)

    key: str  # of the business fact (G14): the intent in the outbox has the same
    at: datetime
    decision_id: str
    campaign_id: str
    contact_id: str
    account_id: str
    step: int
    arm: str = ""
    chance: float = Field(default=1.0, gt=0, le=1)
    icp_id: str = ""  # the version of the profile that chose them
    features: dict[str, Known] = Field(default_factory=dict)


class After(StrEnum):
    """What can follow a touch."""

    SENT = "sent"
    BOUNCE = "bounce"
    REPLY = "reply"  # value: the main kind of reply
    OPT_OUT = "opt_out"
    COMPLAINT = "complaint"
    MEETING = "meeting"  # value: booked, held, no_show …
    STAGE = "stage"  # value: the stage a deal came to; reason: why


class Consequence(BaseModel):
    """One thing that followed, and the record that says so."""

    model_config = ConfigDict(frozen=True)

    kind: After
    at: datetime
    value: str = ""
    reason: str = ""
    source: str = ""


class Experience(BaseModel):
    """A touch and everything that had followed it by a moment, in order of time."""

    model_config = ConfigDict(frozen=True)

    touch: MadeTouch
    followed: tuple[Consequence, ...] = ()

    def came(self, kind: After, value: str = "") -> bool:
        """True when this followed."""
        return any(one.kind is kind and (not value or one.value == value) for one in self.followed)
