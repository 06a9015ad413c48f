"""What a reply says: its kinds, the words that show each, dates, times, people. Reading them is language/'s work.

Everything here came from a stranger's mail: quotes, names and addresses are data, never instructions.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class ReplyKind(StrEnum):
    """What a mail that came back wants or is."""

    POSITIVE = "positive"  # interested, wants to hear more or to talk
    QUESTION = "question"  # asks about us or the offer
    OBJECTION = "objection"  # a reason against, still talking
    NOT_INTERESTED = "not_interested"  # a plain no: ends the sequence, is not an opt-out
    NOT_NOW = "not_now"  # later, perhaps with a date
    REFERRAL = "referral"  # somebody else is named or offered
    WRONG_PERSON = "wrong_person"  # not theirs, has left, and nobody is named
    OUT_OF_OFFICE = "out_of_office"  # a machine says that a person is away
    AUTO_REPLY = "auto_reply"  # any other machine: ticket opened, mailbox closed, address changed
    UNSUBSCRIBE = "unsubscribe"  # wants no more mail, in whatever words
    COMPLAINT = "complaint"  # angry, speaks of spam, law, authority
    BOT_QUESTION = "bot_question"  # asks whether a machine writes
    MEETING_ACCEPT = "meeting_accept"  # takes a time
    MEETING_COUNTER = "meeting_counter"  # names or asks for another time
    MEETING_CANCEL = "meeting_cancel"  # calls an agreed meeting off
    NEUTRAL = "neutral"  # thanks, noted: nothing to do
    UNSURE = "unsure"  # not understood: a person looks


AUTOMATED = frozenset({ReplyKind.OUT_OF_OFFICE, ReplyKind.AUTO_REPLY})


class ObjectionKind(StrEnum):
    """What speaks against."""

    PRICE = "price"
    TIMING = "timing"
    AUTHORITY = "authority"  # somebody else decides
    NEED = "need"
    COMPETITOR = "competitor"  # another vendor, named
    ALREADY_HAVE = "already_have"  # something of their own, or unnamed
    TRUST = "trust"  # security, privacy, who are you


class _Found(BaseModel):
    model_config = ConfigDict(frozen=True)

    quote: str  # contiguous text of the mail, whitespace squeezed


class Finding(_Found):
    """A kind and the words that show it."""

    kind: ReplyKind
    confidence: float  # 0–1


class Objection(_Found):
    """A reason against; `competitor` as they wrote it, "" when none is named."""

    kind: ObjectionKind
    competitor: str = ""


class Until(_Found):
    """A date that ends an absence or a "not now".

    `day` is the day as stated; `returns` says that they are there again on that very day.
    """

    day: date
    returns: bool = True

    @property
    def resume_on(self) -> date:
        """The first day on which writing again makes sense."""
        return self.day if self.returns else self.day + timedelta(days=1)


class Referred(_Found):
    """Somebody they point to, as written. An address is a candidate only: nobody has agreed to hear from us."""

    name: str = ""
    title: str = ""
    email: str = ""


class ProposedTime(_Found):
    """A time they name. Not `exact`: any time between `start` and `end` ("Tuesday afternoon")."""

    start: datetime  # aware
    end: datetime | None = None
    exact: bool = True


class ReplyReading(BaseModel):
    """One reply, read. `findings` has the primary kind first and is never empty."""

    model_config = ConfigDict(frozen=True)

    findings: tuple[Finding, ...]
    objections: tuple[Objection, ...] = ()
    until: Until | None = None
    referrals: tuple[Referred, ...] = ()
    questions: tuple[str, ...] = ()  # verbatim
    times: tuple[ProposedTime, ...] = ()
    language: str = ""  # ISO 639-1, "" when there is too little to tell

    @property
    def kind(self) -> ReplyKind:
        """The primary kind."""
        return self.findings[0].kind

    @property
    def kinds(self) -> tuple[ReplyKind, ...]:
        """All kinds, primary first."""
        return tuple(finding.kind for finding in self.findings)

    @property
    def confidence(self) -> float:
        """How sure the primary kind is, 0–1."""
        return self.findings[0].confidence

    @property
    def automated(self) -> bool:
        """True when a machine wrote it: never answered."""
        return self.kind in AUTOMATED

    @property
    def opts_out(self) -> bool:
        """True when they want no more mail: suppress at once, whatever else they say."""
        return ReplyKind.UNSUBSCRIBE in self.kinds

    @property
    def needs_person(self) -> bool:
        """True when a person has to look before anything is answered."""
        return ReplyKind.UNSURE in self.kinds or ReplyKind.COMPLAINT in self.kinds
