"""The photos of a request as one JSON list; `hindrance` is `blocked_by`; what is known of an edit's card."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

KIND_COLUMNS = {"edits": "photo_kind", "pending_photos": "kind"}
KEYS = {"edits": ("id",), "pending_photos": ("chat_id", "user_id", "thread_id")}
CARD_FLAGS = ("has_lost_card", "is_told")
Values = Mapping[str, Any]


def upgrade() -> None:
    op.alter_column("edits", "hindrance", new_column_name="blocked_by")
    for name in CARD_FLAGS:
        op.add_column("edits", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    for table, kind in KIND_COLUMNS.items():
        op.add_column(table, sa.Column("photos", sa.Text()))
        rewrite(table, ("file_id", kind, "file_name"), ("photos",), lambda row, kind=kind: photos(row, kind))
        for column in ("file_id", kind, "file_name"):
            op.drop_column(table, column)
        require(table, "photos")


def downgrade() -> None:
    """Of several photos only the first is kept."""
    for table, kind in KIND_COLUMNS.items():
        for column in ("file_id", kind, "file_name"):
            op.add_column(table, sa.Column(column, sa.String()))
        new = ("file_id", kind, "file_name")
        rewrite(table, ("photos",), new, lambda row, kind=kind: first_photo(row, kind))
        op.drop_column(table, "photos")
        require(table, "file_id", kind)
    for name in CARD_FLAGS:
        op.drop_column("edits", name)
    op.alter_column("edits", "blocked_by", new_column_name="hindrance")


def photos(row: Values, kind: str) -> dict[str, Any]:
    photo = {
        "file_id": row["file_id"],
        "kind": row[kind],
        "file_name": row["file_name"],
        "has_spoiler": False,
    }
    return {"photos": json.dumps([photo])}


def first_photo(row: Values, kind: str) -> dict[str, Any]:
    photo = json.loads(row["photos"])[0]
    return {"file_id": photo["file_id"], kind: photo["kind"], "file_name": photo["file_name"]}


def rewrite(
    name: str, old: tuple[str, ...], new: tuple[str, ...], values: Callable[[Values], dict[str, Any]]
) -> None:
    """Fill the columns `new` of every row with what `values` makes of the columns `old`."""
    keys = KEYS[name]
    table = sa.table(name, *(sa.column(column) for column in (*keys, *old, *new)))
    connection = op.get_bind()
    rows = connection.execute(sa.select(*(table.c[column] for column in (*keys, *old)))).mappings().all()
    this_row = sa.and_(*(table.c[key] == sa.bindparam(f"this_{key}") for key in keys))
    filled = table.update().where(this_row).values({column: sa.bindparam(column) for column in new})
    if rows:
        connection.execute(filled, [{f"this_{key}": row[key] for key in keys} | values(row) for row in rows])


def require(table: str, *columns: str) -> None:
    """Make columns NOT NULL, which SQLite can only do by copying the table."""
    with op.batch_alter_table(table) as batch:
        for column in columns:
            batch.alter_column(column, nullable=False)
