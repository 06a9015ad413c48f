"""Tables of experiments over campaigns, of what a campaign was expected to bring, and of its pace."""

from sqlalchemy import JSON, Boolean, Column, Float, Integer, String, Table, Text

from runtime.store.tables import Moment, id_column, metadata

experiments = Table(
    "experiments",
    metadata,
    id_column(),
    Column("knob", String(40), nullable=False, index=True),
    Column("state", String(12), nullable=False, index=True),
    Column("declared", JSON, nullable=False),
    Column("fingerprint", String(64), nullable=False),  # of what was declared, when it began
    Column("version", Integer, nullable=False),
    Column("shares", JSON, nullable=False),
    Column("winner", String(40), nullable=False, default=""),
    Column("reason", Text, nullable=False, default=""),
    Column("begun_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("foretold", JSON(none_as_null=True)),
)

experiment_versions = Table(  # only ever added to
    "experiment_versions",
    metadata,
    Column("experiment_id", String(40), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("shares", JSON, nullable=False),
    Column("since", Moment, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decision_id", String(40), nullable=False),
)

experiment_units = Table(  # only ever added to: nobody is moved to another arm
    "experiment_units",
    metadata,
    Column("experiment_id", String(40), primary_key=True),
    Column("unit", String(40), primary_key=True),  # a contact
    Column("arm", String(40), nullable=False),
    Column("chance", Float, nullable=False),
    Column("version", Integer, nullable=False),
    Column("campaign_id", String(40), nullable=False, index=True),
    Column("at", Moment, nullable=False),
)

campaign_bets = Table(
    "campaign_bets",
    metadata,
    Column("campaign_id", String(40), primary_key=True),
    Column("chance", Float, nullable=False),
    Column("base_rate_chance", Float, nullable=False),  # what the base rate alone would have said
    Column("people", Integer, nullable=False),
    Column("basis", JSON, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("happened", Boolean),
    Column("scored_at", Moment),
)

campaign_paces = Table(
    "campaign_paces",
    metadata,
    Column("campaign_id", String(40), primary_key=True),
    Column("first_mails", Integer),  # a day; 0: nothing leaves; NULL: no limit of its own
    Column("reason", Text, nullable=False),
    Column("decision_id", String(40), nullable=False),
    Column("since", Moment, nullable=False),
)
