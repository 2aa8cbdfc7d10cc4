"""How the process is: what `/readyz` says."""

import time
from collections.abc import Callable, Mapping

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from bot.core.replica import Replica
from bot.storage.database import Database

INTAKE_SILENT_SECONDS = 150.0
"""A long poll takes 50 seconds; three of them without an answer are a fault."""


class Health:
    """When each service last answered, and whether this replica may act."""

    def __init__(
        self, database: Database, replica: Replica, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database, self._replica, self._monotonic = database, replica, monotonic
        self._answered_at: dict[str, float] = {}
        self._started_at = monotonic()
        self.polls = False

    def answered(self, service: str) -> None:
        """A service answered just now, whatever it said."""
        self._answered_at[service] = self._monotonic()

    async def readiness(self) -> Mapping[str, object]:
        """Ready: the database answers, this replica is trusted, and so are its questions for updates."""
        database = await self._database_answers()
        updates = self._seconds_since("updates")
        silent = self.polls and (updates or self._age) > INTAKE_SILENT_SECONDS
        return {
            "ready": database and self._replica.is_trusted and not silent,
            "database": database,
            "trusted": self._replica.is_trusted,
            "intake": "polling" if self.polls else "standing by or webhook",
            "seconds_since_answer": {
                name: self._seconds_since(name) for name in ("updates", "telegram", "nanobanana")
            },
        }

    async def _database_answers(self) -> bool:
        try:
            async with self._database.reading() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError):
            return False
        return True

    @property
    def _age(self) -> float:
        return self._monotonic() - self._started_at

    def _seconds_since(self, service: str) -> float | None:
        at = self._answered_at.get(service)
        return None if at is None else round(self._monotonic() - at, 1)
