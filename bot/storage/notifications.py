"""PostgreSQL's LISTEN and NOTIFY. Notifications are hints: if one is missed, a sweep finds the edit."""

import asyncio
import logging
from collections.abc import Callable

from sqlalchemy import func, select

from bot.storage.database import Database

logger = logging.getLogger(__name__)

CHANNEL = "edits"
DEPARTURE = ""
"""In place of an edit's id: a replica has left, and its edits and updates can be claimed."""
_LOOK_SECONDS = 5.0
_PAUSE_SECONDS = 3.0


class Notifications:
    """Does nothing on SQLite, which has no other replicas."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def send(self, edit_id: str) -> None:
        """Tell every replica that there is something to do for an edit."""
        if not self._database.is_sqlite:
            async with self._database.writing() as connection:
                await connection.execute(select(func.pg_notify(CHANNEL, edit_id)))

    async def listen(self, on_notification: Callable[[str], None]) -> None:
        """Call `on_notification` with each edit's id, or DEPARTURE, until cancelled. Reconnects by itself."""
        if self._database.is_sqlite:
            return
        import asyncpg  # 3 MB that SQLite does not need

        lost = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError)
        while True:  # the last is raised where a server goes down in the middle of an answer
            try:
                await self._listen_once(on_notification)
            except lost as error:
                logger.warning("no notifications from other replicas for now: %s", type(error).__name__)
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _listen_once(self, on_notification: Callable[[str], None]) -> None:
        import asyncpg

        connection = await asyncpg.connect(self._database.driver_url, timeout=10)
        try:
            await connection.add_listener(CHANNEL, lambda *notice: on_notification(str(notice[-1])))
            while True:  # without a query, a listener does not notice that its server is gone
                await asyncio.sleep(_LOOK_SECONDS)
                await connection.execute("SELECT 1", timeout=_LOOK_SECONDS)
        finally:
            await connection.close(timeout=_LOOK_SECONDS)
