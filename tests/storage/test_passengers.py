"""A write that nobody waits for goes along with somebody else's transaction, and is never lost."""

import asyncio
import contextlib

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.storage.database import Database
from bot.storage.passengers import Write
from bot.storage.tables import CHATS

LONG, SHORT = 30.0, 0.01


def adding(chat_id: int) -> Write[int]:
    """A write that returns how often it was run."""
    runs = 0

    async def write(connection: AsyncConnection) -> int:
        nonlocal runs
        runs += 1
        await connection.execute(insert(CHATS).values(id=chat_id))
        return runs

    return write


async def kept(database: Database) -> list[int]:
    async with database.reading() as connection:
        return sorted(await connection.scalars(select(CHATS.c.id)))


async def waiting(database: Database, *chat_ids: int, within: float = LONG) -> list[asyncio.Task[int]]:
    tasks = [asyncio.create_task(database.along(adding(each), within)) for each in chat_ids]
    await asyncio.sleep(0)
    return tasks


async def test_it_is_committed_with_the_next_transaction(database: Database) -> None:
    along = await waiting(database, 1, 2)
    async with database.writing() as connection:
        await connection.execute(insert(CHATS).values(id=3))
        assert await kept(database) == []
    assert [await each for each in along] == [1, 1]
    assert await kept(database) == [1, 2, 3]


async def test_it_has_a_transaction_of_its_own_if_there_is_no_other(database: Database) -> None:
    assert await database.along(adding(1), SHORT) == 1
    assert await kept(database) == [1]


async def test_who_has_waited_long_enough_takes_the_others_along(database: Database) -> None:
    along = await waiting(database, 1)
    assert await database.along(adding(2), SHORT) == 1
    assert await along[0] == 1
    assert await kept(database) == [1, 2]


async def test_those_in_line_for_their_own_transaction_go_along_with_the_one_that_runs(
    database: Database,
) -> None:
    async with database.writing(patient=True) as connection:
        await connection.execute(insert(CHATS).values(id=3))
        in_line = await waiting(database, 1, 2, within=0)
        await asyncio.sleep(SHORT)
    if database.is_sqlite:  # on PostgreSQL each has a connection
        assert await kept(database) == [1, 2, 3]
    assert [await each for each in in_line] == [1, 1]
    assert await kept(database) == [1, 2, 3]


async def test_a_transaction_that_is_rolled_back_takes_nobody_along(database: Database) -> None:
    along = await waiting(database, 1)
    with contextlib.suppress(ZeroDivisionError):
        async with database.writing():
            raise ZeroDivisionError
    async with database.writing() as connection:
        await connection.rollback()
    assert not along[0].done()
    async with database.writing():
        pass
    assert await along[0] == 1


async def test_one_whose_transaction_was_not_committed_is_done_again_by_itself(database: Database) -> None:
    along = await waiting(database, 1)

    async def fail(_: AsyncConnection) -> None:
        raise ZeroDivisionError

    failing = asyncio.create_task(database.along(fail, LONG))
    await asyncio.sleep(0)
    with pytest.raises(ZeroDivisionError):
        async with database.writing() as connection:
            await connection.execute(insert(CHATS).values(id=2))
    with pytest.raises(ZeroDivisionError):
        await failing
    assert await along[0] == 2
    assert await kept(database) == [1]


async def test_its_own_error_is_raised_to_it(database: Database) -> None:
    assert await database.along(adding(1), SHORT) == 1
    with pytest.raises(IntegrityError):
        await database.along(adding(1), SHORT)


async def test_one_that_is_cancelled_while_it_waits_is_not_done(database: Database) -> None:
    (along,) = await waiting(database, 1)
    along.cancel()
    with pytest.raises(asyncio.CancelledError):
        await along
    async with database.writing():
        pass
    assert await kept(database) == []


async def test_a_transaction_that_is_cancelled_leaves_nobody_waiting(database: Database) -> None:
    (along,) = await waiting(database, 1)
    on_board = asyncio.Event()

    async def hang(_: AsyncConnection) -> None:
        on_board.set()
        await asyncio.sleep(LONG)

    hanging = asyncio.create_task(database.along(hang, LONG))
    await asyncio.sleep(0)

    async def drive() -> None:
        async with database.writing():
            pass

    driving = asyncio.create_task(drive())
    await on_board.wait()
    hanging.cancel()
    driving.cancel()
    for each in (hanging, driving):
        with pytest.raises(asyncio.CancelledError):
            await each
    assert await along == 2
    assert await kept(database) == [1]
