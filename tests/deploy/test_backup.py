"""The commands of the pages about data, as they are shown, on databases with rows in them."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from bot.core.stages import EditState
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from bot.storage.tables import EDITS, INBOX, METADATA
from tests.deploy.compose import ROOT
from tests.deploy.pages import commands
from tests.deploy.tools import needs
from tests.factories import CHAT_ID, NO_LIMITS, NOW, REQUESTER_ID, STAGES, edit, full_edit
from tests.harness.postgres import Postgres

BACKUP, FAQ, RETENTION = "docs/backup.md", "docs/faq.md", "docs/retention.md"
SQLITE = "sqlite+aiosqlite:///{}/data/bot.db"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The project's folder as somebody has it who runs the bot."""
    for name, real in {"alembic": ROOT / "alembic", "bot": ROOT / "bot", ".venv": Path(sys.prefix)}.items():
        (tmp_path / name).symlink_to(real)
    shutil.copy(ROOT / "alembic.ini", tmp_path)
    (tmp_path / "data" / "files").mkdir(parents=True)
    (tmp_path / "data" / "files" / "edit-1.result").write_bytes(b"a picture")
    return tmp_path


def told(folder: Path, *blocks: str, **environment: str) -> str:
    """What the commands print, run one after the other as they are shown."""
    script = "\n".join(blocks)
    done = subprocess.run(
        ["sh", "-ec", script], cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def written_for(page_says: str) -> str:
    """A command for the people and addresses of the test instead of those of the page."""
    return page_says.replace("1234", str(REQUESTER_ID))


async def seed(database: Database) -> None:
    """Two edits of one person, one of another, and an update of each."""
    await database.migrate()
    store = SqlEditStore(database)
    for one in (
        full_edit(requester_id=REQUESTER_ID),
        edit(stage=STAGES[EditState.RECEIVED]),
        edit(requester_id=5),
    ):
        assert await store.admit(one, NO_LIMITS, NOW) == one
    async with database.writing() as connection:
        for update_id, person in ((1, REQUESTER_ID), (2, 5)):
            message = {
                "from": {"id": person, "is_bot": False, "first_name": "Zoë"},
                "chat": {"id": CHAT_ID, "title": "The painters"},
                "text": "/help",
            }
            raw = json.dumps({"update_id": update_id, "message": message}, ensure_ascii=False)
            row = {"update_id": update_id, "chat_id": CHAT_ID, "raw": raw, "received_at": NOW, "attempts": 0}
            await connection.execute(INBOX.insert().values(row))


async def counts(database: Database) -> dict[str, int]:
    """Rows by table."""
    async with database.reading() as connection:
        return {
            name: (await connection.execute(select(func.count()).select_from(table))).scalar_one()
            for name, table in METADATA.tables.items()
        }


@pytest.fixture
async def database(folder: Path) -> AsyncIterator[Database]:
    async with aclosing(Database.open(SQLITE.format(folder))) as opened:
        await seed(opened)
        yield opened


@needs("sqlite3")
async def test_a_sqlite_backup_is_made_beside_an_open_database_and_restored(
    folder: Path, database: Database
) -> None:
    before = await counts(database)
    assert before["edits"] == 3
    told(folder, *commands(BACKUP, "SQLite", "Back up"))
    said = told(folder, *commands(BACKUP, "SQLite", "Is the backup good?"))
    assert said.split() == ["ok", "3"]

    async with database.writing() as connection:
        await connection.execute(EDITS.delete())
    await database.aclose()
    shutil.rmtree(folder / "data" / "files")
    told(folder, *commands(BACKUP, "SQLite", "Restore"))
    async with aclosing(Database.open(SQLITE.format(folder))) as restored:
        assert await counts(restored) == before
    assert (folder / "data" / "files" / "edit-1.result").read_bytes() == b"a picture"
    async with aclosing(Database.open(f"sqlite+aiosqlite:///{folder}/backup/bot-by-python.db")) as other:
        assert await counts(other) == before


async def test_a_postgresql_backup_is_made_and_restored(folder: Path, postgres: Postgres) -> None:
    async with postgres.empty() as url, aclosing(Database.open(url)) as database:
        await seed(database)
        before = await counts(database)
        path = f"{postgres._binaries}{os.pathsep}{os.environ['PATH']}"
        plain = url.replace("+asyncpg", "")
        told(folder, *commands(BACKUP, "PostgreSQL", "Back up"), URL=plain, PATH=path)
        async with database.writing() as connection:
            await connection.execute(EDITS.delete())
        said = told(folder, *commands(BACKUP, "PostgreSQL", "Restore"), URL=plain, PATH=path)
        assert said.split()[2] == "3"
        async with aclosing(Database.open(url)) as restored:
            assert await counts(restored) == before


async def test_everything_moves_from_sqlite_to_postgresql(
    folder: Path, database: Database, postgres: Postgres
) -> None:
    before = await counts(database)
    assert before["edits"] == 3
    await database.aclose()
    needed = {
        "TELEGRAM_BOT_TOKEN": f"123456789:{'A' * 35}",
        "NANOBANANA_API_KEY": "0f" * 16,
        "PUBLIC_URL": "https://bot.example.org",
    }
    async with postgres.empty() as url:
        told(folder, *commands(BACKUP, "From SQLite to PostgreSQL"), URL=url, **needed)
        async with aclosing(Database.open(url)) as moved:
            assert await counts(moved) == before
    async with aclosing(Database.open(SQLITE.format(folder))) as old:
        assert await counts(old) == before


async def test_the_database_goes_back_a_version_and_comes_again(folder: Path, database: Database) -> None:
    heads, down = commands(BACKUP, "Going back a version")
    current, head = await database.revision()
    assert told(folder, heads).split()[0] == head == current
    told(folder, down)
    assert (await database.revision())[0] == "0002"
    async with database.reading() as connection:
        assert (await connection.execute(text("SELECT count(*) FROM edits"))).scalar_one() == 3
    await database.migrate()
    assert (await database.revision())[0] == head


async def test_postgresql_goes_back_a_version_with_its_own_url(folder: Path, postgres: Postgres) -> None:
    _, down = commands(BACKUP, "Going back a version")
    async with postgres.empty() as url, aclosing(Database.open(url)) as database:
        await seed(database)
        told(folder, down.replace("sqlite+aiosqlite:///data/bot.db", f"'{url}'"))
        assert (await database.revision())[0] == "0002"


@needs("sqlite3")
async def test_a_persons_rows_are_deleted_and_nobody_elses(folder: Path, database: Database) -> None:
    told(
        folder,
        *(written_for(block) for block in commands(RETENTION, "Delete what somebody asks you to delete")),
    )
    async with database.reading() as connection:
        left = (await connection.execute(select(EDITS.c.requester_id))).scalars().all()
        updates = (await connection.execute(select(INBOX.c.update_id))).scalars().all()
    assert (left, updates) == ([5], [2])


@needs("sqlite3")
async def test_ids_are_found_in_what_the_bot_received(folder: Path, database: Database) -> None:
    said = told(folder, *commands(FAQ, "How do I find the id of a chat or a person?"))
    assert said.splitlines() == [
        "chat|group_name|person|name",
        f"{CHAT_ID}|The painters|5|Zoë",
        f"{CHAT_ID}|The painters|{REQUESTER_ID}|Zoë",
    ]


async def test_the_driver_takes_any_password_from_its_own_variable(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    password = "p@ss/w#rd:%41$x"
    async with postgres.empty() as url:
        async with aclosing(Database.open(url)) as database, database.writing() as connection:
            await connection.execute(
                text(f"CREATE ROLE bot LOGIN SUPERUSER PASSWORD '{password}'".replace(":", r"\:"))
            )
            rules = postgres._folder / "data" / "pg_hba.conf"
            rules.write_text(f"local all bot scram-sha-256\n{rules.read_text()}")
            await connection.execute(text("SELECT pg_reload_conf()"))
        try:
            as_bot = url.replace("postgres@", "bot@")
            monkeypatch.setenv("PGPASSWORD", password)
            async with aclosing(Database.open(as_bot)) as database:
                await database.migrate()
            monkeypatch.setenv("PGPASSWORD", "another")
            async with aclosing(Database.open(as_bot)) as database:
                with pytest.raises(DBAPIError, match="password authentication failed"):
                    await database.migrate()
        finally:
            async with aclosing(Database.open(url)) as database, database.writing() as connection:
                await connection.execute(text("DROP OWNED BY bot CASCADE"))
                await connection.execute(text("DROP ROLE bot"))
