"""Tables of models: what was trained on what, which one holds since when, what each said, and the pipeline by day."""

from sqlalchemy import JSON, Column, Date, Float, Integer, String, Table, Text, UniqueConstraint

from runtime.store.tables import Moment, id_column, metadata

REPLY_MODEL = "model:reply"  # the kind of version that orders prospects

models = Table(
    "models",
    metadata,
    id_column(),
    Column("purpose", String(30), nullable=False, index=True),
    Column("number", Integer, nullable=False),
    Column("format", Integer, nullable=False),
    Column("body", JSON, nullable=False),  # the whole model as plain values; never changed
    Column("digest", String(64), nullable=False),  # over the body
    Column("state", String(12), nullable=False),  # shadow, champion, retired, refused
    Column("why", Text, nullable=False, default=""),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("purpose", "number"),
)

model_runs = Table(
    "model_runs",
    metadata,
    id_column(),
    Column("purpose", String(30), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("state", String(20), nullable=False),  # signal, no_signal, not_enough_data
    Column("dataset", String(64), nullable=False),  # hash of the rows it was trained on
    Column("rows", Integer, nullable=False),
    Column("wins", Integer, nullable=False),
    Column("model_id", String(40), nullable=False, default=""),
    Column("report", JSON, nullable=False),
)

model_turns = Table(
    "model_turns",
    metadata,
    id_column(),
    Column("purpose", String(30), nullable=False, index=True),
    Column("model_id", String(40), nullable=False, default=""),  # "": the base rate
    Column("before_id", String(40), nullable=False, default=""),
    Column("why", Text, nullable=False),
    Column("by", String(80), nullable=False),
    Column("at", Moment, nullable=False),
)

model_scores = Table(
    "model_scores",
    metadata,
    Column("model_id", String(40), primary_key=True),
    Column("subject", String(64), primary_key=True),  # a prospect, or the key of a touch
    Column("about", String(12), nullable=False),  # prospect, touch
    Column("chance", Float, nullable=False),
    Column("reasons", JSON, nullable=False),
    Column("at", Moment, nullable=False),
)

pipeline_days = Table(
    "pipeline_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("body", JSON, nullable=False),  # every deal as it stood, and what was forecast
)
