"""Meetings: busy times, offered slots, a meeting and its states, and what an invited person answers.

Words only: no calendar server, no .ics syntax.
"""

import hashlib
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, model_validator


class MeetingState(StrEnum):
    """Where a meeting stands."""

    OFFERED = "offered"  # times were named, nothing is in the calendar
    BOOKED = "booked"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"
    COUNTERED = "countered"  # the contact proposed another time
    MOVED = "moved"  # booked anew at another time, not answered yet
    CANCELLED = "cancelled"
    HELD = "held"
    NO_SHOW = "no_show"


OVER = frozenset({MeetingState.DECLINED, MeetingState.CANCELLED, MeetingState.HELD, MeetingState.NO_SHOW})


class _Span(BaseModel):
    """A time from `start` to before `end`."""

    model_config = ConfigDict(frozen=True)

    start: AwareDatetime
    end: AwareDatetime

    @model_validator(mode="after")
    def _forward(self) -> Self:
        if self.end <= self.start:
            raise ValueError("the end is not after the start")
        return self

    @property
    def length(self) -> timedelta:
        """Real time that passes."""
        return self.end - self.start

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """True when they share more than an edge."""
        return self.start < end and start < self.end


class Busy(_Span):
    """A time in which the owner cannot meet."""

    uid: str = ""
    is_meeting: bool = False  # other people are invited; counts towards the daily cap


class Slot(_Span):
    """A time that can be offered: UTC, with the zone in which the contact is told of it."""

    zone: str


class Partstat(StrEnum):
    """What an attendee said (RFC 5545)."""

    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    TENTATIVE = "TENTATIVE"
    NEEDS_ACTION = "NEEDS-ACTION"
    DELEGATED = "DELEGATED"


class AnswerMethod(StrEnum):
    """Kinds of calendar message a person may send us (RFC 5546)."""

    REPLY = "REPLY"
    COUNTER = "COUNTER"
    CANCEL = "CANCEL"
    REFRESH = "REFRESH"
    REQUEST = "REQUEST"  # an invitation of their own


class Meeting(BaseModel):
    """One meeting with one contact. `slot` is the booked time; while offered it is the first one named."""

    model_config = ConfigDict(frozen=True)

    id: str
    contact_id: str
    account_id: str = ""
    deal_id: str = ""
    subject: str
    description: str = ""
    location: str = ""
    organizer: str  # address of the owner
    organizer_name: str = ""
    attendee: str  # address of the contact
    attendee_name: str = ""
    slot: Slot
    offered: tuple[Slot, ...] = ()
    sequence: int = 0  # grows with every change of time and with the cancellation
    state: MeetingState = MeetingState.OFFERED
    partstat: Partstat = Partstat.NEEDS_ACTION
    answered_at: AwareDatetime | None = None  # DTSTAMP of the last answer that counted

    @property
    def uid(self) -> str:
        """The UID in every calendar: follows from the id, so booking twice meets itself."""
        return uid_of(self.id)

    def moved_to(self, slot: Slot) -> Self:
        """The same meeting at another time, to be answered anew."""
        change = {
            "slot": slot,
            "sequence": self.sequence + 1,
            "state": MeetingState.MOVED,
            "partstat": Partstat.NEEDS_ACTION,
        }
        return self.model_copy(update=change)

    def cancelled(self) -> Self:
        """The same meeting, called off."""
        return self.model_copy(update={"sequence": self.sequence + 1, "state": MeetingState.CANCELLED})


def uid_of(meeting_id: str) -> str:
    """Calendar UID of a meeting: opaque to the outside, the same every time."""
    return f"{hashlib.sha256(meeting_id.encode()).hexdigest()[:32]}@meetings.rainmaker"


class InviteAnswer(BaseModel):
    """What a text/calendar part said. Everything in it is the sender's claim until it was checked."""

    model_config = ConfigDict(frozen=True)

    method: AnswerMethod
    uid: str
    sequence: int = 0
    attendee: str = ""  # lower case; who answers
    organizer: str = ""
    partstat: Partstat | None = None
    start: AwareDatetime | None = (
        None  # the time the message speaks of; for COUNTER and REQUEST the proposed one
    )
    end: AwareDatetime | None = None
    zone: str = ""
    summary: str = ""
    comment: str = ""
    stamped_at: AwareDatetime | None = None


class CalendarProblem(BaseModel):
    """Something about a calendar that could not be used, said in one sentence."""

    model_config = ConfigDict(frozen=True)

    code: str
    sentence: str
    where: str = ""  # UID, file or address concerned
