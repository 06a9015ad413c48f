"""Tables of the doors for programs: tokens, kept answers, webhooks in and out, and what turns cost. No behaviour."""

from sqlalchemy import JSON, Boolean, Column, Integer, LargeBinary, String, Table, Text

from runtime.store.tables import Moment, id_column, labelled, metadata

api_tokens = Table(
    "api_tokens",
    metadata,
    id_column(),
    Column("user_id", String(40), nullable=False, index=True),  # whom it acts as
    Column("name", String(80), nullable=False),
    Column("role", String(20), nullable=False),  # never more than its user has now
    Column("hash", String(64), nullable=False, unique=True),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
    Column("revoked_at", Moment),
)

kept_answers = Table(
    "kept_answers",
    metadata,
    Column("key", String(64), primary_key=True),  # hash of who asked and their Idempotency-Key
    Column("fingerprint", String(64), nullable=False),  # of method, path and body
    Column("owner", String(40), nullable=False),  # executor that is at work on it
    Column("status", Integer),  # null: not answered yet
    Column("answer", LargeBinary),  # sealed with the workspace's key
    Column("expires_at", Moment, nullable=False, index=True),
)

webhooks = Table(
    "webhooks",
    metadata,
    id_column(),
    Column("url", Text, nullable=False),
    Column("events", JSON, nullable=False),  # kinds of audit records; empty: all
    Column("secret", LargeBinary, nullable=False),  # sealed
    Column("after_seq", Integer, nullable=False),  # last audit record that was looked at
    Column("made_by", String(80), nullable=False),
    Column("made_at", Moment, nullable=False),
)

hooks = Table(
    "hooks",
    metadata,
    Column("name", String(60), primary_key=True),
    Column("takes", String(20), nullable=False),  # which typed signal a call becomes
    Column("secret", LargeBinary, nullable=False),  # sealed
    Column("made_by", String(80), nullable=False),
    Column("made_at", Moment, nullable=False),
)

hook_calls = Table(
    "hook_calls",
    metadata,
    id_column(),  # follows from the hook and the sender's delivery id: the same call is taken once
    Column("hook", String(60), nullable=False, index=True),
    Column("takes", String(20), nullable=False),
    Column("body", JSON, nullable=False),
    Column("state", String(12), nullable=False),  # waiting, done, failed
    Column("detail", Text, nullable=False, default=""),
    Column("came_at", Moment, nullable=False, index=True),
    *labelled(),
)

spent_turns = Table(
    "spent_turns",
    metadata,
    Column("turn_id", String(40), primary_key=True),
    Column(
        "campaign_id", String(40), nullable=False, default="", index=True
    ),  # what the turn was for, if known
    Column("account_id", String(40), nullable=False, default="", index=True),
    Column("signal", String(40), nullable=False, default=""),
    Column("model_calls", Integer, nullable=False),
    Column("prompt_tokens", Integer, nullable=False),
    Column("answer_tokens", Integer, nullable=False),
    Column("requests", Integer, nullable=False),  # pages, robots.txt and searches
    Column("searches", Integer, nullable=False),  # of the requests
    Column("lost", Boolean, nullable=False, default=False),  # the turn ended in an error
    Column("at", Moment, nullable=False, index=True),
)
