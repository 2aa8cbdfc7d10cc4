"""What an edit continues from and at which step; its reply as Telegram has it; what was sent beside that."""

import sqlalchemy as sa

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("edits", sa.Column("parent", sa.String()))
    op.add_column("edits", sa.Column("step", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("edits", sa.Column("result_photo", sa.Text()))
    op.add_column("edits", sa.Column("file_message_id", sa.BigInteger()))
    op.create_table(
        "extras",
        sa.Column("edit_id", sa.String(), primary_key=True),
        sa.Column("extra", sa.String(), primary_key=True),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.execute("INSERT INTO extras SELECT edit_id, 'file', message_id, at FROM sent_files")
    op.drop_table("sent_files")


def downgrade() -> None:
    op.create_table(
        "sent_files",
        sa.Column("edit_id", sa.String(), primary_key=True),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("at", MOMENT, nullable=False),
    )
    op.execute("INSERT INTO sent_files SELECT edit_id, message_id, at FROM extras WHERE extra = 'file'")
    op.drop_table("extras")
    for name in ("file_message_id", "result_photo", "step", "parent"):
        op.drop_column("edits", name)
