"""What to do about a reply: from what it says and where the lead stands to one next step with its reason. Pure.

Not sure means a person looks. A machine is never answered, an opt-out beats everything else a mail says.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from domain.leads import LeadState, NextAction, NextStep
from domain.replies import ObjectionKind, ReplyKind, ReplyReading

SURE = 0.5  # below, nobody relies on the primary kind
AWAY_DAYS = 14  # an absence without a date ends after so long
LATER_DAYS = 90  # "not now" without a date
_INTENT = frozenset({ReplyKind.POSITIVE, ReplyKind.MEETING_ACCEPT, ReplyKind.MEETING_COUNTER})
_MEETS = frozenset({ReplyKind.MEETING_ACCEPT, ReplyKind.MEETING_COUNTER, ReplyKind.MEETING_CANCEL})
_TALKS = (ReplyKind.POSITIVE, ReplyKind.QUESTION, ReplyKind.OBJECTION, ReplyKind.BOT_QUESTION)
_HUMAN_OBJECTIONS = frozenset({ObjectionKind.PRICE, ObjectionKind.TRUST})  # promises are a person's business


@dataclass(frozen=True)
class Lead:
    """What is known of the lead when a mail comes in."""

    now: datetime
    offered: tuple[datetime, ...] = ()  # times we offered that are still ahead
    open_time: datetime | None = None  # a time of their own that is free
    gone: datetime | None = None  # a time we offered, that they took, and that somebody else has by now
    meeting_at: datetime | None = None  # a meeting that stands
    can_offer: bool = False  # a calendar is connected


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
    if ReplyKind.MEETING_CANCEL in reading.kinds and not _INTENT & set(reading.kinds):
        return _called_off(lead)
    if reading.kind in _MEETS:  # a meeting called off and another time wanted is a meeting moved
        return _meeting(reading, lead)
    return _words(reading, lead)


def _machine(reading: ReplyReading, lead: Lead) -> NextStep:
    if ReplyKind.WRONG_PERSON in reading.kinds:
        # nobody pointed us to whom it names, so no mail may say so: a person decides about writing to them
        action = NextAction.HAND_OVER if reading.referrals else NextAction.STOP
        return _step(action, LeadState.CLOSED, "An automatic note says that they are no longer there.")
    if reading.kind is not ReplyKind.OUT_OF_OFFICE:
        return _step(NextAction.NOTHING, LeadState.CONTACTED, "A machine wrote this; nobody answers it.")
    if reading.until:
        until = _morning(reading.until.resume_on)
        if until > lead.now:
            reason = f"They are away until {reading.until.resume_on:%d %B %Y}; we come back after that."
            return _step(NextAction.WAIT, LeadState.PAUSED, reason, until=until)
    until = lead.now + timedelta(days=AWAY_DAYS)
    return _step(NextAction.WAIT, LeadState.PAUSED, "They are away; no date was given.", until=until)


def _called_off(lead: Lead) -> NextStep:
    if lead.meeting_at is None:
        return _step(NextAction.HAND_OVER, LeadState.HANDED, "They call off a meeting that does not stand.")
    reason = f"They call off the meeting of {_moment(lead.meeting_at)}."
    return _step(NextAction.CALL_OFF, LeadState.WAITING, reason)


def _meeting(reading: ReplyReading, lead: Lead) -> NextStep:
    slot = _taken(reading, lead)
    if slot is not None and slot != lead.meeting_at:
        return _at(slot, lead)
    if lead.meeting_at is not None and (slot is not None or _agrees(reading)):
        return _step(NextAction.NOTHING, LeadState.MEETING, "They confirm the meeting that stands.")
    if lead.can_offer:
        reason = "They want to meet, at a time that still has to be agreed."
        return _step(NextAction.ANSWER, LeadState.WAITING, reason, offer_times=True, deal=True)
    return _step(
        NextAction.HAND_OVER, LeadState.HANDED, "They want to meet and no calendar is connected.", deal=True
    )


def _at(slot: datetime, lead: Lead) -> NextStep:
    """A meeting at a time both sides can: a new one, or the one that stands is moved; other times when it is gone."""
    if slot == lead.gone:
        reason = f"They took {_moment(slot)}, which somebody else has by now."
        return _step(NextAction.ANSWER, LeadState.WAITING, reason, offer_times=True, deal=True)
    whose = "a time we offered" if slot in lead.offered else "a time that is free"
    if lead.meeting_at is None:
        return _step(
            NextAction.BOOK, LeadState.MEETING, f"They took {_moment(slot)}, {whose}.", slot=slot, deal=True
        )
    reason = f"They move the meeting from {_moment(lead.meeting_at)} to {_moment(slot)}, {whose}."
    return _step(NextAction.MOVE, LeadState.MEETING, reason, slot=slot, deal=True)


def _agrees(reading: ReplyReading) -> bool:
    return reading.kind is ReplyKind.MEETING_ACCEPT and not reading.times


def _taken(reading: ReplyReading, lead: Lead) -> datetime | None:
    """The one offered time their words mean, or a free one of their own; of a single offer a plain yes takes it."""
    named = _named(reading, lead)
    if len(named) == 1:
        return named[0]
    return lead.open_time or chosen(reading, lead)


def chosen(reading: ReplyReading, lead: Lead) -> datetime | None:
    """The one offered time their words take."""
    named = _named(reading, lead)
    if len(named) == 1:
        return named[0]
    return lead.offered[0] if len(lead.offered) == 1 and _agrees(reading) else None


def _named(reading: ReplyReading, lead: Lead) -> list[datetime]:
    return [
        slot
        for slot in lead.offered
        if any(one.start <= slot <= (one.end or one.start) for one in reading.times)
    ]


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%A %d %B %H:%M} UTC"


def _words(reading: ReplyReading, lead: Lead) -> NextStep:
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
        action = NextAction.STOP if lead.meeting_at is None else NextAction.CALL_OFF
        return _step(action, LeadState.CLOSED, "They said no.")
    if reading.kind is ReplyKind.NEUTRAL:
        state = LeadState.WAITING if lead.meeting_at is None else LeadState.MEETING
        return _step(NextAction.NOTHING, state, "Nothing to answer.")
    return _talk(reading, lead)


def _talk(reading: ReplyReading, lead: Lead) -> NextStep:
    kinds, refer = set(reading.kinds), bool(reading.referrals)
    deal = bool(_INTENT & kinds)
    if any(one.kind in _HUMAN_OBJECTIONS for one in reading.objections):
        reason = f"An objection about {reading.objections[0].kind} is a person's to answer."
        return _step(NextAction.HAND_OVER, LeadState.HANDED, reason, deal=deal)
    if not kinds & set(_TALKS):
        return _step(NextAction.HAND_OVER, LeadState.HANDED, "Nothing we know of fits this mail.")
    slot = _taken(reading, lead) if deal and not reading.questions else None
    if slot is not None and slot != lead.meeting_at:
        return _at(slot, lead)
    wants = deal and lead.can_offer and lead.meeting_at is None
    reason = _REASONS.get(reading.kind, "They talk to us.")
    return _step(NextAction.ANSWER, LeadState.WAITING, reason, offer_times=wants, deal=deal, refer=refer)


_REASONS = {
    ReplyKind.POSITIVE: "They are interested.",
    ReplyKind.QUESTION: "They ask something.",
    ReplyKind.OBJECTION: "They have a doubt.",
    ReplyKind.BOT_QUESTION: "They ask who writes; they get a true answer.",
}


def _morning(day: date) -> datetime:
    """Late enough to be that day everywhere in working hours, and before the day's follow-ups are written."""
    return datetime.combine(day, time(5), UTC)


def _step(action: NextAction, state: LeadState, reason: str, **more: object) -> NextStep:
    return NextStep(action=action, state=state, reason=reason, **more)  # type: ignore[arg-type]
