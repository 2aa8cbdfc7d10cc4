"""What is remembered about chats: photos without words, albums, moves, whether they were turned away."""

from datetime import datetime

from sqlalchemy import delete, select

from bot.core.edits import PhotoRef
from bot.storage.database import Database
from bot.storage.tables import ALBUMS, CHAT_MOVES, CHATS, PENDING_PHOTOS


class Chats:
    """The conversation's `Memory`. The edit store moves the rows of a chat that gets a new id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tell_not_allowed(self, chat_id: int, now: datetime) -> bool:
        """Whether to tell this chat that it may not use the bot: True the first time, then False."""
        told_at = CHATS.c.told_not_allowed_at
        insert = self._database.insert(CHATS).values({CHATS.c.id: chat_id, told_at: now})
        first = insert.on_conflict_do_update(
            index_elements=["id"], set_={told_at: now}, where=told_at.is_(None)
        )
        async with self._database.writing() as connection:
            return (await connection.execute(first.returning(CHATS.c.id))).first() is not None

    async def has_checked_move(self, chat_id: int, since: datetime) -> bool:
        """Whether Telegram was asked, since `since`, which group this supergroup was before."""
        asked = select(CHATS.c.id).where(CHATS.c.id == chat_id, CHATS.c.move_checked_at >= since)
        async with self._database.reading() as connection:
            return (await connection.execute(asked)).first() is not None

    async def note_move_check(self, chat_id: int, now: datetime) -> None:
        """Note that Telegram was asked, and that none of the allowed groups was it."""
        insert = self._database.insert(CHATS).values(id=chat_id, move_checked_at=now)
        noted = insert.on_conflict_do_update(index_elements=["id"], set_={"move_checked_at": now})
        async with self._database.writing() as connection:
            await connection.execute(noted)

    async def origins(self, chat_id: int) -> frozenset[int]:
        """Every other id that a chat has had."""
        moves = CHAT_MOVES.c
        found = select(moves.old_id).where(moves.new_id == chat_id).cte("found", recursive=True)
        # UNION drops rows that were found before, so even a circle of moves ends.
        found = found.union(select(moves.old_id).join(found, moves.new_id == found.c.old_id))
        async with self._database.reading() as connection:
            return frozenset(await connection.scalars(select(found.c.old_id))) - {chat_id}

    async def is_first_of_album(self, chat_id: int, album_id: str, update_id: int, now: datetime) -> bool:
        """Whether this update has the first part of the album: the one that was asked about first.

        Asking again about the same update gives the same answer.
        """
        row = {"chat_id": chat_id, "album_id": album_id, "update_id": update_id, "seen_at": now}
        insert = self._database.insert(ALBUMS).values(row)
        # An update that changes nothing, because RETURNING gives no row for DO NOTHING.
        kept = insert.on_conflict_do_update(
            index_elements=["chat_id", "album_id"], set_={"update_id": ALBUMS.c.update_id}
        )
        async with self._database.writing() as connection:
            first: int = (await connection.execute(kept.returning(ALBUMS.c.update_id))).scalar_one()
        return first == update_id

    async def forget_albums_before(self, at: datetime) -> int:
        """Delete albums first seen before `at`; returns how many."""
        async with self._database.writing() as connection:
            return (await connection.execute(delete(ALBUMS).where(ALBUMS.c.seen_at < at))).rowcount

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
        """Keep a person's photo for words that may follow. It replaces the one before."""
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
        """The message id and the photo that a person sent there last, if that was not before `since`."""
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
