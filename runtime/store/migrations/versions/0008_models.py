"""Models, their runs, turns and scores; the pipeline by day; when a deal should close and how it was called."""

import sqlalchemy as sa
from alembic import op

from runtime.store.tables import Moment

revision = "0008"
down_revision = "0007"
TABLES = ("models", "model_runs", "model_turns", "model_scores", "pipeline_days")


def upgrade() -> None:
    """Make the tables and columns."""
    _models()
    _runs()
    _turns()
    _scores()
    op.create_table(
        "pipeline_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_pipeline_days")),
    )
    op.add_column("deals", sa.Column("close_on", sa.Date()))
    op.add_column("deals", sa.Column("called", sa.String(length=12)))


def downgrade() -> None:
    """Drop them."""
    op.drop_column("deals", "called")
    op.drop_column("deals", "close_on")
    for name in reversed(TABLES):
        op.drop_table(name)


def _models() -> None:
    op.create_table(
        "models",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("format", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_models")),
        sa.UniqueConstraint("purpose", "number", name=op.f("uq_models_purpose")),
    )
    op.create_index(op.f("ix_models_purpose"), "models", ["purpose"])


def _runs() -> None:
    op.create_table(
        "model_runs",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("dataset", sa.String(length=64), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("wins", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.String(length=40), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_runs")),
    )
    op.create_index(op.f("ix_model_runs_purpose"), "model_runs", ["purpose"])


def _turns() -> None:
    op.create_table(
        "model_turns",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("model_id", sa.String(length=40), nullable=False),
        sa.Column("before_id", sa.String(length=40), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_turns")),
    )
    op.create_index(op.f("ix_model_turns_purpose"), "model_turns", ["purpose"])


def _scores() -> None:
    op.create_table(
        "model_scores",
        sa.Column("model_id", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("about", sa.String(length=12), nullable=False),
        sa.Column("chance", sa.Float(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("model_id", "subject", name=op.f("pk_model_scores")),
    )
