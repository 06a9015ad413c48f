"""Tables of experience: what was known at each touch, and each state a meeting went through. Only ever added to."""

from sqlalchemy import JSON, Column, Float, Integer, String, Table, Text

from runtime.store.tables import Moment, id_column, metadata

made_touches = Table(
    "made_touches",
    metadata,
    Column("key", String(64), primary_key=True),  # of the intent in the outbox
    Column("at", Moment, nullable=False, index=True),
    Column("decision_id", String(40), nullable=False),
    Column("campaign_id", String(40), nullable=False, index=True),
    Column("contact_id", String(40), nullable=False, index=True),
    Column("account_id", String(40), nullable=False),
    Column("step", Integer, nullable=False),
    Column("arm", String(40), nullable=False),
    Column("chance", Float, nullable=False),
    Column("icp_id", String(40), nullable=False),
    Column("features", JSON, nullable=False),
)

meeting_moves = Table(
    "meeting_moves",
    metadata,
    id_column(),
    Column("meeting_id", String(40), nullable=False, index=True),
    Column("state", String(20), nullable=False),
    Column("starts_at", Moment, nullable=False),
    Column("detail", Text, nullable=False, default=""),
    Column("at", Moment, nullable=False, index=True),
)
