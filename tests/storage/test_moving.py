"""Everything moves to another database, whatever tables there are, or nothing does."""

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import BigInteger, Boolean, Column, Float, Integer, String, Table, select
from sqlmodel.sql.sqltypes import AutoString, UTCDateTime

from bot.core.shapes import Ratio
from bot.core.wishes import Collected, PictureMeant, Speaker
from bot.storage import moving
from bot.storage.columns import EnumText, PhotosText, PhotoText, PicturesText, ShapeText
from bot.storage.database import Database
from bot.storage.edit_rows import row_of
from bot.storage.edits import SqlEditStore
from bot.storage.moving import NotMoved, move
from bot.storage.replicas import Replicas
from bot.storage.tables import EDITS, METADATA, REPLICAS
from bot.storage.wishes import SqlWishes
from tests.factories import CHAT_ID, NO_LIMITS, NOW, PHOTO, STAGES, edit, full_edit
from tests.harness.postgres import Postgres

ROWS = 7
VALUES: dict[type[Any], Callable[[Column[Any], int], Any]] = {
    EnumText: lambda column, n: list(column.type.members)[n % len(list(column.type.members))],  # type: ignore[attr-defined]
    PhotoText: lambda *_: PHOTO,
    ShapeText: lambda _, n: Ratio(16, 9 + n),
    PicturesText: lambda _, n: (PictureMeant(PHOTO, n, parent="edit-1", step=n),) * (n % 3),
    PhotosText: lambda _, n: (PHOTO,) * (n % 3),
    UTCDateTime: lambda _, n: NOW + timedelta(microseconds=n),
    Boolean: lambda _, n: n % 2 == 0,
    Float: lambda _, n: 1 / (n + 3),
    BigInteger: lambda _, n: -(2**52) + n,
    Integer: lambda _, n: 2**31 - 1 - n,
    String: lambda _, n: f'{{"text": "Zoë {n}"}}',
    AutoString: lambda _, n: f"Zoë 🍌 '{n}'\n\\",
}
"""A value for each type of column: as odd as they get."""


def row(table: Table, number: int) -> dict[str, Any]:
    """A row unlike the others of its table; in every second one is missing what may be."""
    missing = number % 2 == 1
    return {
        column.name: None if missing and column.nullable else _value(column, number)
        for column in table.columns
    }


def _value(column: Column[Any], number: int) -> Any:
    kinds = [value for kind, value in VALUES.items() if isinstance(column.type, kind)]
    assert kinds, f"{column}: say in VALUES what is stored in a {type(column.type).__name__}"
    return kinds[0](column, number)


async def fill(database: Database) -> None:
    async with database.writing() as connection:
        for table in METADATA.sorted_tables:
            await connection.execute(table.insert(), [row(table, number) for number in range(ROWS)])


async def content(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    async with database.reading() as connection:
        return {
            table.name: [
                tuple(each) for each in await connection.execute(select(table).order_by(*table.primary_key))
            ]
            for table in METADATA.sorted_tables
        }


@pytest.fixture
async def source(database: Database) -> Database:
    """Rows in every table, on either engine; the heartbeats among them are of long ago."""
    await fill(database)
    return database


@pytest.fixture(params=["sqlite", "postgresql"])
async def target(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    """Tables without a row, on either engine."""
    if request.param == "sqlite":
        async with aclosing(Database.open(f"sqlite+aiosqlite:///{tmp_path}/target.db")) as database:
            await database.migrate()
            yield database
        return
    server: Postgres = request.getfixturevalue("postgres")
    async with server.empty() as url, aclosing(Database.open(url)) as database:
        await database.migrate()
        yield database


async def test_every_row_of_every_table_is_the_same_afterwards(
    source: Database, target: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(moving, "BATCH_ROWS", 3)
    before = await content(source)
    counts = await move(source, target)
    assert counts == dict.fromkeys(METADATA.tables, ROWS)
    assert await content(target) == before == await content(source)


async def test_the_stores_find_in_the_new_database_what_they_wrote_in_the_old(
    database: Database, target: Database
) -> None:
    edits = [full_edit(stage=stage, callback_secret=state) for state, stage in STAGES.items()]
    async with database.writing() as connection:
        await connection.execute(EDITS.insert(), [row_of(one) for one in edits])
    ada, collected = Speaker(CHAT_ID, None, 6), Collected((PictureMeant(PHOTO, 5),), NOW)
    await SqlWishes(database).remember_photos(ada, collected)
    await move(database, target)
    assert [await SqlEditStore(target).get(one.id) for one in edits] == edits
    assert await SqlWishes(target).remembered_photos(ada, NOW) == collected
    await SqlEditStore(target).admit(another := edit(), NO_LIMITS, NOW)
    assert await SqlEditStore(target).get(another.id) == another


async def test_nothing_is_written_where_there_are_rows_already(source: Database, target: Database) -> None:
    async with target.writing() as connection:
        await connection.execute(EDITS.insert(), [row(EDITS, 0)])
    before = await content(target)
    with pytest.raises(NotMoved, match="the new database is not empty: it has rows in edits"):
        await move(source, target)
    assert await content(target) == before


async def test_a_move_that_breaks_off_leaves_nothing_behind_and_can_be_repeated(
    source: Database, target: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied, copy = itertools.count(), moving._copy

    async def breaks_at_the_fourth(*given: Any) -> int:
        if next(copied) == 3:
            raise OSError("the server went away")
        return await copy(*given)

    monkeypatch.setattr(moving, "_copy", breaks_at_the_fourth)
    with pytest.raises(OSError, match="went away"):
        await move(source, target)
    assert await content(target) == {name: [] for name in METADATA.tables}
    monkeypatch.undo()
    await move(source, target)
    assert await content(target) == await content(source)


async def test_nothing_is_moved_away_from_replicas_that_are_at_work(
    postgres: Postgres, target: Database
) -> None:
    async with postgres.migrated() as url, aclosing(Database.open(url)) as source:
        await Replicas(source, "folder").register("one")
        with pytest.raises(NotMoved, match=r"the bot works with the database \(replicas: 1\): stop it first"):
            await move(source, target)
        async with source.writing() as connection:
            await connection.execute(REPLICAS.update().values(beat_at=NOW))
        assert (await move(source, target))["replicas"] == 1


def test_no_table_counts_by_itself() -> None:
    """A row that was copied with its number would leave PostgreSQL's counter where it was."""
    assert [table.name for table in METADATA.sorted_tables if table.autoincrement_column is not None] == []
