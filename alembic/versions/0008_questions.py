"""What the bot has asked people, when it answered small talk, and the photos that wait for words."""

import json

import sqlalchemy as sa

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

KEY = ("chat_id", "user_id", "thread_id")
PENDING = sa.table("pending_photos", *map(sa.column, (*KEY, "message_id", "photos", "pictures")))


def _at(row: sa.RowMapping) -> sa.Update:
    return sa.update(PENDING).where(*(PENDING.c[name] == row[name] for name in KEY))


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
        sa.Column("pictures", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.BigInteger()),
    )
    op.create_index("ix_questions_chat_id_message_id", "questions", ["chat_id", "message_id"])
    op.create_index("ix_questions_chat_id_person_id", "questions", ["chat_id", "person_id"])
    op.create_index("ix_questions_asked_at", "questions", ["asked_at"])
    op.add_column("chats", sa.Column("small_talk_at", sa.DateTime(timezone=True)))
    op.add_column("albums", sa.Column("last_update_id", sa.BigInteger()))
    op.add_column("pending_photos", sa.Column("pictures", sa.Text(), nullable=False, server_default="[]"))
    op.add_column(
        "pending_photos", sa.Column("is_album", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    for row in op.get_bind().execute(sa.select(PENDING)).mappings().all():
        picture = {"photo": json.loads(row["photos"])[0], "message_id": row["message_id"]}
        op.execute(_at(row).values(pictures=json.dumps([picture])))
    op.drop_column("pending_photos", "photos")
    op.drop_column("pending_photos", "message_id")


def downgrade() -> None:
    op.add_column("pending_photos", sa.Column("photos", sa.Text(), nullable=False, server_default="[]"))
    op.add_column(
        "pending_photos", sa.Column("message_id", sa.BigInteger(), nullable=False, server_default="0")
    )
    for row in op.get_bind().execute(sa.select(PENDING)).mappings().all():
        last = json.loads(row["pictures"])[-1]
        photos = json.dumps([last["photo"]])
        op.execute(_at(row).values(photos=photos, message_id=last["message_id"]))
    op.drop_column("pending_photos", "is_album")
    op.drop_column("pending_photos", "pictures")
    op.drop_column("albums", "last_update_id")
    op.drop_column("chats", "small_talk_at")
    op.drop_table("questions")
