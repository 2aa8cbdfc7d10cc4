"""What replicas must agree on: albums, alerts, moved chats; the chat of each update in the inbox."""

import sqlalchemy as sa

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("chats", sa.Column("move_checked_at", MOMENT))
    # The default is for the rows that are there: what they wait for does not depend on their chat.
    op.add_column("inbox", sa.Column("chat_id", sa.BigInteger(), nullable=False, server_default="0"))
    waiting = sa.text("handled_at IS NULL")
    op.create_index(
        "ix_inbox_waiting",
        "inbox",
        ["owner", "chat_id", "update_id"],
        sqlite_where=waiting,
        postgresql_where=waiting,
    )
    op.create_table(
        "chat_moves",
        sa.Column("old_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("new_id", sa.BigInteger(), nullable=False),
    )
    op.create_index("ix_chat_moves_new_id", "chat_moves", ["new_id"])
    op.create_table(
        "albums",
        sa.Column("chat_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("album_id", sa.String(), primary_key=True),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
    )
    op.create_table(
        "alerts",
        sa.Column("admin_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("reason", sa.String(), primary_key=True),
        sa.Column("told_at", MOMENT, nullable=False),
    )


def downgrade() -> None:
    for table in ("alerts", "albums", "chat_moves"):
        op.drop_table(table)
    op.drop_index("ix_inbox_waiting", "inbox")
    op.drop_column("inbox", "chat_id")
    op.drop_column("chats", "move_checked_at")
