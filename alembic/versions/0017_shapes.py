"""The shape and the resolution that were asked for, and which of several photos could not be read."""

import sqlalchemy as sa

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("edits", sa.Column("shape", sa.String()))
    op.add_column("edits", sa.Column("resolution", sa.String()))
    op.add_column("edits", sa.Column("failed_photo", sa.Integer()))
    op.add_column("questions", sa.Column("shape", sa.String()))


def downgrade() -> None:
    op.drop_column("questions", "shape")
    op.drop_column("edits", "failed_photo")
    op.drop_column("edits", "resolution")
    op.drop_column("edits", "shape")
