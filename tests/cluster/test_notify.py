import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.cluster.lease import Replica
from bot.cluster.notify import Notify
from bot.core.edits import Edit
from bot.storage.database import Database
from bot.storage.notifications import Notifications
from bot.storage.replicas import Replicas
from tests.factories import edit


class Looks:
    """The jobs of a replica."""

    def __init__(self) -> None:
        self.woken: list[Edit] = []
        self.notified_of: list[str] = []

    def wake(self, edit: Edit) -> None:
        self.woken.append(edit)

    def notified(self, edit_id: str) -> None:
        self.notified_of.append(edit_id)


def notify(database: Database, name: str) -> tuple[Notify, Looks]:
    looks = Looks()
    replica = Replica(lambda: name, alone=database.is_sqlite)
    return Notify(replica, looks, Notifications(database)), looks


@asynccontextmanager
async def listening(database: Database, name: str) -> AsyncIterator[tuple[Notify, Looks, asyncio.Event]]:
    """A replica that hears the others; the event says that one has left."""
    words, looks = notify(database, name)
    left = asyncio.Event()
    task = asyncio.create_task(words.listen(left.set))
    try:
        async with asyncio.timeout(10):
            while not looks.notified_of:  # until it listens
                await Notifications(database).send("hello")
                await asyncio.sleep(0.02)
        looks.notified_of.clear()
        yield words, looks, left
    finally:
        task.cancel()


async def test_an_edit_of_ones_own_is_looked_at_here_and_nobody_else_hears_of_it(database: Database) -> None:
    async with listening(database, "bob") as (_, bobs, _):
        ada, adas = notify(database, "ada")
        mine, bobs_edit = edit(owner="ada"), edit(owner="bob")
        await ada.wake(mine)
        await ada.wake(bobs_edit)
        async with asyncio.timeout(5):
            while bobs_edit.id not in bobs.notified_of:
                await asyncio.sleep(0.01)
    assert adas.woken == [mine]
    assert mine.id not in bobs.notified_of
    assert bobs.woken == []


async def test_a_replica_that_leaves_is_heard_of(database: Database) -> None:
    async with listening(database, "bob") as (_, bobs, left):
        assert not left.is_set()
        await Replicas(database, "one folder").release("ada")
        await asyncio.wait_for(left.wait(), 5)
    assert bobs.notified_of[-1] == ""  # there is something to claim


async def test_a_process_that_is_alone_listens_to_nobody(sqlite_database: Database) -> None:
    alone, looks = notify(sqlite_database, "the only one")
    await alone.wake(edit(owner="somebody who is gone"))
    await asyncio.wait_for(alone.listen(lambda: None), 1)
    assert looks.woken == []
