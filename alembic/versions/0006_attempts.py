"""What is known of an edit's attempts: the callback's secret of each, which came too late, how many began."""

import sqlalchemy as sa

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("edits", sa.Column("callback_secret", sa.String()))
    op.execute("UPDATE edits SET callback_secret = secret")  # what their create calls were given
    op.add_column("edits", sa.Column("is_late", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("edits", sa.Column("starts", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_edits_callback_secret", "edits", ["callback_secret"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_edits_callback_secret", "edits")
    for name in ("starts", "is_late", "callback_secret"):
        op.drop_column("edits", name)
