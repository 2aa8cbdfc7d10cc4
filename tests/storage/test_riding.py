"""What goes along with a transaction is neither lost nor told wrongly, whoever is cancelled."""

import asyncio
from dataclasses import replace

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.stages import Cancelled, Processing
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from tests.factories import NOW, TASK, edit
from tests.storage.test_edits import keep
from tests.storage.test_passengers import LONG, kept, waiting

RUNNING = edit(stage=Processing(TASK))
CANCELLED = replace(RUNNING, stage=Cancelled(NOW), due_at=None)


async def drive(database: Database) -> None:
    async with database.writing():
        pass


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_an_edit_is_not_recalled_from_before_a_move_whose_task_was_cancelled_on_board(
    store: SqlEditStore, database: Database
) -> None:
    await keep(store, RUNNING)
    on_board, go_on = asyncio.Event(), asyncio.Event()

    async def linger(_: AsyncConnection) -> None:
        on_board.set()
        await go_on.wait()

    moving = asyncio.create_task(store.move(RUNNING, CANCELLED))
    lingering = asyncio.create_task(database.along(linger, LONG))
    await asyncio.sleep(0)
    driving = asyncio.create_task(drive(database))
    await on_board.wait()
    moving.cancel()
    await asyncio.wait((moving,), timeout=0.02)
    assert await store.get(RUNNING.id) == RUNNING
    go_on.set()
    await asyncio.gather(driving, lingering)
    with pytest.raises(asyncio.CancelledError):
        await moving
    assert await store.get(RUNNING.id) == CANCELLED
    assert store.recall(RUNNING.id) is None


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_a_move_is_told_as_it_went_though_who_commits_it_is_cancelled_meanwhile(
    store: SqlEditStore, database: Database
) -> None:
    await keep(store, RUNNING)
    moving = asyncio.create_task(store.move(RUNNING, CANCELLED))
    await asyncio.sleep(0)
    driving = asyncio.create_task(drive(database))
    event.listen(database._writer.sync_engine, "commit", lambda _: driving.cancel(), once=True)
    with pytest.raises(asyncio.CancelledError):
        await driving
    assert await moving == CANCELLED
    assert await store.get(RUNNING.id) == CANCELLED


async def test_a_write_is_done_once_though_who_commits_it_is_cancelled_meanwhile(database: Database) -> None:
    (along,) = await waiting(database, 1)
    driving = asyncio.create_task(drive(database))
    event.listen(database._writer.sync_engine, "commit", lambda _: driving.cancel(), once=True)
    with pytest.raises(asyncio.CancelledError):
        await driving
    assert await along == 1
    assert await kept(database) == [1]
