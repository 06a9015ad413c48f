"""Versions of the authority matrix, budgets, votes, earned autonomy, risk calibrations."""

import sqlalchemy as sa
from alembic import op

from runtime.store.tables import Moment

revision = "0003"
down_revision = "0002"
TABLES = (
    "approval_votes",
    "autonomy_levels",
    "counters",
    "policy_versions",
    "risk_calibrations",
)


def upgrade() -> None:
    """Make the tables."""
    _approval_votes()
    _autonomy_levels()
    _counters()
    _policy_versions()
    _risk_calibrations()


def downgrade() -> None:
    """Drop the tables."""
    for name in TABLES:
        op.drop_table(name)


def _approval_votes() -> None:
    op.create_table(
        "approval_votes",
        sa.Column("item_id", sa.String(length=40), nullable=False),
        sa.Column("user_id", sa.String(length=80), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("item_id", "user_id", name=op.f("pk_approval_votes")),
    )


def _autonomy_levels() -> None:
    op.create_table(
        "autonomy_levels",
        sa.Column("agent", sa.String(length=60), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("agent", "action", name=op.f("pk_autonomy_levels")),
    )


def _counters() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("period", sa.String(length=20), nullable=False),
        sa.Column("used", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("name", "period", name=op.f("pk_counters")),
    )


def _policy_versions() -> None:
    op.create_table(
        "policy_versions",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("simulation", sa.JSON(), nullable=True),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policy_versions")),
        sa.UniqueConstraint("number", name=op.f("uq_policy_versions_number")),
    )


def _risk_calibrations() -> None:
    op.create_table(
        "risk_calibrations",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("body", sa.JSON(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_risk_calibrations")),
        sa.UniqueConstraint("number", name=op.f("uq_risk_calibrations_number")),
    )
