"""Who owns the bot: whoever first opened a one-time link that a process printed."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, select, update

from bot.storage.database import Database
from bot.storage.tables import OWNER_LINKS

_LONGEST_PROCESS = timedelta(days=30)
"""A link of a process that was killed ends with its successor; of one that nobody replaces, after this."""


class Ownership:
    """The links by their digests: who reads the database learns none that could be opened."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def owner(self) -> int | None:
        """The person who opened a link; None while nobody has."""
        found = select(OWNER_LINKS.c.person_id).where(OWNER_LINKS.c.person_id.is_not(None))
        async with self._database.reading() as connection:
            return (await connection.execute(found)).scalar_one_or_none()

    async def offer(self, digest: str, now: datetime) -> None:
        """A new link. On SQLite there is one process, so those of earlier ones have ended."""
        ended: ColumnElement[bool] = OWNER_LINKS.c.person_id.is_(None)
        if not self._database.is_sqlite:
            ended = and_(ended, OWNER_LINKS.c.made_at < now - _LONGEST_PROCESS)
        async with self._database.writing() as connection:
            await connection.execute(delete(OWNER_LINKS).where(ended))
            await connection.execute(OWNER_LINKS.insert().values(digest=digest, made_at=now))

    async def withdraw(self, digest: str) -> None:
        """The process of this link has ended; who opened it stays the owner."""
        unused = delete(OWNER_LINKS).where(OWNER_LINKS.c.digest == digest, OWNER_LINKS.c.person_id.is_(None))
        async with self._database.writing() as connection:
            await connection.execute(unused)

    async def claim(self, digest: str, person_id: int) -> bool:
        """Make a person the owner, if the link is valid and nobody owns the bot yet. It works once.

        All links are locked: of two that are opened at the same time, one is first.
        """
        async with self._database.writing() as connection:
            links = (await connection.execute(select(OWNER_LINKS).with_for_update())).all()
            owner = next((link.person_id for link in links if link.person_id is not None), None)
            if owner is not None or digest not in {link.digest for link in links}:
                return owner == person_id and any(link.digest == digest for link in links)
            mine = update(OWNER_LINKS).where(OWNER_LINKS.c.digest == digest)
            await connection.execute(mine.values(person_id=person_id))
            await connection.execute(delete(OWNER_LINKS).where(OWNER_LINKS.c.person_id.is_(None)))
        return True
