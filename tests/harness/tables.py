"""A look at the bot's database from outside, on either engine; as a plain call, for `until` to repeat."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from threading import Thread
from typing import Any, Protocol

import asyncpg

Rows = list[tuple[Any, ...]]
_BUSY_SECONDS = 60


class Tables(Protocol):
    """Runs one statement, committed, and returns its rows."""

    def ask(self, statement: str) -> Rows: ...


@contextlib.contextmanager
def tables_of(url: str) -> Iterator[Tables]:
    """The tables behind a DATABASE_URL, which need not be there yet."""
    if url.startswith("sqlite"):
        yield SqliteTables(Path(url.partition("///")[2]))
        return
    tables = PostgresTables(url.replace("+asyncpg", ""))
    try:
        yield tables
    finally:
        tables.close()


class SqliteTables:
    def __init__(self, path: Path) -> None:
        self._path = path

    def ask(self, statement: str) -> Rows:
        with contextlib.closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS)) as connection, connection:
            return connection.execute(statement).fetchall()


class PostgresTables:
    """asyncpg in a thread, over one connection: quick enough to be asked all the time."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._connection: Any = None
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def ask(self, statement: str) -> Rows:
        return asyncio.run_coroutine_threadsafe(self._ask(statement), self._loop).result(_BUSY_SECONDS)

    async def _ask(self, statement: str) -> Rows:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(self._dsn)
        return [tuple(row) for row in await self._connection.fetch(statement)]

    def close(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                asyncio.run_coroutine_threadsafe(self._connection.close(timeout=5), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
