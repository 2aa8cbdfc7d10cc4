from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from bot.storage.database import Database
from tests.harness.migrated import migrated_file
from tests.harness.postgres import Postgres


@pytest.fixture
async def database(postgres: Postgres) -> AsyncIterator[Database]:
    async with postgres.migrated() as url, aclosing(Database.open(url)) as database:
        yield database


@pytest.fixture
async def sqlite_database(tmp_path: Path) -> AsyncIterator[Database]:
    async with aclosing(Database.open(await migrated_file(tmp_path / "bot.db"))) as database:
        yield database
