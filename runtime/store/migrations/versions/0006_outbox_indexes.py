"""Indexes for an outbox of many thousand mails: what is due, what left since a moment, what one person got."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
_OLD = ("contact_id", "due_at", "state")


def upgrade() -> None:
    """Make the new ones and drop those they replace."""
    op.create_index("ix_outbox_due", "outbox", ["state", "due_at", "id"])
    op.create_index("ix_outbox_left", "outbox", ["state", sa.text("coalesce(sent_at, due_at)")])
    op.create_index("ix_outbox_contact", "outbox", ["contact_id", "state"])
    for column in _OLD:
        op.drop_index(op.f(f"ix_outbox_{column}"), "outbox")


def downgrade() -> None:
    """Put the old ones back."""
    for column in _OLD:
        op.create_index(op.f(f"ix_outbox_{column}"), "outbox", [column])
    for name in ("due", "left", "contact"):
        op.drop_index(f"ix_outbox_{name}", "outbox")
