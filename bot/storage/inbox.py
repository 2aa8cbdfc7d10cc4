"""Updates as Telegram sent them, kept before they are acknowledged and until they are handled."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from bot.storage.database import Database
from bot.storage.tables import INBOX

_ERROR_LENGTH = 500


class NotOurs(Exception):
    """Another replica has this update by now."""


class Inbox:
    """Each update_id is kept once, whatever Telegram repeats."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, raws: Sequence[tuple[int, str]], now: datetime, owner: str | None = None) -> None:
        """Commit raw updates (update_id, JSON) of a replica, all or none; known ones stay as they are."""
        if not raws:
            return
        rows = [
            {
                "update_id": update_id,
                "raw": _encodable(raw),
                "received_at": now,
                "attempts": 0,
                "owner": owner,
            }
            for update_id, raw in raws
        ]
        insert = self._database.insert(INBOX).on_conflict_do_nothing(index_elements=["update_id"])
        async with self._database.writing() as connection:
            await connection.execute(insert, rows)

    async def waiting(self, limit: int, owner: str | None = None) -> list[tuple[int, str]]:
        """A replica's updates that are not handled yet, in the order of their ids."""
        query = (
            select(INBOX.c.update_id, INBOX.c.raw)
            .where(INBOX.c.handled_at.is_(None), INBOX.c.owner.is_not_distinct_from(owner))
            .order_by(INBOX.c.update_id)
            .limit(limit)
        )
        async with self._database.reading() as connection:
            return [(update_id, raw) for update_id, raw in await connection.execute(query)]

    async def attempted(self, update_id: int, owner: str | None = None) -> int:
        """Count one more attempt at handling an update, and return how many that makes.

        Raises NotOurs when another replica has it by now, or somebody has handled it.
        """
        counted = update(INBOX).where(
            INBOX.c.update_id == update_id,
            INBOX.c.owner.is_not_distinct_from(owner),
            INBOX.c.handled_at.is_(None),
        )
        counting = counted.values(attempts=INBOX.c.attempts + 1).returning(INBOX.c.attempts)
        async with self._database.writing() as connection:
            attempts: int | None = (await connection.execute(counting)).scalar_one_or_none()
        if attempts is None:
            raise NotOurs
        return attempts

    async def handled(self, update_id: int, now: datetime, error: str | None = None) -> None:
        """The update waits no longer; `error` says why it was given up."""
        done = update(INBOX).where(INBOX.c.update_id == update_id)
        values = {"handled_at": now, "error": error and error[:_ERROR_LENGTH]}
        async with self._database.writing() as connection:
            await connection.execute(done.values(values))

    async def forget_before(self, at: datetime) -> int:
        """Delete updates that were handled before `at`; returns how many."""
        async with self._database.writing() as connection:
            return (await connection.execute(delete(INBOX).where(INBOX.c.handled_at < at))).rowcount


def _encodable(raw: str) -> str:
    r"""JSON with lone surrogates, which no database takes, written as `\ud83d`: to JSON that is the same.

    One such update would keep its whole batch out, for ever.
    """
    return raw.encode("utf-8", "backslashreplace").decode()
