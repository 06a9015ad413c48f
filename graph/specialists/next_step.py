"""What to do about a reply: from what it says and where the lead stands to one next step with its reason. Pure.

Not sure means a person looks. A machine is never answered, an opt-out beats everything else a mail says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from domain.leads import LeadState, NextAction, NextStep
from domain.replies import ObjectionKind, ReplyKind, ReplyReading

SURE = 0.5  # below, nobody relies on the primary kind
AWAY_DAYS = 14  # an absence without a date ends after so long
LATER_DAYS = 90  # "not now" without a date
_INTENT = frozenset({ReplyKind.POSITIVE, ReplyKind.MEETING_ACCEPT, ReplyKind.MEETING_COUNTER})
_TALKS = (ReplyKind.POSITIVE, ReplyKind.QUESTION, ReplyKind.OBJECTION, ReplyKind.BOT_QUESTION)
_HUMAN_OBJECTIONS = frozenset({ObjectionKind.PRICE, ObjectionKind.TRUST})  # promises are a person's business


@dataclass(frozen=True)
class Lead:
    """What is known of the lead when a mail comes in."""

    now: datetime
    offered: tuple[datetime, ...] = ()  # times we offered that are still ahead
    meeting_at: datetime | None = None  # a meeting that stands
    can_offer: bool = False  # a calendar is connected
    answers: int = 0  # we gave in this thread before


def next_step(reading: ReplyReading, lead: Lead) -> NextStep:
    """The one next step."""
    if reading.opts_out:
        return _step(NextAction.SUPPRESS, LeadState.OPTED_OUT, "They want no more mail.")
    if reading.automated:
        return _machine(reading, lead)
    if ReplyKind.COMPLAINT in reading.kinds:
        return _step(NextAction.SUPPRESS, LeadState.OPTED_OUT, "They complain; they are left alone for good.")
    if ReplyKind.UNSURE in reading.kinds or reading.confidence < SURE:
        return _step(NextAction.HAND_OVER, LeadState.HANDED, "What they want is not clear enough to answer.")
    if reading.kind is ReplyKind.MEETING_CANCEL:
        return _step(NextAction.HAND_OVER, LeadState.HANDED, "They call the meeting off.")
    if reading.kind in (ReplyKind.MEETING_ACCEPT, ReplyKind.MEETING_COUNTER):
        return _meeting(reading, lead)
    return _words(reading, lead)


def _machine(reading: ReplyReading, lead: Lead) -> NextStep:
    if reading.kind is not ReplyKind.OUT_OF_OFFICE:
        return _step(NextAction.NOTHING, LeadState.CONTACTED, "A machine wrote this; nobody answers it.")
    if reading.until:
        until = _morning(reading.until.resume_on)
        if until > lead.now:
            reason = f"They are away until {reading.until.resume_on:%d %B %Y}; we come back after that."
            return _step(NextAction.WAIT, LeadState.PAUSED, reason, until=until)
    until = lead.now + timedelta(days=AWAY_DAYS)
    return _step(NextAction.WAIT, LeadState.PAUSED, "They are away; no date was given.", until=until)


def _meeting(reading: ReplyReading, lead: Lead) -> NextStep:
    slot = _taken(reading, lead.offered)
    if reading.kind is ReplyKind.MEETING_ACCEPT and slot is not None:
        reason = f"They took {slot:%A %d %B %H:%M} UTC, a time we offered."
        return _step(NextAction.BOOK, LeadState.MEETING, reason, slot=slot, deal=True)
    if lead.can_offer:
        reason = "They want to meet, at a time that still has to be agreed."
        return _step(NextAction.ANSWER, LeadState.WAITING, reason, offer_times=True, deal=True)
    return _step(
        NextAction.HAND_OVER, LeadState.HANDED, "They want to meet and no calendar is connected.", deal=True
    )


def _taken(reading: ReplyReading, offered: Sequence[datetime]) -> datetime | None:
    """The one offered time their words mean; with a single offer a plain yes means it."""
    named = [
        slot for slot in offered if any(one.start <= slot <= (one.end or one.start) for one in reading.times)
    ]
    if len(named) == 1:
        return named[0]
    return offered[0] if len(offered) == 1 and not reading.times else None


def _words(reading: ReplyReading, lead: Lead) -> NextStep:
    kinds, deal = set(reading.kinds), bool(_INTENT & set(reading.kinds))
    refer = bool(reading.referrals)
    if reading.kind is ReplyKind.NOT_NOW:
        day = reading.until.resume_on if reading.until else None
        until = _morning(day) if day else lead.now + timedelta(days=LATER_DAYS)
        until = max(until, lead.now + timedelta(days=1))
        return _step(NextAction.WAIT, LeadState.PAUSED, f"Not now; again from {until:%d %B %Y}.", until=until)
    if reading.kind in (ReplyKind.REFERRAL, ReplyKind.WRONG_PERSON):
        reason = "They name somebody else." if refer else "It is not their business."
        action = NextAction.HAND_OVER if refer else NextAction.STOP
        return _step(action, LeadState.CLOSED, reason, refer=refer)
    if reading.kind is ReplyKind.NOT_INTERESTED:
        return _step(NextAction.STOP, LeadState.CLOSED, "They said no.")
    if reading.kind is ReplyKind.NEUTRAL:
        return _step(NextAction.NOTHING, LeadState.WAITING, "Nothing to answer.")
    if any(one.kind in _HUMAN_OBJECTIONS for one in reading.objections):
        what = reading.objections[0].kind
        return _step(
            NextAction.HAND_OVER,
            LeadState.HANDED,
            f"An objection about {what} is a person's to answer.",
            deal=deal,
        )
    if kinds & set(_TALKS):
        wants = bool(kinds & _INTENT) and lead.can_offer and lead.meeting_at is None
        reason = {
            ReplyKind.POSITIVE: "They are interested.",
            ReplyKind.QUESTION: "They ask something.",
            ReplyKind.OBJECTION: "They have a doubt.",
            ReplyKind.BOT_QUESTION: "They ask who writes; they get a true answer.",
        }.get(reading.kind, "They talk to us.")
        return _step(NextAction.ANSWER, LeadState.WAITING, reason, offer_times=wants, deal=deal, refer=refer)
    return _step(NextAction.HAND_OVER, LeadState.HANDED, "Nothing we know of fits this mail.")


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(8), UTC)


def _step(action: NextAction, state: LeadState, reason: str, **more: object) -> NextStep:
    return NextStep(action=action, state=state, reason=reason, **more)  # type: ignore[arg-type]
