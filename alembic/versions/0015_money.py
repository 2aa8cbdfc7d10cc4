"""What edits cost, what the account held, who owns the bot, and whom it serves."""

import sqlalchemy as sa

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("edits", sa.Column("credits", sa.Float(), nullable=False, server_default="0"))
    op.create_index("ix_edits_created_at", "edits", ["created_at"])
    op.create_table(
        "balances",
        sa.Column("at", sa.DateTime(timezone=True), primary_key=True),
        sa.Column("credits", sa.Float(), nullable=False),
    )
    op.create_table(
        "notices",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "guests",
        sa.Column("id", sa.BigInteger(), autoincrement=False, primary_key=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("update_id", sa.BigInteger()),
        sa.Column("asked_at", sa.DateTime(timezone=True)),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("is_allowed", sa.Boolean()),
    )
    op.create_table(
        "owner_links",
        sa.Column("digest", sa.String(), primary_key=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("person_id", sa.BigInteger()),
    )


def downgrade() -> None:
    op.drop_table("owner_links")
    op.drop_table("guests")
    op.drop_table("notices")
    op.drop_table("balances")
    op.drop_index("ix_edits_created_at", "edits")
    op.drop_column("edits", "credits")
