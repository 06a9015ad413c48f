"""Tables of conversations with people outside: mailboxes, mails that came in, threads, meetings. No behaviour."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from runtime.store.tables import Moment, id_column, labelled, metadata

mailboxes = Table(
    "mailboxes",
    metadata,
    Column("address", String(320), primary_key=True),
    Column("folder", String(200), primary_key=True),
    Column("uid_validity", Integer, nullable=False, default=0),
    Column("last_uid", Integer, nullable=False, default=0),
    Column("read_at", Moment),
    Column("trouble", Text, nullable=False, default=""),  # why it could not be read the last time
)

raw_mails = Table(
    "raw_mails",
    metadata,
    Column("sha256", String(64), primary_key=True),
    Column("bytes", LargeBinary, nullable=False),
    Column("kept_at", Moment, nullable=False, index=True),
)

inbound = Table(
    "inbound",
    metadata,
    id_column(),
    Column("mailbox", String(320), nullable=False),
    Column("sha256", String(64), nullable=False),  # of the raw mail
    Column("message_id", String(998), nullable=False, default="", index=True),
    Column("came_at", Moment, nullable=False, index=True),  # when we took it in
    Column("kind", String(20), nullable=False),  # human, auto, bounce, complaint, calendar, quarantined
    Column("state", String(20), nullable=False, index=True),  # new, handled, waiting, ignored, quarantined
    Column("from_address", String(320), nullable=False, default="", index=True),
    Column("subject", Text, nullable=False, default=""),
    Column("body", JSON, nullable=False),  # the InboundMail; of a quarantined one the sentence why
    Column("reading", JSON),  # the ReplyReading
    Column("thread_id", String(40), nullable=False, default="", index=True),
    Column("contact_id", String(40), nullable=False, default="", index=True),
    Column("account_id", String(40), nullable=False, default="", index=True),
    Column("outbox_id", String(40), nullable=False, default=""),  # the mail of ours it speaks of
    Column("code", String(60), nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),  # what was done with it and why
    UniqueConstraint("mailbox", "sha256"),
    *labelled(),
)

threads = Table(
    "threads",
    metadata,
    id_column(),
    Column("contact_id", String(40), nullable=False, index=True),
    Column("account_id", String(40), nullable=False, index=True),
    Column("campaign_id", String(40), nullable=False, default="", index=True),
    Column("subject", Text, nullable=False, default=""),  # normalised, without Re: and the like
    Column("state", String(20), nullable=False, index=True),  # of the lead: see domain.leads
    Column("until", Moment),  # when the lead wants to be left alone
    Column("reason", Text, nullable=False, default=""),  # why it is in this state
    Column("last_in_at", Moment),
    Column("last_out_at", Moment),
    Column("made_at", Moment, nullable=False),
    *labelled(),
)

meetings = Table(
    "meetings",
    metadata,
    id_column(),
    Column("uid", String(255), nullable=False, unique=True),
    Column("thread_id", String(40), nullable=False, default="", index=True),
    Column("contact_id", String(40), nullable=False, index=True),
    Column("account_id", String(40), nullable=False, default="", index=True),
    Column("state", String(20), nullable=False, index=True),
    Column("starts_at", Moment, nullable=False, index=True),
    Column("ends_at", Moment, nullable=False),
    Column("body", JSON, nullable=False),  # the Meeting
    Column("decision_id", String(40), nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),
    Column("made_at", Moment, nullable=False),
)

offers = Table(
    "offers",
    metadata,
    id_column(),
    Column("thread_id", String(40), nullable=False, index=True),
    Column("contact_id", String(40), nullable=False, index=True),
    Column("starts_at", Moment, nullable=False),
    Column("minutes", Integer, nullable=False),
    Column("sent", Boolean, nullable=False, default=False),
    Column("made_at", Moment, nullable=False),
    Index("ix_offers_slot", "starts_at"),
)
