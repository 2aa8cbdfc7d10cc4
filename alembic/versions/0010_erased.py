"""Which edits their requesters had deleted, and which groups were greeted."""

import sqlalchemy as sa

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("edits", sa.Column("is_erased", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("chats", sa.Column("greeted_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("chats", "greeted_at")
    op.drop_column("edits", "is_erased")
