"""Where a lead stands, and the one next thing to do about a person who was written to. Plain values and no I/O."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class LeadState(StrEnum):
    """Where a thread with a person stands."""

    CONTACTED = "contacted"  # we wrote, nobody answered yet; the sequence goes on
    REPLIED = "replied"  # a person wrote and the mail waits to be handled
    WAITING = "waiting"  # we answered; it is their turn
    PAUSED = "paused"  # away or "not now"; `until` says when to come back
    MEETING = "meeting"  # a meeting stands
    HANDED = "handed"  # a person has taken over
    CLOSED = "closed"  # they said no, it was the wrong person, or everything was tried
    OPTED_OUT = "opted_out"
    UNREACHABLE = "unreachable"  # the address does not exist


GOES_ON = frozenset({LeadState.CONTACTED})  # states in which the sequence may write again by itself
ENDED = frozenset({LeadState.CLOSED, LeadState.OPTED_OUT, LeadState.UNREACHABLE})


class NextAction(StrEnum):
    """What is done about a mail that came in."""

    ANSWER = "answer"
    BOOK = "book"
    MOVE = "move"  # the meeting that stands, to another time
    CALL_OFF = "call_off"  # the meeting that stands
    WAIT = "wait"  # until a date
    HAND_OVER = "hand_over"  # a person looks
    STOP = "stop"  # they are left alone, this sequence is over
    SUPPRESS = "suppress"  # they are never written to again
    NOTHING = "nothing"


class NextStep(BaseModel):
    """The decision, the state the lead is in after it, and why in one sentence."""

    model_config = ConfigDict(frozen=True)

    action: NextAction
    state: LeadState
    reason: str
    until: datetime | None = None
    slot: datetime | None = None  # of a booking or a move: the time they took or named
    offer_times: bool = False  # of an answer: it offers times to meet
    deal: bool = False  # they showed clear intent
    refer: bool = False  # somebody else is named
