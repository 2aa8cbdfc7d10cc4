"""What keeps a database from being used, in words for whoever runs the bot."""

import socket
import sqlite3

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

NEWER = (
    "was used by a later version of the bot, and this one does not know its tables: start that version, or "
    "restore a backup from before (docs/backup.md)"
)
_OF_POSTGRESQL = {
    "28000": "the server refuses this user or password",
    "28P01": "the server refuses this user or password",
    "3D000": "the server has no database of that name",
    "25006": "the server only lets it be read: it is a standby, or set to read-only",
}
"""By SQLSTATE."""
_OF_SQLITE = {
    "unable to open": "the file cannot be opened: its folder is not there, or this user may not write in it",
    "not a database": "the file is not a database",
    "malformed": "the file is damaged; restore a backup (docs/backup.md)",
    "readonly": "this user may not write to the file or its folder",
    "disk is full": "the disk is full",
    "locked": "another program holds the file",
}


def connection_errors() -> tuple[type[Exception], ...]:
    """What connecting raises; asyncpg's own come as they are."""
    import asyncpg  # 3 MB that SQLite does not need

    return SQLAlchemyError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError


def in_words(error: BaseException) -> str:
    """One sentence without a library's words, as far as the error is known."""
    original = (error.orig or error) if isinstance(error, DBAPIError) else error
    cause = original.__cause__ if isinstance(original.__cause__, Exception) else original
    match cause:
        case socket.gaierror():
            return "there is no host of that name"
        case ConnectionRefusedError():
            return "nothing answers at this address"
        case TimeoutError():
            return "no answer in time"
        case sqlite3.Error():
            said = str(cause)
            return next((words for sign, words in _OF_SQLITE.items() if sign in said), said)
        case OSError():
            return cause.strerror or str(cause)
    return _OF_POSTGRESQL.get(getattr(cause, "sqlstate", "")) or str(cause).partition("\n")[0]
