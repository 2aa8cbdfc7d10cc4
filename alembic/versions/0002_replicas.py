"""Several replicas on one database: owners, who is alive, roles, budgets; what an edit waits for."""

import sqlalchemy as sa

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    for table in ("edits", "inbox"):
        op.add_column(table, sa.Column("owner", sa.String()))
    op.add_column("edits", sa.Column("hindrance", sa.String()))
    op.create_table(
        "replicas",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("data_dir_id", sa.String(), nullable=False),
        sa.Column("beat_at", MOMENT, nullable=False),
    )
    op.create_table(
        "roles",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("owner", sa.String(), nullable=False),
    )
    op.create_table(
        "budgets",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("full_at", MOMENT, nullable=False),
    )


def downgrade() -> None:
    for table in ("budgets", "roles", "replicas"):
        op.drop_table(table)
    for table in ("inbox", "edits"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("owner")
    with op.batch_alter_table("edits") as batch:
        batch.drop_column("hindrance")
