"""The health of the process, for `/readyz`."""

import time
from collections.abc import Callable, Collection, Mapping
from typing import Protocol

from bot.storage.database import Database

INTAKE_SILENT_SECONDS = 150.0
"""A long poll takes 50 seconds. No answer in the time of three is an error."""


_WEBHOOK = "webhook"


class Trusted(Protocol):
    """This replica."""

    @property
    def is_trusted(self) -> bool:
        """Whether it may act for the edits that it holds."""


class Told(Protocol):
    """What Telegram is told of the bot."""

    @property
    def untold(self) -> Collection[str]:
        """What it does not know yet."""


class Health:
    """When each service last answered, what Telegram knows, and whether this replica may act.

    `polls` says whether this replica is the one that asks Telegram for updates.
    """

    def __init__(
        self, database: Database, replica: Trusted, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._database, self._replica, self._monotonic = database, replica, monotonic
        self._answered_at: dict[str, float] = {}
        self._started_at = monotonic()
        self.polls = False
        self._introduction: Told | None = None

    def introduced_by(self, introduction: Told) -> None:
        """Who tells Telegram of the bot from now on."""
        self._introduction = introduction

    def answered(self, service: str) -> None:
        """A service has just answered, with any status."""
        self._answered_at[service] = self._monotonic()

    async def readiness(self) -> Mapping[str, object]:
        """Ready: the database answers, this replica is trusted, and Telegram answers where it is asked and
        knows where updates go.
        """
        untold = self._introduction.untold if self._introduction else ()
        database, trusted = await self._database.answers(), self._replica.is_trusted
        heard_at = self._answered_at.get("updates", self._started_at)
        silent = self.polls and self._monotonic() - heard_at > INTAKE_SILENT_SECONDS
        return {
            "ready": database and trusted and not silent and _WEBHOOK not in untold,
            "database": database,
            "trusted": trusted,
            "intake": "polling" if self.polls else "standing by or webhook",
            "telegram_untold": list(untold),
            "seconds_since_answer": {
                name: self._seconds_since(name) for name in ("updates", "telegram", "nanobanana")
            },
        }

    def _seconds_since(self, service: str) -> float | None:
        at = self._answered_at.get(service)
        return None if at is None else round(self._monotonic() - at, 1)
