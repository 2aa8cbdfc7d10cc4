"""What keeps a database from being used, in words for whoever runs the bot."""

import socket
import sqlite3

import asyncpg
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

CONNECTION_ERRORS = (SQLAlchemyError, OSError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What connecting raises; asyncpg's own come as they are."""
NEWER = (
    "was used by a later version of the bot, and this one does not know its tables: start that version, or "
    "restore a backup from before (docs/backup.md)"
)
_OF_SQLITE = {
    "unable to open": "the file cannot be opened: its folder is not there, or this user may not write in it",
    "not a database": "the file is not a database",
    "malformed": "the file is damaged; restore a backup (docs/backup.md)",
    "readonly": "this user may not write to the file or its folder",
    "disk is full": "the disk is full",
    "locked": "another program holds the file",
}


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
        case asyncpg.InvalidAuthorizationSpecificationError():
            return "the server refuses this user or password"
        case asyncpg.InvalidCatalogNameError():
            return "the server has no database of that name"
        case asyncpg.ReadOnlySQLTransactionError():
            return "the server only lets it be read: it is a standby, or set to read-only"
        case sqlite3.Error():
            said = str(cause)
            return next((words for sign, words in _OF_SQLITE.items() if sign in said), said)
        case OSError():
            return cause.strerror or str(cause)
    return str(cause).partition("\n")[0]
