"""What is remembered about chats: the last photo without a command, and who was told that they may not."""

from datetime import datetime

from sqlalchemy import delete, select

from bot.core.edits import PhotoRef
from bot.storage.database import Database
from bot.storage.tables import CHATS, PENDING_PHOTOS


class Chats:
    """A few bits per chat. Renaming a chat is the edit store's business: it touches every table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tell_not_allowed(self, chat_id: int, now: datetime) -> bool:
        """Whether this chat is to be told that it may not use the bot: True once, False ever after."""
        insert = self._database.insert(CHATS).values(id=chat_id, told_not_allowed_at=now)
        first = insert.on_conflict_do_update(
            index_elements=["id"],
            set_={"told_not_allowed_at": now},
            where=CHATS.c.told_not_allowed_at.is_(None),
        ).returning(CHATS.c.id)
        async with self._database.writing() as connection:
            return (await connection.execute(first)).first() is not None

    async def remember_photo(
        self,
        chat_id: int,
        user_id: int,
        message_id: int,
        photo: PhotoRef,
        now: datetime,
        *,
        thread_id: int | None = None,
    ) -> None:
        """Keep somebody's photo for a command that may follow, in place of the one before."""
        content = {
            "message_id": message_id,
            "photos": (photo,),
            "at": now,
        }
        insert = self._database.insert(PENDING_PHOTOS).values(
            chat_id=chat_id, user_id=user_id, thread_id=thread_id or 0, **content
        )
        async with self._database.writing() as connection:
            await connection.execute(
                insert.on_conflict_do_update(index_elements=["chat_id", "user_id", "thread_id"], set_=content)
            )

    async def remembered_photo(
        self, chat_id: int, user_id: int, since: datetime, *, thread_id: int | None = None
    ) -> tuple[int, PhotoRef] | None:
        """The message and the photo that somebody sent there last, if that was not before `since`."""
        pending = PENDING_PHOTOS.c
        query = select(pending.message_id, pending.photos).where(
            pending.chat_id == chat_id,
            pending.user_id == user_id,
            pending.thread_id == (thread_id or 0),
            pending.at >= since,
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else (row.message_id, row.photos[0])

    async def forget_photos_before(self, at: datetime) -> int:
        """Delete remembered photos older than `at`; returns how many."""
        old = delete(PENDING_PHOTOS).where(PENDING_PHOTOS.c.at < at)
        async with self._database.writing() as connection:
            return (await connection.execute(old)).rowcount
