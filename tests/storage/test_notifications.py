import asyncio
from contextlib import aclosing

import asyncpg
import pytest

from bot.storage.database import Database
from bot.storage.notifications import Notifications
from tests.harness.postgres import Postgres


async def test_a_notification_reaches_every_replica(postgres: Postgres) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    async with postgres.migrated() as url, aclosing(Database.open(url)) as database:
        notifications = Notifications(database)
        listeners = [asyncio.create_task(notifications.listen(heard.put_nowait)) for _ in range(2)]
        try:
            async with asyncio.timeout(10):
                while heard.qsize() < 2:
                    await notifications.send("edit-7")
                    await asyncio.sleep(0.05)
        finally:
            for listener in listeners:
                listener.cancel()
            await asyncio.gather(*listeners, return_exceptions=True)
    assert await heard.get() == "edit-7"


async def test_on_sqlite_there_is_nobody_to_talk_to(sqlite_url: str) -> None:
    async with aclosing(Database.open(sqlite_url)) as database:
        await Notifications(database).send("edit-7")
        await asyncio.wait_for(Notifications(database).listen(lambda _: None), 1)


@pytest.mark.parametrize("error", [asyncpg.InternalClientError("state 15"), asyncpg.InterfaceError("closed")])
async def test_whatever_the_driver_says_of_a_lost_server_it_is_listened_to_again(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    tries, again = list[int](), asyncio.Event()

    async def listens(_: Notifications, __: object) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise error
        again.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(Notifications, "_listen_once", listens)
    monkeypatch.setattr("bot.storage.notifications._PAUSE_SECONDS", 0)
    async with aclosing(Database.open("postgresql+asyncpg://nobody@127.0.0.1:1/bot")) as database:
        listener = asyncio.create_task(Notifications(database).listen(lambda _: None))
        async with asyncio.timeout(10):
            await again.wait()
        listener.cancel()
        await asyncio.gather(listener, return_exceptions=True)
