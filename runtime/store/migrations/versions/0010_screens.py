"""Indexes for screens over fifty thousand people: by fit, by filter, and the mails of a campaign or company."""

from alembic import op

revision = "0010"
down_revision = "0009"
INDEXES = {
    "ix_prospects_fit": ("prospects", ["fit", "id"]),
    "ix_accounts_made_at": ("accounts", ["made_at"]),
    "ix_accounts_country": ("accounts", ["country"]),
    "ix_accounts_industry": ("accounts", ["industry"]),
    "ix_outbox_campaign": ("outbox", ["campaign_id", "state", "kind"]),
    "ix_outbox_company": ("outbox", ["account_id", "state", "kind", "sent_at"]),
}


def upgrade() -> None:
    """Make them."""
    for name, (table, columns) in INDEXES.items():
        op.create_index(name, table, columns)


def downgrade() -> None:
    """Drop them."""
    for name, (table, _) in INDEXES.items():
        op.drop_index(name, table)
