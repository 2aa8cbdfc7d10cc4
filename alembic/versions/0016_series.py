"""The edits that one album asks for share its update, and are numbered."""

import sqlalchemy as sa

from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("edits", sa.Column("series_number", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("edits", sa.Column("series_count", sa.Integer(), nullable=False, server_default="1"))
    op.drop_index("ix_edits_update_id", "edits")
    op.create_index("ix_edits_update_id", "edits", ["update_id", "series_number"], unique=True)


def downgrade() -> None:
    # What asked for several is known as each edit by itself: Telegram's own update ids are positive.
    op.execute("UPDATE edits SET update_id = -(update_id * 100 + series_number - 1) WHERE series_number > 1")
    op.drop_index("ix_edits_update_id", "edits")
    op.create_index("ix_edits_update_id", "edits", ["update_id"], unique=True)
    op.drop_column("edits", "series_count")
    op.drop_column("edits", "series_number")
