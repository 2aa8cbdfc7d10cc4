"""One database, SQLite or PostgreSQL. Use `writing()` and `reading()`.

SQLite has one connection that writes, so writers wait for each other, and a few that only read.
"""

import asyncio
import contextlib
import fcntl
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Self

from sqlalchemy import (
    URL,
    ColumnElement,
    Connection,
    ExceptionContext,
    Table,
    event,
    func,
    literal,
    make_url,
    select,
)
from sqlalchemy.connectors.asyncio import AsyncAdapt_dbapi_cursor
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.util import await_only
from sqlmodel.sql.sqltypes import UTCDateTime

from bot.storage import migrations
from bot.storage.passengers import Passengers, T, Write

DATABASE_ERRORS = (SQLAlchemyError, OSError)
"""Raised when the database is away or cannot write."""
_SQLITE_READERS = 4
_POSTGRESQL_CONNECTIONS, _POSTGRESQL_PATIENT = 10, 8
_COMMAND_TIMEOUT_SECONDS = 60.0
_IDLE_TRANSACTION_SECONDS = 10
_PRAGMAS = (
    "busy_timeout=10000",  # first, because switching to WAL may have to wait
    "journal_mode=WAL",
    "synchronous=FULL",  # NORMAL may lose the last commits when the power goes
    "foreign_keys=ON",
    "secure_delete=ON",  # what is deleted is overwritten: people are told that it is gone
)


class AlreadyRunning(Exception):
    """Another process uses this SQLite file."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"another process of the bot works with {path}: stop that one first")
        self.path = path


class _SqliteConnection(sqlite3.Connection):
    """Ends its transaction when it is closed.

    A task that is cancelled inside a transaction leaves a statement behind. While something refers to that
    statement (a traceback), SQLite keeps the locks of its closed connection, and nobody else can write.
    """

    def close(self) -> None:
        """Roll back and close, if it is still open."""
        with contextlib.suppress(sqlite3.ProgrammingError):
            if self.in_transaction:
                self.rollback()
        super().close()


class Database:
    """Opens connections. `path` is the SQLite file, None for PostgreSQL."""

    def __init__(self, writer: AsyncEngine, reader: AsyncEngine, path: Path | None) -> None:
        self._writer, self._reader, self.path = writer, reader, path
        self._patient = asyncio.Semaphore(1 if self.is_sqlite else _POSTGRESQL_PATIENT)
        self._passengers = Passengers()

    @property
    def driver_url(self) -> str:
        """PostgreSQL's URL as asyncpg takes it. It may contain a password."""
        return self._writer.url.set(drivername="postgresql").render_as_string(hide_password=False)

    @classmethod
    def open(cls, url: str) -> Self:
        """A database that connects when it is first used.

        `url` is `sqlite+aiosqlite:///...` with a file, or `postgresql+asyncpg://...`.
        """
        parsed = make_url(url)
        if parsed.get_backend_name() != "sqlite":
            return cls(*_postgresql_engines(parsed), None)
        if not parsed.database or parsed.database == ":memory:":
            raise ValueError(
                "a SQLite database needs a file: its connections would not see each other's rows"
            )
        writer = _sqlite_engine(parsed, pool_size=1, begin="BEGIN IMMEDIATE")
        reader = _sqlite_engine(parsed, pool_size=_SQLITE_READERS, begin="BEGIN", read_only=True)
        return cls(writer, reader, Path(parsed.database))

    def apart(self) -> Self:
        """The same database with separate connections, for calls that must not wait for a free one of ours.

        For SQLite, with its single writer, it is this object.
        """
        if self.is_sqlite:
            return self
        return type(self)(*_postgresql_engines(self._writer.url), None)

    @property
    def is_sqlite(self) -> bool:
        return self.path is not None

    @contextlib.asynccontextmanager
    async def writing(self, *, patient: bool = False) -> AsyncIterator[AsyncConnection]:
        """A transaction: committed at the end of the block, rolled back on an exception.

        `patient`: it stands in a line of its own, and only the first of that waits for a connection. So what
        people have just sent is not behind all the edits that are under way. Inside, wait for nothing but the
        database.
        """
        with self._passengers.ride() as ride:
            async with (
                self._patient if patient else contextlib.nullcontext(),
                self._writer.begin() as connection,
            ):
                yield connection
                if connection.in_transaction():  # else the block has rolled back
                    await ride.commit(connection)

    async def along(self, write: Write[T], within_seconds: float) -> T:
        """Do a write with the next transaction that somebody else ends; after so many seconds in its own.

        A transaction is a wait for the disk. Also while it stands in line for its own it may be taken along.
        Returns once it is committed. Also whoever is cancelled learns so only when no other transaction is
        about to commit it.
        """
        async with self._passengers.waiting(write) as passenger:
            if not await passenger.arrived(within_seconds):
                async with self._patient:
                    if passenger.is_waiting:
                        async with self.writing():
                            pass
            carried = await asyncio.shield(passenger.arrival)
        if carried is not None:
            return carried.result
        async with self.writing(patient=True) as connection:
            return await write(connection)

    def reading(self) -> contextlib.AbstractAsyncContextManager[AsyncConnection]:
        """A transaction that cannot write."""
        return self._reader.begin()

    def insert(self, table: Table) -> sqlite.Insert | postgresql.Insert:
        """An INSERT with ON CONFLICT, which both dialects write the same way."""
        return sqlite.insert(table) if self.is_sqlite else postgresql.insert(table)

    def clock(self, now: datetime) -> ColumnElement[datetime]:
        """The present moment inside a statement, by a clock that all replicas share.

        That is PostgreSQL's. A SQLite file has one process: there it is `now`.
        """
        return literal(now, UTCDateTime()) if self.is_sqlite else func.clock_timestamp()

    async def answers(self, within_seconds: float = 5) -> bool:
        """Whether the database can be read now."""
        try:
            async with asyncio.timeout(within_seconds), self.reading() as connection:
                await connection.execute(select(literal(1)))
        except DATABASE_ERRORS:
            return False
        return True

    async def migrate(self) -> None:
        """Bring the schema to this version. May be repeated, also by several processes at once."""
        async with self.writing() as connection:
            await connection.run_sync(migrations.upgrade)

    async def downgrade(self, revision: str) -> None:
        """Bring the schema back to `revision`."""
        async with self.writing() as connection:
            await connection.run_sync(migrations.downgrade, revision)

    async def revision(self) -> tuple[str | None, str]:
        """The schema's revision, and the one that this version of the bot needs. Creates nothing."""
        if self.path is not None and not self.path.exists():
            return None, migrations.head()
        async with self.reading() as connection:
            return await connection.run_sync(migrations.current), migrations.head()

    async def forget_deleted(self) -> None:
        """Take what was deleted off the disk as well: out of the log that SQLite writes first.

        What readers still need stays there until it is overwritten. PostgreSQL's own vacuum does this.
        """
        if not self.is_sqlite:
            return
        async with self._writer.connect() as connection:
            raw = await connection.get_raw_connection()
            driver = raw.driver_connection
            if driver is not None:
                await driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # not inside a transaction

    async def aclose(self) -> None:
        """Close every connection."""
        await self._reader.dispose()
        await self._writer.dispose()


@contextlib.contextmanager
def lock_database_file(path: Path) -> Iterator[None]:
    """Hold a SQLite file for this process. Raises AlreadyRunning if another process holds it.

    The lock ends with the process, even if that is killed. The `.lock` file stays: if it were removed, two
    processes could each lock a file of that name.
    """
    lock = os.open(path.with_name(f"{path.name}.lock"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning(path) from None
        yield
    finally:
        os.close(lock)


def _postgresql_engines(url: URL) -> tuple[AsyncEngine, AsyncEngine]:
    engine = create_async_engine(
        url,
        pool_size=_POSTGRESQL_CONNECTIONS,
        max_overflow=0,
        pool_pre_ping=True,  # notices a restarted server before a statement fails
        hide_parameters=True,  # keeps people's words and secrets out of the log
        connect_args={"command_timeout": _COMMAND_TIMEOUT_SECONDS},
    )
    event.listen(engine.sync_engine, "connect", _bound_transactions)
    return engine, engine.execution_options(postgresql_readonly=True)


def _bound_transactions(connection: AsyncAdapt_asyncpg_connection, _: object) -> None:
    """Bound how long a process that froze inside a transaction can lock its rows."""
    cursor = connection.cursor()
    cursor.execute(f"SET idle_in_transaction_session_timeout = '{_IDLE_TRANSACTION_SECONDS}s'")
    cursor.close()
    connection.commit()  # type: ignore[no-untyped-call] # else the pool's first rollback would undo it


def _sqlite_engine(url: URL, *, pool_size: int, begin: str, read_only: bool = False) -> AsyncEngine:
    engine = create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=0,
        hide_parameters=True,
        connect_args={"factory": _SqliteConnection},
    )
    pragmas = (*_PRAGMAS, "query_only=ON") if read_only else _PRAGMAS
    event.listen(engine.sync_engine, "connect", _set_up(pragmas))
    event.listen(engine.sync_engine, "begin", _emit(begin))
    if not read_only:
        event.listen(engine.sync_engine, "handle_error", _give_up_read_only)
    return engine


def _give_up_read_only(context: ExceptionContext) -> None:
    """Replace a connection that was opened while the file was read-only: it would stay read-only."""
    name = getattr(context.original_exception, "sqlite_errorname", "")
    context.is_disconnect = context.is_disconnect or name.startswith("SQLITE_READONLY")


def _set_up(pragmas: tuple[str, ...]) -> Callable[[AsyncAdapt_aiosqlite_connection, object], None]:
    def set_up(connection: AsyncAdapt_aiosqlite_connection, _: object) -> None:
        connection.isolation_level = None  # sqlite3 begins no transaction itself: `_emit` does
        cursor = connection.cursor()
        for pragma in pragmas:
            _execute_patiently(cursor, f"PRAGMA {pragma}")
        cursor.close()

    return set_up


def _execute_patiently(cursor: AsyncAdapt_dbapi_cursor, statement: str) -> None:
    """Retry: when two processes switch a new file to WAL, SQLite ignores its busy_timeout."""
    for pause in (*[0.05] * 100, None):
        try:
            cursor.execute(statement)
        except sqlite3.OperationalError:
            if pause is None:
                raise
            await_only(asyncio.sleep(pause))
        else:
            return


def _emit(begin: str) -> Callable[[Connection], None]:
    # A plain BEGIN that reads and then writes fails at once if somebody else wrote in between.
    def emit(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return emit
