"""What the script remembers of each person, and the meetings between them and the product. No decisions here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from evals.market.people.records import Bent, Correspondent, Letter, Meaning, Reply


class Act(StrEnum):
    """What happens at a planned moment."""

    WORDS = "words"
    FORWARD = "forward"
    AWAY_NOTE = "away_note"
    RECEIPT = "receipt"
    BOUNCE = "bounce"
    ABUSE_REPORT = "abuse_report"
    CLICK = "click"
    CALENDAR = "calendar"
    FORGED = "forged"
    MEETING_TIME = "meeting_time"


@dataclass(frozen=True, slots=True)
class Plan:
    """One thing that somebody will do. `detail` is the slot of words or the kind of calendar answer."""

    at: datetime
    act: Act
    person: str
    letter: Letter
    detail: str = ""
    start: datetime | None = None
    uid: str = ""
    tries: int = 0


class MeetingState(StrEnum):
    """Where a meeting stands in truth."""

    INVITED = "invited"
    ACCEPTED = "accepted"
    TENTATIVE = "tentative"
    DECLINED = "declined"
    COUNTERED = "countered"
    CANCELLED = "cancelled"
    HELD = "held"
    NO_SHOW = "no_show"


@dataclass(slots=True)
class Appointment:
    """One meeting as the person knows it."""

    uid: str
    person: str
    start: datetime
    end: datetime
    sequence: int
    state: MeetingState
    agreed: datetime | None = None  # what they had said yes to in words
    expected: bool = False  # they mean to come

    @property
    def stands(self) -> bool:
        """True while both sides believe that it takes place."""
        return self.state in {MeetingState.INVITED, MeetingState.ACCEPTED, MeetingState.TENTATIVE}

    def as_row(self) -> dict[str, Any]:
        """For the truth endpoint."""
        row = {name: getattr(self, name) for name in ("uid", "person", "sequence", "expected")}
        times = {name: getattr(self, name) for name in ("start", "end", "agreed")}
        shown = {name: at.isoformat() if at else None for name, at in times.items()}
        return {**row, **shown, "state": self.state.value}


@dataclass(slots=True)
class Life:
    """One person, what they are bent on, and what happened so far."""

    person: Correspondent
    bent: Bent
    touch: int  # the letter they react to
    touches: int = 0
    spoken: bool = False
    closed: bool = False  # they said no, or no more
    rounds: int = 0
    proposed: datetime | None = None  # a time they named
    vague: bool = False  # they named a part of a day only
    agreed: datetime | None = None  # a time of ours they took
    away: tuple[datetime, datetime] | None = None
    told_away: bool = False
    minutes: float | None = None  # how long they take, when the harness says so
    wishes: dict[str, str] = field(default_factory=dict)  # choices the harness made for them
    wished: bool = False  # the harness decided what they are bent on
    refused_at: datetime | None = None
    letters: list[Letter] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    notes: dict[str, Any] = field(default_factory=dict)

    def as_row(self) -> dict[str, Any]:
        """For the truth endpoint."""
        away = [one.isoformat() for one in self.away] if self.away else None
        return {
            "address": self.person.address,
            "name": self.person.name,
            "company": self.person.company,
            "domain": self.person.domain,
            "language": self.person.language,
            "zone": self.person.zone.key,
            "mailbox": self.person.mailbox,
            "bent": self.bent.value,
            "reacts_to_touch": self.touch,
            "away": away,
            "letters": len(self.letters),
            "replies": [one.said.meaning.value for one in self.replies],
            "closed": self.closed,
        }


@dataclass(frozen=True, slots=True)
class Speech:
    """What a slot of words means."""

    meaning: Meaning
    also: tuple[Meaning, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)


M = Meaning
SPEECHES: dict[str, Speech] = {
    "positive": Speech(M.POSITIVE, (M.QUESTION,)),
    "send_times": Speech(M.POSITIVE, (M.MEETING_COUNTER, M.QUESTION)),
    "question": Speech(M.QUESTION),
    "objection_price": Speech(M.OBJECTION, (M.NOT_NOW,), {"objection": "price"}),
    "objection_timing": Speech(M.OBJECTION, (M.NOT_NOW,), {"objection": "timing"}),
    "objection_authority": Speech(M.OBJECTION, (), {"objection": "authority"}),
    "objection_need": Speech(M.OBJECTION, (M.NOT_INTERESTED,), {"objection": "need"}),
    "objection_competitor": Speech(M.OBJECTION, (M.QUESTION,), {"objection": "competitor"}),
    "not_interested": Speech(M.NOT_INTERESTED),
    "not_now": Speech(M.NOT_NOW, (M.OBJECTION,)),
    "referral": Speech(M.REFERRAL, (M.WRONG_PERSON,)),
    "wrong_person": Speech(M.WRONG_PERSON),
    "forward_cover": Speech(M.POSITIVE, (M.QUESTION,)),
    "unsubscribe": Speech(M.UNSUBSCRIBE, (M.COMPLAINT,)),
    "complaint": Speech(M.COMPLAINT, (M.UNSUBSCRIBE,)),
    "bot_question": Speech(M.BOT_QUESTION, (M.QUESTION,)),
    "neutral": Speech(M.NEUTRAL),
    "meeting_accept": Speech(M.MEETING_ACCEPT),
    "meeting_counter": Speech(M.MEETING_COUNTER),
    "meeting_vague": Speech(M.MEETING_COUNTER),
    "meeting_move": Speech(M.MEETING_COUNTER, (M.MEETING_CANCEL,)),
    "meeting_cancel": Speech(M.MEETING_CANCEL, (M.NOT_INTERESTED,)),
    "after_meeting": Speech(M.NEUTRAL, (M.POSITIVE,)),
    "thanks_answer": Speech(M.NEUTRAL, (M.POSITIVE,)),
}
ENDING = frozenset(
    {M.NOT_INTERESTED, M.UNSUBSCRIBE, M.COMPLAINT, M.WRONG_PERSON, M.REFERRAL, M.MEETING_CANCEL}
)
WANTS_ANSWER = frozenset(
    {M.POSITIVE, M.QUESTION, M.OBJECTION, M.MEETING_COUNTER, M.MEETING_ACCEPT, M.BOT_QUESTION}
)
