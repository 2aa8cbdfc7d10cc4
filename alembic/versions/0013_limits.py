"""Held places and refused requests, edits that were paid for in vain, tasks that nobody waits for."""

import sqlalchemy as sa

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("edits", sa.Column("place_at", sa.DateTime(timezone=True)))
    op.add_column("edits", sa.Column("waste", sa.String()))
    op.add_column("edits", sa.Column("runs_until", sa.DateTime(timezone=True)))
    op.create_index("ix_edits_requester_id_created_at", "edits", ["requester_id", "created_at"])
    op.create_index(
        "ix_edits_runs_until",
        "edits",
        ["runs_until"],
        sqlite_where=sa.text("runs_until IS NOT NULL"),
        postgresql_where=sa.text("runs_until IS NOT NULL"),
    )
    op.create_table(
        "refused",
        sa.Column("update_id", sa.BigInteger(), primary_key=True, autoincrement=False),
        sa.Column("request", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.execute("DELETE FROM edits WHERE state = 'held'")
    op.drop_table("refused")
    op.drop_index("ix_edits_runs_until", "edits")
    op.drop_index("ix_edits_requester_id_created_at", "edits")
    for name in ("runs_until", "waste", "place_at"):
        op.drop_column("edits", name)
