"""Extras are looked up by their messages, and kept as long as their edits."""

from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_extras_message_id", "extras", ["message_id"])


def downgrade() -> None:
    op.drop_index("ix_extras_message_id", "extras")
