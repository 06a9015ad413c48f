"""Tables of the durable engine and the timetable: leases of processes, and what is due. No behaviour."""

from sqlalchemy import Column, Float, Integer, String, Table, Text

from runtime.store.tables import Moment, id_column, metadata

executors = Table(
    "executors",
    metadata,
    id_column(),  # fresh for every process, never used again
    Column("role", String(12), nullable=False),
    Column("version", String(20), nullable=False),  # of the workflows this process can run
    Column("started_at", Float, nullable=False),  # both in seconds of the database's own clock
    Column("beat_at", Float, nullable=False),
)

due = Table(
    "due",
    metadata,
    id_column(),
    Column("kind", String(40), nullable=False, index=True),
    Column("key", String(120), nullable=False, unique=True),  # the kind itself for what comes again and again
    Column("subject", String(60), nullable=False, default=""),  # whom or what a single piece of work is about
    Column("due_at", Moment, nullable=False, index=True),
    Column("state", String(12), nullable=False, index=True),  # waiting, running, done, failed
    Column("owner", String(40), nullable=False, default=""),  # executor that runs it
    Column("attempts", Integer, nullable=False, default=0),
    Column("ran_at", Moment),
    Column("detail", Text, nullable=False, default=""),
    Column("cause", String(60), nullable=False, default=""),
)
