"""The words for mail that comes in: what a read mail is, what a bounce or complaint says, what was kept unread.

Facts only. Nothing here trusts a sender: who wrote, whether it counts and what to do is decided elsewhere.
"""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class MailKind(StrEnum):
    """What sort of thing arrived. Only what a person wrote or clicked may ever be answered, see ANSWERABLE."""

    HUMAN = "human"
    AUTO = "auto"  # written by a machine for one person: absence notes, receipts, tickets, read receipts
    BULK = "bulk"  # written once for many: newsletters, mailing lists
    BOUNCE = "bounce"  # a delivery report, good or bad; `bounces` says what it reports
    COMPLAINT = "complaint"  # the reader's provider reports abuse or an opt-out
    CALENDAR = "calendar"  # an invitation or the answer to one
    LOOP = "loop"  # our own mail come back, or one that has run in circles


ANSWERABLE = frozenset({MailKind.HUMAN, MailKind.CALENDAR})


class BounceKind(StrEnum):
    """What a delivery report means for the next mail to that address."""

    HARD = "hard"  # there is no such mailbox or domain: never again
    SOFT = "soft"  # did not work this time
    POLICY = "policy"  # the mail or its sender was turned away, not the address
    FULL = "full"
    DELAYED = "delayed"  # still being tried, or given up after days of trying
    DELIVERED = "delivered"  # a report of success


class FeedbackType(StrEnum):
    """Kinds of feedback report (RFC 5965, RFC 6430, RFC 6591)."""

    ABUSE = "abuse"
    FRAUD = "fraud"
    VIRUS = "virus"
    OPT_OUT = "opt-out"
    AUTH_FAILURE = "auth-failure"
    NOT_SPAM = "not-spam"
    OTHER = "other"


class Authenticated(StrEnum):
    """Whether a server we trust confirmed the domain in From."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class MailAddress(BaseModel):
    """An address in comparable form (domain in lower-case ASCII) and the name shown with it."""

    model_config = ConfigDict(frozen=True)

    address: str
    name: str = ""

    @property
    def domain(self) -> str:
        """The part after the @."""
        return self.address.rpartition("@")[2]


class Attachment(BaseModel):
    """What is known of an attached file; its bytes stay in the raw mail."""

    model_config = ConfigDict(frozen=True)

    name: str
    type: str
    size: int
    sha256: str


class CalendarPart(BaseModel):
    """The text of a text/calendar part and its METHOD, "" when none is named."""

    model_config = ConfigDict(frozen=True)

    method: str
    text: str


class AutoReply(BaseModel):
    """Signs that no person pressed send; empty values where a sign is absent."""

    model_config = ConfigDict(frozen=True)

    auto_submitted: str = ""  # RFC 3834: auto-replied, auto-generated, …
    precedence: str = ""  # bulk, list, junk, auto_reply
    signs: tuple[str, ...] = ()  # every sign found, such as "header:x-autoreply" or "subject"

    @property
    def found(self) -> bool:
        """True when anything was."""
        return bool(self.signs)


class Bounce(BaseModel):
    """What a delivery report says of one recipient.

    It proves nothing by itself: it counts only when `original_message_id` is one of ours.
    """

    model_config = ConfigDict(frozen=True)

    kind: BounceKind
    recipient: str = ""  # "" when the report names nobody
    status: str = ""  # enhanced status code such as 5.1.1
    diagnostic: str = ""
    original_message_id: str = ""


class Complaint(BaseModel):
    """What a feedback report says. Recipient and Message-ID are often blacked out by the provider."""

    model_config = ConfigDict(frozen=True)

    type: FeedbackType
    original_recipient: str = ""
    original_message_id: str = ""


class InboundMail(BaseModel):
    """One mail, read once. Everything in it is the sender's word, except `raw_sha256` and `authenticated`."""

    model_config = ConfigDict(frozen=True)

    raw_sha256: str
    size: int
    kind: MailKind
    message_id: str = ""  # with angle brackets; "" when there is none that can be used
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()  # oldest first
    sender: MailAddress | None = None  # None when From names nobody, or names several without a Sender
    all_senders: tuple[MailAddress, ...] = ()
    reply_to: tuple[MailAddress, ...] = ()
    to: tuple[MailAddress, ...] = ()
    cc: tuple[MailAddress, ...] = ()
    subject: str = ""
    sent_at: datetime | None = None
    language: str = ""  # Content-Language as given
    text: str = ""  # everything a reader sees
    new_text: str = ""  # what the sender wrote this time
    signature: str = ""
    quoted: str = ""  # the earlier mails below or between
    forwarded: bool = False
    attachments: tuple[Attachment, ...] = ()
    calendar: tuple[CalendarPart, ...] = ()
    auto: AutoReply = AutoReply()
    bounces: tuple[Bounce, ...] = ()
    complaint: Complaint | None = None
    authenticated: Authenticated = Authenticated.UNKNOWN
    hops: int = 0  # servers it came through
    problems: tuple[str, ...] = ()  # one sentence each

    @property
    def original_message_ids(self) -> tuple[str, ...]:
        """Message-IDs a bounce or complaint speaks about; the caller checks that they are ours."""
        named = [one.original_message_id for one in self.bounces]
        if self.complaint:
            named.append(self.complaint.original_message_id)
        return tuple(dict.fromkeys(one for one in named if one))


class Quarantined(BaseModel):
    """A mail nobody read: the raw copy is kept under its hash, with the reason.

    Codes: `mail_too_large`, `mail_too_deep`, `mail_too_many_parts`, `mail_headers_too_large`,
    `mail_too_slow`, `mail_too_much_memory`, `mail_unreadable`, `mail_reader_died`.
    """

    model_config = ConfigDict(frozen=True)

    raw_sha256: str
    size: int
    code: str
    sentence: str
