"""The words for what people of the sandbox get, mean and do. Plain data, no behaviour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo


class Meaning(StrEnum):
    """What a mail of theirs truly says; `bounce`, `invite_answer` and `forged` are no words of a reader."""

    POSITIVE = "positive"
    QUESTION = "question"
    OBJECTION = "objection"
    NOT_INTERESTED = "not_interested"
    NOT_NOW = "not_now"
    REFERRAL = "referral"
    WRONG_PERSON = "wrong_person"
    OUT_OF_OFFICE = "out_of_office"
    AUTO_REPLY = "auto_reply"
    UNSUBSCRIBE = "unsubscribe"
    COMPLAINT = "complaint"
    BOT_QUESTION = "bot_question"
    MEETING_ACCEPT = "meeting_accept"
    MEETING_COUNTER = "meeting_counter"
    MEETING_CANCEL = "meeting_cancel"
    NEUTRAL = "neutral"
    BOUNCE = "bounce"
    INVITE_ANSWER = "invite_answer"
    FORGED = "forged"  # somebody else writes in their name


class Bent(StrEnum):
    """What somebody does with a first mail; drawn from the seed, hidden from the product."""

    SILENT = "silent"
    POSITIVE = "positive"
    SEND_TIMES = "send_times"
    QUESTION = "question"
    OBJECTION_PRICE = "objection_price"
    OBJECTION_TIMING = "objection_timing"
    OBJECTION_AUTHORITY = "objection_authority"
    OBJECTION_NEED = "objection_need"
    OBJECTION_COMPETITOR = "objection_competitor"
    NOT_INTERESTED = "not_interested"
    NOT_NOW = "not_now"
    REFERRAL = "referral"
    WRONG_PERSON = "wrong_person"
    FORWARD = "forward"
    UNSUBSCRIBE = "unsubscribe"
    ONE_CLICK = "one_click"
    COMPLAINT = "complaint"
    COMPLAINT_REPORT = "complaint_report"
    BOT_QUESTION = "bot_question"
    THANKS = "thanks"
    AWAY = "away"
    AUTO_REPLY = "auto_reply"
    AUTO_REPLY_BARE = "auto_reply_bare"
    REFUSED = "refused"  # 550 at RCPT
    GREYLISTED = "greylisted"  # 451 at RCPT, later accepted
    FULL_NOW = "full_now"  # 452 at RCPT, for good
    BOUNCED = "bounced"  # accepted, a report comes later
    BOUNCED_FULL = "bounced_full"
    BOUNCED_POLICY = "bounced_policy"
    DELAYED = "delayed"
    FORGED = "forged"


class LetterKind(StrEnum):
    """What a mail of the product is to the one who gets it."""

    TOUCH = "touch"  # unasked
    ANSWER = "answer"
    INVITE = "invite"
    CANCEL = "cancel"


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Somebody with an address. `mailbox` is nobody in particular (info@); `reachable` says if it exists."""

    address: str
    name: str
    role: str
    company: str
    domain: str
    language: str
    zone: ZoneInfo
    colleagues: tuple[str, ...] = ()  # addresses
    mailbox: bool = False
    reachable: bool = True


@dataclass(frozen=True, slots=True)
class Invite:
    """What a calendar mail of the product says."""

    uid: str
    sequence: int
    method: str
    start: datetime
    end: datetime
    organizer: str
    summary: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail of the product to one person, as it arrived."""

    id: str  # mail number and place of the recipient
    mail: int
    at: datetime
    mailbox: str  # of the product, where an answer arrives
    sender: str
    sender_name: str
    person: str
    message_id: str
    subject: str
    text: str
    in_reply_to: tuple[str, ...] = ()  # also References
    offered: tuple[datetime, ...] = ()
    invite: Invite | None = None
    one_click: str = ""
    fingerprint: str = ""  # of subject and text
    kind: LetterKind = LetterKind.TOUCH
    answers: str = ""  # id of the mail of theirs that it answers


@dataclass(frozen=True, slots=True)
class Said:
    """What a mail of theirs means, with its facts: until, start, colleague, competitor, bounce …"""

    meaning: Meaning
    facts: Mapping[str, Any] = field(default_factory=dict)
    also: tuple[Meaning, ...] = ()  # other readings that are as right


@dataclass(frozen=True, slots=True)
class Reply:
    """One mail of theirs (or of a machine of theirs) as it was put into the product's inbox."""

    id: str
    at: datetime
    person: str
    mailbox: str
    message_id: str
    said: Said
    automatic: bool
    about: str  # id of the letter it follows
    language: str = ""
    style: str = ""
    authenticated: str = ""  # pass, none or fail
    raw: bytes = b""


@dataclass(frozen=True, slots=True)
class Attempt:
    """A recipient named at RCPT and refused there."""

    at: datetime
    person: str
    code: int


@dataclass(frozen=True, slots=True)
class Click:
    """A use of the one-click address: the status, 0 when nobody listened."""

    at: datetime
    person: str
    url: str
    status: int
    about: str
