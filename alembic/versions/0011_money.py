"""What edits cost, what the account held, who owns the bot, and whom it serves."""

import sqlalchemy as sa

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("edits", sa.Column("credits", sa.Float(), nullable=False, server_default="0"))
    op.create_index("ix_edits_created_at", "edits", ["created_at"])


def downgrade() -> None:
    op.drop_index("ix_edits_created_at", "edits")
    op.drop_column("edits", "credits")
