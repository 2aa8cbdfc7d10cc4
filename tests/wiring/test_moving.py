"""What has to be so before a database is moved, each in a sentence. The copying: storage/test_moving.py."""

import contextlib
import shutil
import sqlite3
from contextlib import aclosing
from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError
from bot.storage.database import AlreadyRunning, Database, lock_database_file
from bot.storage.tables import METADATA
from bot.wiring.moving import moved

SQLITE = "sqlite+aiosqlite:///"


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    """Those of a bot that has a database, with others beside it."""
    given = Settings.model_validate(
        {
            "telegram_bot_token": "123456789:" + "A" * 35,
            "nanobanana_api_key": "0f" * 16,
            "public_url": "https://bot.example.org",
            "data_dir": tmp_path,
        }
    )
    async with aclosing(Database.open(given.database_url)) as database:
        await database.migrate()
    for name, version in (("older", "0001"), ("newer", "9999")):
        shutil.copy(tmp_path / "bot.db", tmp_path / f"{name}.db")
        with contextlib.closing(sqlite3.connect(tmp_path / f"{name}.db")) as connection, connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
    return given


async def test_it_moves_to_a_file_that_is_not_there_yet(settings: Settings, tmp_path: Path) -> None:
    target = settings.with_database(f"{SQLITE}{tmp_path}/new.db")
    assert await moved(settings, target) == dict.fromkeys(METADATA.tables, 0)
    assert (tmp_path / "new.db").exists()


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("postgresql+asyncpg://me:hunter22@127.0.0.1:1/bot", "127.0.0.1:1/bot: nothing answers at this addr"),
        (f"{SQLITE}/proc/nowhere/bot.db", "/proc/nowhere/bot.db: No such file or directory"),
        (f"{SQLITE}{{DATA_DIR}}/../{{NAME}}/bot.db", "the new database is the old one"),
        (f"{SQLITE}{{DATA_DIR}}/older.db", "older.db is at version 0001, and this program's is "),
        (f"{SQLITE}{{DATA_DIR}}/newer.db", "newer.db was used by a later version of the bot"),
    ],
)
async def test_a_database_that_cannot_be_moved_to_is_a_sentence(
    settings: Settings, tmp_path: Path, url: str, told: str
) -> None:
    target = settings.with_database(url.replace("{NAME}", tmp_path.name))
    with pytest.raises(Exception, match=told) as raised:
        await moved(settings, target)
    assert type(raised.value).__module__.startswith("bot.")
    assert "hunter22" not in str(raised.value)


async def test_a_database_that_cannot_be_moved_from_is_a_sentence(settings: Settings, tmp_path: Path) -> None:
    target = settings.with_database(f"{SQLITE}{tmp_path}/new.db")
    for name, told in (("nowhere", "there is no database at "), ("older", "is at version 0001, and this p")):
        source = settings.with_database(f"{SQLITE}{tmp_path}/{name}.db")
        with pytest.raises(Exception, match=told):
            await moved(source, target)
    assert not (tmp_path / "new.db").exists()


@pytest.mark.parametrize("name", ["bot.db", "new.db"])
async def test_it_keeps_away_from_a_file_that_a_bot_works_with(
    settings: Settings, tmp_path: Path, name: str
) -> None:
    target = settings.with_database(f"{SQLITE}{tmp_path}/new.db")
    with lock_database_file(tmp_path / name), pytest.raises(AlreadyRunning, match=name):
        await moved(settings, target)


def test_a_url_that_is_none_is_refused_as_the_setting_is(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL must start with sqlite"):
        settings.with_database("mysql://me@host/bot")
