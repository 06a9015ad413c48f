"""Tables of deals: where they stand, what shows it, who has a say, and tasks for people. No behaviour."""

from sqlalchemy import JSON, Column, Date, Integer, Numeric, String, Table, Text, UniqueConstraint

from runtime.store.tables import Moment, id_column, labelled, metadata

deals = Table(
    "deals",
    metadata,
    id_column(),
    Column("account_id", String(40), nullable=False, index=True),
    Column("contact_id", String(40), nullable=False, default="", index=True),
    Column("name", Text, nullable=False),
    Column("stage", String(20), nullable=False, index=True),
    Column("amount", Numeric(14, 2)),  # null: not known; only a person sets it
    Column("currency", String(3), nullable=False, default=""),
    Column("next_step", Text, nullable=False),
    Column("next_step_at", Moment, nullable=False, index=True),
    Column("health", Integer),  # 0–100, null before the first review
    Column("signals", JSON, nullable=False),  # named signals of the last review
    Column("opened_at", Moment, nullable=False),
    Column("stage_since", Moment, nullable=False),
    Column("closed_at", Moment),
    Column("close_on", Date),  # the day a person expects it to close; null: not said
    Column("called", String(12)),  # how firmly a person counts on it: commit, best_case …; null: not said
    *labelled(),
)

deal_proofs = Table(
    "deal_proofs",
    metadata,
    id_column(),
    Column("deal_id", String(40), nullable=False, index=True),
    Column("fact", String(20), nullable=False),
    Column("source", String(60), nullable=False),
    Column("quote", Text, nullable=False, default=""),
    Column("at", Moment, nullable=False),
    UniqueConstraint("deal_id", "fact", "source"),
    *labelled(),
)

deal_moves = Table(
    "deal_moves",
    metadata,
    id_column(),
    Column("deal_id", String(40), nullable=False, index=True),
    Column("before", String(20), nullable=False),
    Column("after", String(20), nullable=False),
    Column("reason", Text, nullable=False),
    Column("decision_id", String(40), nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", Moment, nullable=False),
)

stakeholders = Table(
    "stakeholders",
    metadata,
    id_column(),
    Column("deal_id", String(40), nullable=False, index=True),
    Column("contact_id", String(40), nullable=False, default=""),
    Column("name", Text, nullable=False, default=""),
    Column("email", String(320), nullable=False, default=""),  # a candidate until a person approves it
    Column("title", Text, nullable=False, default=""),
    Column("role", String(30), nullable=False, default="unknown"),  # champion, decider, user, gatekeeper …
    Column("found_in", String(20), nullable=False),  # cc, signature, referral, meeting, crm
    Column("source", String(60), nullable=False),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("deal_id", "email", "name"),
    *labelled(),
)

tasks = Table(
    "tasks",
    metadata,
    id_column(),
    Column("about", String(60), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("why", Text, nullable=False, default=""),
    Column("due_at", Moment, nullable=False, index=True),
    Column("state", String(12), nullable=False, index=True),  # open, done, dropped
    Column("made_at", Moment, nullable=False),
    Column("made_by", String(80), nullable=False),
    Column("done_at", Moment),
    Column("done_by", String(80), nullable=False, default=""),
    Column("result", Text, nullable=False, default=""),
)
