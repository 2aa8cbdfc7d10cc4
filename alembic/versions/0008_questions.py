"""What the bot has asked people, and when it answered small talk."""

import sqlalchemy as sa

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "questions",
        sa.Column("id", sa.BigInteger(), autoincrement=False, primary_key=True),
        sa.Column("chat_id", sa.BigInteger(), nullable=False),
        sa.Column("thread_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_for", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("missing", sa.String(), nullable=False),
        sa.Column("command", sa.String(), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("photos", sa.Text()),
        sa.Column("photo_message_id", sa.BigInteger()),
        sa.Column("parent", sa.String()),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.BigInteger()),
    )
    op.create_index("ix_questions_chat_id_message_id", "questions", ["chat_id", "message_id"])
    op.create_index("ix_questions_chat_id_person_id", "questions", ["chat_id", "person_id"])
    op.create_index("ix_questions_asked_at", "questions", ["asked_at"])
    op.add_column("chats", sa.Column("greeted_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("chats", "greeted_at")
    op.drop_table("questions")
