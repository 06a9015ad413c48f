"""Experience: what was known at each touch, and each state a meeting went through."""

import sqlalchemy as sa
from alembic import op

from runtime.store.tables import Moment

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "made_touches",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.Column("decision_id", sa.String(length=40), nullable=False),
        sa.Column("campaign_id", sa.String(length=40), nullable=False),
        sa.Column("contact_id", sa.String(length=40), nullable=False),
        sa.Column("account_id", sa.String(length=40), nullable=False),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("arm", sa.String(length=40), nullable=False),
        sa.Column("chance", sa.Float(), nullable=False),
        sa.Column("icp_id", sa.String(length=40), nullable=False),
        sa.Column("features", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_made_touches")),
    )
    for column in ("at", "campaign_id", "contact_id"):
        op.create_index(op.f(f"ix_made_touches_{column}"), "made_touches", [column])
    op.create_table(
        "meeting_moves",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("meeting_id", sa.String(length=40), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("starts_at", Moment(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_moves")),
    )
    for column in ("meeting_id", "at"):
        op.create_index(op.f(f"ix_meeting_moves_{column}"), "meeting_moves", [column])


def downgrade() -> None:
    """Drop them."""
    op.drop_table("meeting_moves")
    op.drop_table("made_touches")
