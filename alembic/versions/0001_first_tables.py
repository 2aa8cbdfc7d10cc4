"""The first tables: edits, chats, inbox, pending_photos."""

import sqlalchemy as sa

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    create_edits()
    op.create_table(
        "chats",
        sa.Column("id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("told_not_allowed_at", MOMENT),
    )
    op.create_table(
        "inbox",
        sa.Column("update_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("raw", sa.Text(), nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("handled_at", MOMENT),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("error", sa.String()),
    )
    op.create_index("ix_inbox_handled_at_update_id", "inbox", ["handled_at", "update_id"])
    op.create_table(
        "pending_photos",
        sa.Column("chat_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("user_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("thread_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("file_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("file_name", sa.String()),
        sa.Column("at", MOMENT, nullable=False),
    )


def create_edits() -> None:
    op.create_table(
        "edits",
        sa.Column("id", sa.String(), primary_key=True),
        sa.Column("update_id", sa.BigInteger(), nullable=False),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger()),
        sa.Column("request_message_id", sa.BigInteger(), nullable=False),
        sa.Column("photo_message_id", sa.BigInteger(), nullable=False),
        sa.Column("requester_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("file_id", sa.String(), nullable=False),
        sa.Column("photo_kind", sa.String(), nullable=False),
        sa.Column("file_name", sa.String()),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("secret", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT),
        sa.Column("submits", sa.Integer(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sends", sa.Integer(), nullable=False),
        sa.Column("status_message_id", sa.BigInteger()),
        sa.Column("task_id", sa.String()),
        sa.Column("submitted_at", MOMENT),
        sa.Column("task_seconds", sa.Float()),
        sa.Column("width", sa.Integer()),
        sa.Column("height", sa.Integer()),
        sa.Column("format", sa.String()),
        sa.Column("cropped", sa.Float()),
        sa.Column("result_message_id", sa.BigInteger()),
        sa.Column("failure", sa.String()),
        sa.Column("ended_at", MOMENT),
    )
    op.create_index("ix_edits_update_id", "edits", ["update_id"], unique=True)
    op.create_index("ix_edits_secret", "edits", ["secret"], unique=True)
    op.create_index("ix_edits_chat_id_created_at", "edits", ["chat_id", "created_at"])
    op.create_index("ix_edits_chat_id_state", "edits", ["chat_id", "state"])
    op.create_index("ix_edits_operation_submitted_at", "edits", ["operation", "submitted_at"])
    op.create_index("ix_edits_ended_at", "edits", ["ended_at"])
    unfinished = sa.text("due_at IS NOT NULL")
    op.create_index(
        "ix_edits_due_at", "edits", ["due_at"], sqlite_where=unfinished, postgresql_where=unfinished
    )


def downgrade() -> None:
    for table in ("pending_photos", "inbox", "chats", "edits"):
        op.drop_table(table)
