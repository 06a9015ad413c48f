"""Experiments over campaigns, who is in which arm, what a campaign was expected to bring, and its pace."""

import sqlalchemy as sa
from alembic import op

from runtime.store.tables import Moment

revision = "0009"
down_revision = "0008"
TABLES = ("experiments", "experiment_versions", "experiment_units", "campaign_bets", "campaign_paces")


def upgrade() -> None:
    """Make the tables."""
    _experiments()
    _campaigns()


def downgrade() -> None:
    """Drop them."""
    for name in reversed(TABLES):
        op.drop_table(name)


def _experiments() -> None:
    op.create_table(
        "experiments",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("knob", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("declared", sa.JSON(), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("shares", sa.JSON(), nullable=False),
        sa.Column("winner", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("begun_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment()),
        sa.Column("foretold", sa.JSON()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_experiments")),
    )
    for column in ("knob", "state"):
        op.create_index(op.f(f"ix_experiments_{column}"), "experiments", [column])
    op.create_table(
        "experiment_versions",
        sa.Column("experiment_id", sa.String(length=40), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("shares", sa.JSON(), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("experiment_id", "number", name=op.f("pk_experiment_versions")),
    )
    op.create_table(
        "experiment_units",
        sa.Column("experiment_id", sa.String(length=40), nullable=False),
        sa.Column("unit", sa.String(length=40), nullable=False),
        sa.Column("arm", sa.String(length=40), nullable=False),
        sa.Column("chance", sa.Float(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("experiment_id", "unit", name=op.f("pk_experiment_units")),
    )
    op.create_index(op.f("ix_experiment_units_campaign_id"), "experiment_units", ["campaign_id"])


def _campaigns() -> None:
    op.create_table(
        "campaign_bets",
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column("chance", sa.Float(), nullable=False),
        sa.Column("base_rate_chance", sa.Float(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("basis", sa.JSON(), nullable=False),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("happened", sa.Boolean()),
        sa.Column("scored_at", Moment()),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_campaign_bets")),
    )
    op.create_table(
        "campaign_paces",
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column("first_mails", sa.Integer()),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.String(length=40), nullable=False),
        sa.Column("since", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", name=op.f("pk_campaign_paces")),
    )
