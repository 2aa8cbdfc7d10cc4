"""What an edit continues from, at which step, and its reply as Telegram has it."""

import sqlalchemy as sa

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("edits", sa.Column("parent", sa.String()))
    op.add_column("edits", sa.Column("step", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("edits", sa.Column("result_photo", sa.Text()))


def downgrade() -> None:
    for name in ("result_photo", "step", "parent"):
        op.drop_column("edits", name)
