"""Runs migrations on the connection `runtime.store.migrate` hands over."""

from alembic import context

from runtime.store import (  # noqa: F401 - they add their tables to the metadata
    deal_tables,
    engine_tables,
    experience_tables,
    experiment_tables,
    model_tables,
    rest_tables,
    talk_tables,
)
from runtime.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"], target_metadata=metadata, render_as_batch=True
)
with context.begin_transaction():
    context.run_migrations()
