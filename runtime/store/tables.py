"""Every table of the business database. No behaviour; portable SQL types only."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)


class Moment(TypeDecorator[datetime]):
    """An aware UTC time, whatever the database does with zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Store as UTC; a naive time is a bug."""
        if value is not None and value.tzinfo is None:
            raise ValueError("a stored time needs a zone")
        return value.astimezone(UTC) if value is not None else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Read back as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def labelled() -> list[Column[Any]]:
    """The three columns of a label."""
    return [
        Column("integrity", Integer, nullable=False),
        Column("readers", JSON, nullable=False),
        Column("origin", Text, nullable=False),
    ]


def id_column() -> Column[Any]:
    """The primary key of most tables: prefix and ordered part."""
    return Column("id", String(40), primary_key=True)


users = Table(
    "users",
    metadata,
    id_column(),
    Column("name", String(80), nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("role", String(20), nullable=False),
    Column("disabled", Boolean, nullable=False, default=False),
    Column("made_at", Moment, nullable=False),
    Column("session_epoch", Integer, nullable=False, default=1),  # a password or role change ends sessions
)

active_versions = Table(
    "active_versions",
    metadata,
    Column("kind", String(40), primary_key=True),  # icp, profile, policy …
    Column("version_id", String(40), nullable=False),
    Column("since", Moment, nullable=False),
)

profiles = Table(
    "profiles",
    metadata,
    id_column(),
    Column("url", Text, nullable=False),
    Column("body", JSON, nullable=False),
    Column("made_at", Moment, nullable=False),
    *labelled(),
)

icp_versions = Table(
    "icp_versions",
    metadata,
    id_column(),
    Column("number", Integer, nullable=False, unique=True),
    Column("lines", JSON, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("reason", Text, nullable=False),
    *labelled(),
)

pages = Table(
    "pages",
    metadata,
    id_column(),
    Column("subject", String(60), nullable=False, index=True),  # "seller" or an account id
    Column("url", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("fetched_at", Moment, nullable=False),
    *labelled(),
)

evidence = Table(
    "evidence",
    metadata,
    id_column(),
    Column("subject", String(60), nullable=False, index=True),
    Column("url", Text, nullable=False),
    Column("quote", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("seen_at", Moment, nullable=False),
    *labelled(),
)

accounts = Table(
    "accounts",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("normal_name", Text, nullable=False, index=True),
    Column("domain", String(255), nullable=False, default="", index=True),
    Column("country", String(2), nullable=False, default="", index=True),
    Column("city", Text, nullable=False, default=""),
    Column("industry", String(60), nullable=False, default="", index=True),
    Column("staff_min", Integer),
    Column("staff_max", Integer),
    Column("facts", JSON),
    Column("made_at", Moment, nullable=False, index=True),
    Column("batch_id", String(40), nullable=False, default="", index=True),
    *labelled(),
)

contacts = Table(
    "contacts",
    metadata,
    id_column(),
    Column("account_id", String(40), nullable=False, index=True),
    Column("name", Text, nullable=False, default=""),
    Column("title", Text, nullable=False, default=""),
    Column("role", String(60), nullable=False, default=""),
    Column("email", String(320), nullable=False, default="", index=True),
    Column("zones", JSON, nullable=False),
    Column("language", String(8), nullable=False, default=""),
    Column("status", String(20), nullable=False),
    Column("facts", JSON),
    Column("made_at", Moment, nullable=False),
    Column("batch_id", String(40), nullable=False, default="", index=True),
    *labelled(),
)

prospects = Table(
    "prospects",
    metadata,
    id_column(),
    Column("account_id", String(40), nullable=False, unique=True),
    Column("contact_id", String(40)),
    Column("icp_id", String(40), nullable=False),
    Column("fit", Float, nullable=False),
    Column("qualified", Boolean, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("overruled_by", String(80), nullable=False, default=""),
    Column("overrule", JSON),
    Column("scored_at", Moment, nullable=False),
    Index("ix_prospects_due", "qualified", "fit"),
    Index("ix_prospects_fit", "fit", "id"),
    *labelled(),
)

crm_changes = Table(
    "crm_changes",
    metadata,
    id_column(),
    Column("batch_id", String(40), nullable=False, index=True),
    Column("record", String(20), nullable=False),  # table name
    Column("record_id", String(40), nullable=False, index=True),
    Column("before", JSON),  # null: the row was made
    Column("after", JSON),
    Column("cause", String(60), nullable=False, default=""),
    Column("at", Moment, nullable=False),
    Column("undone_at", Moment),
)

import_batches = Table(
    "import_batches",
    metadata,
    id_column(),
    Column("file_name", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("report", JSON, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("undone_at", Moment),
)

campaigns = Table(
    "campaigns",
    metadata,
    id_column(),
    Column("name", Text, nullable=False),
    Column("icp_id", String(40), nullable=False),
    Column("plan_version", Integer, nullable=False),
    Column("state", String(20), nullable=False),
    Column("body", JSON, nullable=False),
    Column("made_at", Moment, nullable=False),
    *labelled(),
)

touches = Table(
    "touches",
    metadata,
    id_column(),
    Column("campaign_id", String(40), nullable=False, index=True),
    Column("step", Integer, nullable=False),
    Column("body", JSON, nullable=False),
    UniqueConstraint("campaign_id", "step"),
)

drafts = Table(
    "drafts",
    metadata,
    id_column(),
    Column("campaign_id", String(40), nullable=False, index=True),
    Column("touch_id", String(40), nullable=False),
    Column("contact_id", String(40), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("claims", JSON, nullable=False),
    Column("variant", String(8), nullable=False),
    Column("blocked", JSON, nullable=False),
    Column("dropped", Boolean, nullable=False, default=False),
    Column("edited_by", String(80), nullable=False, default=""),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("campaign_id", "touch_id", "contact_id"),
    *labelled(),
)

proposals = Table(
    "proposals",
    metadata,
    id_column(),
    Column("kind", String(40), nullable=False, index=True),
    Column("action", JSON, nullable=False),
    Column("action_hash", String(64), nullable=False),
    Column("actor", JSON, nullable=False),
    Column("reason", Text, nullable=False),
    Column("cause", String(60), nullable=False, default=""),
    Column("made_at", Moment, nullable=False),
    *labelled(),
)

decisions = Table(
    "decisions",
    metadata,
    id_column(),
    Column("proposal_id", String(40), nullable=False, index=True),
    Column("action_hash", String(64), nullable=False),
    Column("verdict", String(10), nullable=False),
    Column("score", Integer, nullable=False),
    Column("hits", JSON, nullable=False),
    Column("risk", JSON, nullable=False),
    Column("snapshot", JSON, nullable=False),
    Column("policy_version", String(64), nullable=False),
    Column("context", JSON, nullable=False),  # causes, inputs, versions, alternatives, cost
    Column("made_at", Moment, nullable=False, index=True),
)

approvals = Table(
    "approvals",
    metadata,
    id_column(),
    Column("action", String(40), nullable=False),
    Column("summary", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("risk", Integer, nullable=False),
    Column("needs", Integer, nullable=False, default=1),  # how many people must agree
    Column("state", String(12), nullable=False, index=True),
    Column("cause", String(60), nullable=False, default="", index=True),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("decided_by", String(80), nullable=False, default=""),
    Column("decided_at", Moment),
)

approval_items = Table(
    "approval_items",
    metadata,
    id_column(),
    Column("approval_id", String(40), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("proposal_id", String(40), nullable=False),
    Column("decision_id", String(40), nullable=False),
    Column("action_hash", String(64), nullable=False),
    Column("state", String(12), nullable=False),
    Column("decided_by", String(80), nullable=False, default=""),
    Column("decided_at", Moment),
    Column("replaced_by", String(40), nullable=False, default=""),
)

permits = Table(
    "permits",
    metadata,
    id_column(),
    Column("decision_id", String(40), nullable=False, unique=True),
    Column("action_hash", String(64), nullable=False),
    Column("granted_by", String(80), nullable=False),
    Column("granted_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("spent_at", Moment),
)

outbox = Table(
    "outbox",
    metadata,
    id_column(),
    Column("key", String(64), nullable=False, unique=True),  # the business fact (G14)
    Column("kind", String(40), nullable=False),
    Column("action", JSON, nullable=False),
    Column("action_hash", String(64), nullable=False),
    Column("permit_id", String(40), nullable=False),
    Column("decision_id", String(40), nullable=False),
    Column("campaign_id", String(40), nullable=False, default="", index=True),
    Column("contact_id", String(40), nullable=False, default=""),
    Column("account_id", String(40), nullable=False, default="", index=True),
    Column("state", String(12), nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("not_after", Moment, nullable=False),
    Column("attempts", Integer, nullable=False, default=0),
    Column("resends", Integer, nullable=False, default=0),
    Column("owner", String(40), nullable=False, default=""),
    Column("claimed_at", Float),  # machine time, seconds since the epoch
    Column("message_id", String(255), nullable=False, default="", index=True),
    Column("sent_at", Moment),
    Column("code", String(60), nullable=False, default=""),
    Column("detail", Text, nullable=False, default=""),
    Column("made_at", Moment, nullable=False),
    Index("ix_outbox_due", "state", "due_at", "id"),
    Index("ix_outbox_left", "state", text("coalesce(sent_at, due_at)")),  # as runtime/store/outbox.py asks
    Index("ix_outbox_contact", "contact_id", "state"),
    Index("ix_outbox_campaign", "campaign_id", "state", "kind"),
    Index("ix_outbox_company", "account_id", "state", "kind", "sent_at"),
)

suppressions = Table(
    "suppressions",
    metadata,
    Column("hash", String(64), primary_key=True),  # salted hash of the address or domain
    Column("reason", String(80), nullable=False),
    Column("at", Moment, nullable=False),
)

switches = Table(
    "switches",
    metadata,
    Column("scope", String(80), primary_key=True),
    Column("level", String(10), nullable=False),  # none, sends, effects, all
    Column("reason", Text, nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", Moment, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("kind", String(40), nullable=False, index=True),
    Column("subject", String(60), nullable=False, index=True),
    Column("by", String(80), nullable=False),
    Column("body", JSON, nullable=False),
    Column("prev_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)

policy_versions = Table(
    "policy_versions",
    metadata,
    id_column(),
    Column("number", Integer, nullable=False, unique=True),
    Column("body", JSON, nullable=False),
    Column("note", Text, nullable=False, default=""),
    Column("simulation", JSON),  # what it would have changed in past decisions; null: not simulated
    Column("made_by", String(80), nullable=False),
    Column("made_at", Moment, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("name", String(120), primary_key=True),  # what is counted, for whom
    Column("period", String(20), primary_key=True),  # a day, a month, "" for ever
    Column("used", Float, nullable=False, default=0),
)

approval_votes = Table(
    "approval_votes",
    metadata,
    Column("item_id", String(40), primary_key=True),
    Column("user_id", String(80), primary_key=True),
    Column("at", Moment, nullable=False),
)

autonomy_levels = Table(
    "autonomy_levels",
    metadata,
    Column("agent", String(60), primary_key=True),
    Column("action", String(40), primary_key=True),
    Column("level", Integer, nullable=False),  # 0 asks, 1 notifies, 2 acts alone
    Column("since", Moment, nullable=False),
    Column("reason", Text, nullable=False),
)

risk_calibrations = Table(
    "risk_calibrations",
    metadata,
    id_column(),
    Column("number", Integer, nullable=False, unique=True),
    Column("body", JSON, nullable=False),
    Column("report", JSON, nullable=False),
    Column("made_at", Moment, nullable=False),
)

conversations = Table(
    "conversations",
    metadata,
    id_column(),
    Column("user_id", String(40), nullable=False, default=""),
    Column("title", Text, nullable=False, default=""),
    Column("state", JSON, nullable=False),  # shown list, focus, digest
    Column("made_at", Moment, nullable=False),
)

messages = Table(
    "messages",
    metadata,
    id_column(),
    Column("conversation_id", String(40), nullable=False, index=True),
    Column("role", String(12), nullable=False),
    Column("text", Text, nullable=False),
    Column("body", JSON, nullable=False),
    Column("at", Moment, nullable=False),
    *labelled(),
)

events = Table(
    "events",
    metadata,
    id_column(),
    Column("kind", String(60), nullable=False, index=True),
    Column("subject", String(60), nullable=False, index=True),
    Column("body", JSON, nullable=False),
    Column("cause", String(60), nullable=False, default=""),
    Column("at", Moment, nullable=False),
)

staged_rows = Table(
    "staged_rows",
    metadata,
    id_column(),
    Column("batch_id", String(40), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("body", JSON, nullable=False),
)
