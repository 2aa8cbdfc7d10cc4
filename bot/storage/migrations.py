"""Alembic, called from the program. Each function runs inside the caller's transaction.

Alembic is imported only where the schema changes: most starts need none of it.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, column, func, inspect, select, table

if TYPE_CHECKING:
    from alembic.config import Config

_DIRECTORY = Path(__file__).parents[2] / "alembic"
_VERSION = table("alembic_version", column("version_num"))
_HEAD = "head"
_LOCK_KEY = 0x6E616E6F
"""An arbitrary number that nothing else in the database locks ("nano")."""


def upgrade(connection: Connection, revision: str = _HEAD) -> None:
    """Bring the schema up to `revision`."""
    _wait_for_others(connection)
    if revision != _HEAD or current(connection) != head():
        from alembic import command

        command.upgrade(_config(connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Bring the schema down to `revision`; `base` is an empty database."""
    from alembic import command

    _wait_for_others(connection)
    command.downgrade(_config(connection), revision)


def current(connection: Connection) -> str | None:
    """The revision that the database is at; None for one that was never migrated."""
    if not inspect(connection).has_table(_VERSION.name):
        return None
    return connection.execute(select(_VERSION.c.version_num)).scalar_one_or_none()


def head() -> str:
    """The revision that this version of the bot needs."""
    return revisions()[-1]


def is_newer(revision: str | None) -> bool:
    """Whether this version of the bot does not know the revision: a later one made it."""
    return revision is not None and revision not in revisions()


def revisions() -> list[str]:
    """Every migration, the first one first: their files' names begin with them."""
    return sorted(path.name.partition("_")[0] for path in (_DIRECTORY / "versions").glob("[0-9]*.py"))


def _wait_for_others(connection: Connection) -> None:
    """One migration at a time. On SQLite, BEGIN IMMEDIATE has already made sure of that."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK_KEY)))


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_DIRECTORY).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
