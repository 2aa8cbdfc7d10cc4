import asyncio
import contextlib
import json
import subprocess
import sys
from collections.abc import Callable, Iterable
from contextlib import aclosing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, MetaData, Table, inspect, text
from sqlalchemy.exc import DBAPIError

from bot.core.edits import Extra
from bot.core.errors import Reason
from bot.core.requests import PhotoKind, PhotoRef
from bot.core.stages import EditState, Failed, Held, Received, Stage, Submitting, Task
from bot.core.wishes import Collected, PictureMeant, Speaker
from bot.storage import migrations
from bot.storage.chats import Chats
from bot.storage.columns import EnumText
from bot.storage.database import Database
from bot.storage.edit_rows import edit_of, row_of
from bot.storage.edits import SqlEditStore
from bot.storage.tables import EDITS, METADATA
from bot.storage.wishes import SqlWishes
from tests.factories import NO_LIMITS, NOW, PHOTO, STAGES, edit, full_edit
from tests.harness.postgres import Postgres

ROOT = Path(__file__).parents[2]
MIGRATE = """
import asyncio, sys
from bot.storage import migrations
from bot.storage.chats import Chats
from bot.storage.wishes import SqlWishes
from bot.core.wishes import PictureMeant, Speaker
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


@pytest.mark.parametrize("stage", STAGES.values(), ids=STAGES)
def test_a_row_has_a_column_for_every_part_of_an_edit(stage: Stage) -> None:
    given = full_edit(stage=stage)
    row = row_of(given)
    assert row.keys() == set(EDITS.columns.keys())
    assert edit_of(row) == given
    assert all(EDITS.columns[name].nullable for name, value in row.items() if value is None)


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


OLD_EDIT = {
    "update_id": 1,
    "chat_id": -1002233445566,
    "request_message_id": 71_001,
    "photo_message_id": 70_993,
    "requester_id": 7123456789,
    "language": "fr",
    "command": "edit",
    "words": "bleu",
    "operation": "nano-banana@1K",
    "created_at": NOW,
    "due_at": None,
    "submits": 1,
    "attempts": 0,
    "sends": 0,
}
OLD_EDITS: tuple[dict[str, Any], ...] = (
    {"id": "photo-1", "file_id": "AgAC", "photo_kind": "photo", "state": "received", "due_at": NOW},
    {
        "id": "failed-1",
        "file_id": "BQAC",
        "photo_kind": "document",
        "file_name": 'Été "2026".png',
        "state": "failed",
        "failure": "timed_out",
        "task_id": "t-1",
        "submitted_at": NOW,
        "ended_at": NOW,
        "hindrance": "out_of_credit",
    },
)
"""What rows held before 0003."""


def old_rows(table: str, rows: Iterable[dict[str, Any]]) -> Callable[[Connection], None]:
    """Inserts rows into a table as it is, whatever the models say."""

    def insert(connection: Connection) -> None:
        columns = Table(table, MetaData(), autoload_with=connection)
        for row in rows:
            connection.execute(columns.insert().values(row))

    return insert


async def all_of(database: Database, table: str) -> list[dict[str, Any]]:
    async with database.reading() as connection:
        rows = await connection.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2"))  # noqa: S608
        return [dict(row) for row in rows.mappings()]


async def test_what_was_there_before_photos_were_a_list_is_there_after_and_back_again(empty_url: str) -> None:
    edits = [
        {**OLD_EDIT, **row, "update_id": number, "secret": f"secret-{number}"}
        for number, row in enumerate(OLD_EDITS)
    ]
    pending = [
        {
            "chat_id": 5,
            "user_id": 6,
            "thread_id": 0,
            "message_id": 7,
            "file_id": "A",
            "kind": "photo",
            "at": NOW,
        },
        {
            "chat_id": 5,
            "user_id": 6,
            "thread_id": 8,
            "message_id": 9,
            "file_id": "B",
            "kind": "sticker",
            "at": NOW,
        },
    ]
    async with aclosing(Database.open(empty_url)) as database:
        async with database.writing() as connection:
            await connection.run_sync(migrations.upgrade, "0002")
            await connection.run_sync(old_rows("edits", edits))
            await connection.run_sync(old_rows("pending_photos", pending))
        before = [await all_of(database, table) for table in ("edits", "pending_photos")]

        await database.migrate()
        async with database.reading() as connection:
            assert await connection.run_sync(difference) == []
        received = await SqlEditStore(database).get("photo-1")
        failed = await SqlEditStore(database).get("failed-1")
        assert received is not None
        assert failed is not None
        assert received.request.photos == (PhotoRef("AgAC", PhotoKind.PHOTO),)
        assert received.stage == Received()
        assert failed.request.photos == (PhotoRef("BQAC", PhotoKind.DOCUMENT, 'Été "2026".png'),)
        assert failed.stage == Failed(Reason.TIMED_OUT, NOW, Task("t-1", NOW))
        assert failed.blocked_by is Reason.OUT_OF_CREDIT
        assert not failed.has_lost_card
        sticker = PhotoRef("B", PhotoKind.STICKER)
        kept = await SqlWishes(database).remembered_photos(Speaker(5, 8, 6), NOW)
        assert kept == Collected((PictureMeant(sticker, 9),), NOW)

        await database.downgrade("0002")
        assert [await all_of(database, table) for table in ("edits", "pending_photos")] == before
        await database.migrate()
        assert await SqlEditStore(database).get("failed-1") == failed


async def test_a_create_call_from_before_each_had_a_secret_can_still_be_called_back(empty_url: str) -> None:
    async with aclosing(Database.open(empty_url)) as database:
        async with database.writing() as connection:
            await connection.run_sync(migrations.upgrade, "0002")
            await connection.run_sync(
                old_rows("edits", [{**OLD_EDIT, **OLD_EDITS[0], "update_id": 1, "secret": "s-1"}])
            )
        await database.migrate()
        found = await SqlEditStore(database).by_callback_secret("s-1")
        assert found is not None
        assert (found.id, found.is_late, found.starts) == ("photo-1", False, 0)
        assert (found.request.parent, found.request.step) == (None, 1)


async def test_what_was_there_before_albums_extras_and_limits_is_there_after_and_back_again(
    empty_url: str,
) -> None:
    edit_before = {**OLD_EDIT, "id": "e-1", "secret": "s-1", "state": "delivered", "photos": "[]"}
    edit_before |= {"has_lost_card": False, "is_told": True, "is_late": False, "starts": 0}
    pending_before = {
        "chat_id": 5,
        "user_id": 6,
        "thread_id": 0,
        "message_id": 7,
        "photos": json.dumps([asdict(PHOTO)]),
        "at": NOW,
    }
    sent_before = {"edit_id": "e-1", "message_id": 3_000_000_000, "at": NOW}
    rows = {"edits": edit_before, "pending_photos": pending_before, "sent_files": sent_before}
    speaker = Speaker(5, None, 6)
    async with aclosing(Database.open(empty_url)) as database:
        async with database.writing() as connection:
            await connection.run_sync(migrations.upgrade, "0006")
            for table, row in rows.items():
                await connection.run_sync(old_rows(table, [row]))
        before = {table: await all_of(database, table) for table in rows}

        await database.migrate()
        store, chats, wishes = SqlEditStore(database), Chats(database), SqlWishes(database)
        kept = await store.get("e-1")
        assert kept is not None
        assert (kept.request.parent, kept.request.step, kept.is_erased, kept.waste) == (None, 1, False, None)
        assert await wishes.remembered_photos(speaker, NOW) == Collected((PictureMeant(PHOTO, 7),), NOW)
        assert await chats.sent_extra("e-1", Extra.FILE) == 3_000_000_000

        album = Collected((PictureMeant(replace(PHOTO, file_id="first"), 6), PictureMeant(PHOTO, 7)), NOW)
        await wishes.remember_photos(speaker, album)
        await chats.claim_extra("e-1", Extra.COMPARISON, NOW)
        held = edit(stage=Held(NOW), update_id=99)
        async with database.writing() as connection:
            await connection.execute(EDITS.insert().values(row_of(held)))
        await database.downgrade("0006")
        assert {table: await all_of(database, table) for table in rows} == before


async def test_the_revision_is_told_before_and_after_migrating(empty_url: str) -> None:
    async with aclosing(Database.open(empty_url)) as database:
        before, head = await database.revision()
        assert before is None
        assert head is not None
        assert database.path is None or not database.path.exists()
        await database.migrate()
        assert await database.revision() == (head, head)


def test_the_names_of_the_migrations_tell_their_order() -> None:
    scripts = ScriptDirectory(str(migrations._DIRECTORY)).walk_revisions()
    assert [script.revision for script in scripts] == migrations.revisions()[::-1]


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
    await SqlEditStore(database).admit(edit(stage=Submitting()), NO_LIMITS, NOW)
    async with database.reading() as connection:
        row = (await connection.execute(text("SELECT state, photos, format FROM edits"))).one()
    flags = {"has_spoiler": False, "is_protected": False, "pixels": None}
    photo = {"file_id": PHOTO.file_id, "kind": "photo", "file_name": None, **flags}
    assert (row.state, json.loads(row.photos), row.format) == ("submitting", [photo], None)


def test_a_word_that_is_no_state_is_not_stored() -> None:
    """SQLModel does not validate rows of tables; the column does."""
    with pytest.raises(ValueError, match="sunburnt"):
        EnumText(EditState).process_bind_param("sunburnt", None)  # type: ignore[arg-type]
