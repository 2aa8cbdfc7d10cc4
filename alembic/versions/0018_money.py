"""How many edits the owner lets one chat or person have."""

import sqlalchemy as sa

from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "own_limits",
        sa.Column("id", sa.BigInteger(), autoincrement=False, primary_key=True),
        sa.Column("edits", sa.Integer(), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("own_limits")
