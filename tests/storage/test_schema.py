import asyncio
import contextlib
import dataclasses
import subprocess
import sys
from contextlib import aclosing
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError

from bot.core.edits import Edit, EditState
from bot.storage import migrations
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from bot.storage.tables import EDITS, METADATA, EditRow, EnumText
from tests.factories import NO_LIMITS, NOW, edit
from tests.postgres import Postgres

ROOT = Path(__file__).parents[2]
MIGRATE = """
import asyncio, sys
from bot.storage import migrations
from bot.storage.database import Database
async def migrate():
    database = Database.open(sys.argv[1])
    print("ready", flush=True)
    sys.stdin.readline()
    await database.migrate()
    await database.aclose()
asyncio.run(migrate())
"""


def difference(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, METADATA))


def tables(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names())


def test_a_row_has_exactly_the_fields_of_an_edit() -> None:
    names = [field.name for field in dataclasses.fields(Edit)]
    assert list(EditRow.model_fields) == names
    assert {name: field.annotation for name, field in EditRow.model_fields.items()} == get_type_hints(Edit)
    assert {column.name for column in EDITS.columns if column.nullable} == {
        name for name, hint in get_type_hints(Edit).items() if type(None) in getattr(hint, "__args__", ())
    }


async def test_the_migrations_make_the_tables_of_the_models(database: Database) -> None:
    async with database.reading() as connection:
        assert await connection.run_sync(difference) == []


async def test_both_engines_have_the_same_indexes(database: Database) -> None:
    """The comparison above does not see everything: a condition that only one engine got, for instance."""
    async with database.reading() as connection:
        indexes = await connection.run_sync(lambda c: inspect(c).get_indexes("edits"))
    by_name = {index["name"]: index for index in indexes}
    assert by_name["ix_edits_update_id"]["unique"]
    assert by_name["ix_edits_secret"]["unique"]
    where = {key: str(value) for key, value in by_name["ix_edits_due_at"]["dialect_options"].items()}
    assert "due_at IS NOT NULL" in where[f"{'sqlite' if database.is_sqlite else 'postgresql'}_where"]


async def test_a_downgrade_leaves_nothing_and_an_upgrade_brings_everything_back(empty_url: str) -> None:
    async with aclosing(Database.open(empty_url)) as database:
        await database.migrate()
        await database.downgrade("base")
        async with database.reading() as connection:
            assert await connection.run_sync(tables) == {"alembic_version"}
        await database.migrate()
        async with database.reading() as connection:
            assert await connection.run_sync(difference) == []


async def test_the_revision_is_told_before_and_after_migrating(empty_url: str) -> None:
    async with aclosing(Database.open(empty_url)) as database:
        before, head = await database.revision()
        assert before is None
        assert head is not None
        assert database.path is None or not database.path.exists()
        await database.migrate()
        assert await database.revision() == (head, head)


async def test_migrating_again_changes_nothing(database: Database) -> None:
    store, one = SqlEditStore(database), edit()
    await store.admit(one, NO_LIMITS, NOW)
    await database.migrate()
    assert await store.get(one.id) == one


async def test_processes_may_migrate_at_the_same_time(empty_url: str) -> None:
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", MIGRATE, empty_url]
    with contextlib.ExitStack() as stack:
        processes = [
            stack.enter_context(subprocess.Popen(command, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe))
            for _ in range(4)
        ]
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
            process.stdin.flush()
        endings = [process.communicate()[1].decode() for process in processes]
    assert endings == [""] * 4
    async with aclosing(Database.open(empty_url)) as database, database.reading() as connection:
        assert await connection.run_sync(difference) == []


async def test_a_migration_waits_until_no_other_process_migrates(postgres: Postgres) -> None:
    """What the race above only finds now and then."""
    async with (
        postgres.empty() as url,
        aclosing(Database.open(url)) as here,
        aclosing(Database.open(url)) as there,
        there.writing() as other,
        asyncio.TaskGroup() as tasks,
    ):
        await other.run_sync(migrations._wait_for_others)
        migration = tasks.create_task(here.migrate())
        await asyncio.wait([migration], timeout=0.3)
        assert not migration.done()
        await other.rollback()
        await asyncio.wait_for(migration, 10)


async def test_a_failed_migration_leaves_the_database_as_it_was(empty_url: str) -> None:
    """DDL is part of the transaction, on SQLite too."""
    async with aclosing(Database.open(empty_url)) as database:
        await database.migrate()
        async with database.writing() as connection:
            await connection.execute(text("DROP TABLE chats"))
        with pytest.raises(DBAPIError, match="chats"):
            await database.downgrade("base")
        async with database.reading() as connection:
            assert await connection.run_sync(tables) == {*METADATA.tables, "alembic_version"} - {"chats"}


async def test_enums_are_stored_as_their_plain_values(database: Database) -> None:
    await SqlEditStore(database).admit(edit(state=EditState.SUBMITTING), NO_LIMITS, NOW)
    async with database.reading() as connection:
        row = (await connection.execute(text("SELECT state, photo_kind, format FROM edits"))).one()
    assert tuple(row) == ("submitting", "photo", None)


def test_a_word_that_is_no_state_is_not_stored() -> None:
    """SQLModel does not validate rows of tables; the column does."""
    with pytest.raises(ValueError, match="sunburnt"):
        EnumText(EditState).process_bind_param("sunburnt", None)  # type: ignore[arg-type]
