import asyncio
from contextlib import aclosing

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
