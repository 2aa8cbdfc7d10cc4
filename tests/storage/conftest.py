"""Every store's tests run on a SQLite file and on a real PostgreSQL."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from bot.storage.chats import Chats
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from bot.storage.inbox import Inbox
from tests.harness.migrated import migrated_file
from tests.harness.postgres import Postgres


@pytest.fixture
async def sqlite_url(tmp_path: Path) -> str:
    """A migrated SQLite file."""
    return await migrated_file(tmp_path / "bot.db")


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
async def url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A migrated database on either engine."""
    if engine == "sqlite":
        yield await migrated_file(tmp_path / "bot.db")
        return
    server: Postgres = request.getfixturevalue("postgres")
    async with server.migrated() as shared:
        yield shared


@pytest.fixture
async def empty_url(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A database without any table, on either engine."""
    if engine == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'empty.db'}"
        return
    server: Postgres = request.getfixturevalue("postgres")
    async with server.empty() as fresh:
        yield fresh


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    async with aclosing(Database.open(url)) as database:
        yield database


@pytest.fixture
def store(database: Database) -> SqlEditStore:
    return SqlEditStore(database)


@pytest.fixture
def inbox(database: Database) -> Inbox:
    return Inbox(database)


@pytest.fixture
def chats(database: Database) -> Chats:
    return Chats(database)
