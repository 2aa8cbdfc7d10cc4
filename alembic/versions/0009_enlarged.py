"""How much a result was enlarged."""

import sqlalchemy as sa

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("edits", sa.Column("enlarged", sa.Float(), nullable=False, server_default="1"))


def downgrade() -> None:
    op.drop_column("edits", "enlarged")
