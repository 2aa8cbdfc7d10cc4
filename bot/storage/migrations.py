"""Alembic, called from the program. Each function runs inside the caller's transaction."""

from pathlib import Path

from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import Script, ScriptDirectory
from sqlalchemy import Connection, func, select

from alembic import command

_DIRECTORY = Path(__file__).parents[2] / "alembic"
_LOCK_KEY = 0x6E616E6F
"""An arbitrary number that nothing else in the database locks ("nano")."""


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Bring the schema up to `revision`."""
    _wait_for_others(connection)
    command.upgrade(_config(connection), revision)


def downgrade(connection: Connection, revision: str) -> None:
    """Bring the schema down to `revision`; `base` is an empty database."""
    _wait_for_others(connection)
    command.downgrade(_config(connection), revision)


def current(connection: Connection) -> str | None:
    """The revision that the database is at; None for one that was never migrated."""
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The revision that this version of the bot needs."""
    return ScriptDirectory(str(_DIRECTORY)).get_current_head()


def is_newer(revision: str | None) -> bool:
    """Whether this version of the bot does not know the revision: a later one made it."""
    known = {script.revision for script in scripts()}
    return revision is not None and revision not in known


def scripts() -> list[Script]:
    """Every migration, the latest first."""
    return list(ScriptDirectory(str(_DIRECTORY)).walk_revisions())


def _wait_for_others(connection: Connection) -> None:
    """One migration at a time. On SQLite, BEGIN IMMEDIATE has already made sure of that."""
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_LOCK_KEY)))


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_DIRECTORY).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
