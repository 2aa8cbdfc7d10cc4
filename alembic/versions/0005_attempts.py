"""A callback's secret, which each create call has anew."""

import sqlalchemy as sa

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("edits", sa.Column("callback_secret", sa.String()))
    op.execute("UPDATE edits SET callback_secret = secret")  # what their create calls were given
    op.create_index("ix_edits_callback_secret", "edits", ["callback_secret"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_edits_callback_secret", "edits")
    op.drop_column("edits", "callback_secret")
