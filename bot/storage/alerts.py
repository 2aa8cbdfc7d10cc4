"""When admins were told of a problem: at most once an hour, whichever replica found it."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from bot.core.errors import Reason
from bot.storage.database import Database
from bot.storage.tables import ALERTS

ALERT_AGAIN_AFTER = timedelta(hours=1)


class Alerts:
    """One row per admin and reason."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def claim(self, admin_id: int, reason: Reason, now: datetime) -> bool:
        """Whether this admin is to be told of `reason` now; True for one caller an hour."""
        claim = {"told_at": now, "has_arrived": False}
        insert = self._database.insert(ALERTS).values(admin_id=admin_id, reason=reason, **claim)
        claimed = insert.on_conflict_do_update(
            index_elements=["admin_id", "reason"],
            set_=claim,
            where=ALERTS.c.told_at <= now - ALERT_AGAIN_AFTER,
        ).returning(ALERTS.c.admin_id)
        async with self._database.writing() as connection:
            return (await connection.execute(claimed)).first() is not None

    async def arrived(self, admin_id: int, reason: Reason) -> None:
        """Telegram took the message that was claimed."""
        told = update(ALERTS).where(ALERTS.c.admin_id == admin_id, ALERTS.c.reason == reason)
        async with self._database.writing() as connection:
            await connection.execute(told.values(has_arrived=True))

    async def has_arrived(self, reason: Reason) -> bool:
        """Whether any admin was told of `reason` lately: older alerts are forgotten."""
        told = select(ALERTS.c.admin_id).where(ALERTS.c.reason == reason, ALERTS.c.has_arrived)
        async with self._database.reading() as connection:
            return (await connection.execute(told.limit(1))).first() is not None

    async def give_back(self, admin_id: int, reason: Reason) -> None:
        """The message of this claim was not sent: the next claim is True again."""
        unsent = delete(ALERTS).where(ALERTS.c.admin_id == admin_id, ALERTS.c.reason == reason)
        async with self._database.writing() as connection:
            await connection.execute(unsent)

    async def forget_before(self, at: datetime) -> int:
        """Delete the alerts sent before `at`; returns how many."""
        async with self._database.writing() as connection:
            return (await connection.execute(delete(ALERTS).where(ALERTS.c.told_at < at))).rowcount
