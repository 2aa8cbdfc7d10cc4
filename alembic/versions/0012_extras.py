"""What was sent beside results, by kind; the file that was added to a shrunken photo."""

import sqlalchemy as sa

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
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
    op.drop_column("edits", "file_message_id")
