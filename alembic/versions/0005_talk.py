"""What chats let the bot send, which files were sent, and whether admins heard what they were told."""

import sqlalchemy as sa

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OF_CHATS = {"takes_pictures": sa.Boolean(), "rights_checked_at": MOMENT, "told_no_pictures_at": MOMENT}


def upgrade() -> None:
    for name, kind in OF_CHATS.items():
        op.add_column("chats", sa.Column(name, kind))
    op.add_column("alerts", sa.Column("has_arrived", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "sent_files",
        sa.Column("edit_id", sa.String(), primary_key=True),
        sa.Column("message_id", sa.BigInteger()),
        sa.Column("at", MOMENT, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("sent_files")
    op.drop_column("alerts", "has_arrived")
    for name in OF_CHATS:
        op.drop_column("chats", name)
