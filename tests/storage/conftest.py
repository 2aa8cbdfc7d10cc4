"""Every store's tests run on a SQLite file and on a real PostgreSQL."""

import shutil
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from bot.storage.chats import Chats
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from bot.storage.inbox import Inbox
from tests.harness.postgres import Postgres


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first test that needs it puts a migrated file, for the others to copy."""
    return tmp_path_factory.mktemp("sqlite") / "template.db"


@pytest.fixture
async def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated SQLite file."""
    return await copy_of(sqlite_template, tmp_path)


async def copy_of(template: Path, folder: Path) -> str:
    if not template.exists():
        async with aclosing(Database.open(f"sqlite+aiosqlite:///{template}")) as database:
            await database.migrate()
    shutil.copy(template, folder / "bot.db")
    return f"sqlite+aiosqlite:///{folder / 'bot.db'}"


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
async def url(
    engine: str, request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path
) -> AsyncIterator[str]:
    """A migrated database on either engine."""
    if engine == "sqlite":
        yield await copy_of(sqlite_template, tmp_path)
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
