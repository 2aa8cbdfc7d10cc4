"""What is remembered about chats: albums, moves, rights, sent files, what they were told."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from bot.core.edits import Extra
from bot.storage.database import Database
from bot.storage.tables import ALBUMS, CHAT_MOVES, CHATS, EXTRAS, REFUSALS

REFUSE_AGAIN_AFTER = timedelta(minutes=1)
_TELL_AGAIN_AFTER = timedelta(hours=1)
_LONGEST_SENDING = timedelta(minutes=10)
"""An upload may take so long, repeats included; after that it was cut."""


class Chats:
    """Facts about chats. The edit store moves the rows of a chat that gets a new id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def tell_not_allowed(self, chat_id: int, now: datetime) -> bool:
        """Whether to tell this chat that it may not use the bot: True the first time, then False."""
        return await self._tell(chat_id, "told_not_allowed_at", now)

    async def greet(self, chat_id: int, now: datetime) -> bool:
        """Whether to greet a group that the bot was added to: True the first time, then False."""
        return await self._tell(chat_id, "greeted_at", now)

    async def tell_no_pictures(self, chat_id: int, now: datetime) -> bool:
        """Whether this chat is to be told that it takes no pictures: True for one caller an hour."""
        return await self._tell(chat_id, "told_no_pictures_at", now, again_after=_TELL_AGAIN_AFTER)

    async def answers_small_talk(self, chat_id: int, now: datetime) -> bool:
        """Whether to answer words that are no request: True once an hour."""
        return await self._tell(chat_id, "small_talk_at", now, again_after=_TELL_AGAIN_AFTER)

    async def _tell(
        self, chat_id: int, column: str, now: datetime, *, again_after: timedelta | None = None
    ) -> bool:
        """Whether to tell a chat what it is told once, or once in a while. `column`: when it was told."""
        told_at = CHATS.c[column]
        was_not = told_at.is_(None)
        is_due = was_not if again_after is None else or_(was_not, told_at <= now - again_after)
        insert = self._database.insert(CHATS).values({CHATS.c.id: chat_id, told_at: now})
        told = insert.on_conflict_do_update(index_elements=["id"], set_={told_at: now}, where=is_due)
        async with self._database.writing() as connection:
            return (await connection.execute(told.returning(CHATS.c.id))).first() is not None

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

    async def picture_right(self, chat_id: int) -> tuple[bool, datetime] | None:
        """Whether the chat takes pictures, and when that was found out; None where nothing is known."""
        known = select(CHATS.c.takes_pictures, CHATS.c.rights_checked_at).where(
            CHATS.c.id == chat_id, CHATS.c.takes_pictures.is_not(None)
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(known)).first()
        return None if row is None else (row.takes_pictures, row.rights_checked_at)

    async def note_picture_right(self, chat_id: int, *, takes: bool | None, now: datetime) -> None:
        """Whether the chat takes pictures; None: that has to be asked. Then it may be told anew."""
        found: dict[str, object] = {"takes_pictures": takes, "rights_checked_at": now}
        if takes is not False:
            found["told_no_pictures_at"] = None
        insert = self._database.insert(CHATS).values(id=chat_id, **found)
        noted = insert.on_conflict_do_update(index_elements=["id"], set_=found)
        async with self._database.writing() as connection:
            await connection.execute(noted)

    async def is_quiet(self, chat_id: int) -> bool:
        """Whether a group wants reactions on requests instead of status cards."""
        async with self._database.reading() as connection:
            found = await connection.execute(select(CHATS.c.is_quiet).where(CHATS.c.id == chat_id))
            return bool(found.scalar_one_or_none())

    async def set_quiet(self, chat_id: int, *, is_quiet: bool) -> None:
        """Note what a group wants."""
        insert = self._database.insert(CHATS).values(id=chat_id, is_quiet=is_quiet)
        noted = insert.on_conflict_do_update(index_elements=["id"], set_={"is_quiet": is_quiet})
        async with self._database.writing() as connection:
            await connection.execute(noted)

    async def tell_refusal(self, chat_id: int, kind: str, message_id: int, now: datetime) -> bool:
        """Whether a chat is to be told why this message is refused: not if another equal one just was.

        Asking again about the same message gives the same answer.
        """
        telling = {"message_id": message_id, "told_at": now}
        insert = self._database.insert(REFUSALS).values(chat_id=chat_id, kind=kind, **telling)
        is_told_anew = or_(
            REFUSALS.c.message_id == message_id, REFUSALS.c.told_at <= now - REFUSE_AGAIN_AFTER
        )
        told = insert.on_conflict_do_update(
            index_elements=["chat_id", "kind"], set_=telling, where=is_told_anew
        ).returning(REFUSALS.c.chat_id)
        async with self._database.writing() as connection:
            return (await connection.execute(told)).first() is not None

    async def forget_refusals_before(self, at: datetime) -> int:
        """Delete the refusals told before `at`; returns how many."""
        async with self._database.writing() as connection:
            return (await connection.execute(delete(REFUSALS).where(REFUSALS.c.told_at < at))).rowcount

    async def claim_extra(self, edit_id: str, extra: Extra, now: datetime, gone: int | None = None) -> bool:
        """Whether an extra of an edit is to be sent now: it was not, and nobody is about to send it.

        `gone`: the message that it was sent as, if that is not there any more.
        """
        was_cut = and_(EXTRAS.c.message_id.is_(None), EXTRAS.c.at <= now - _LONGEST_SENDING)
        unsent = {"message_id": None, "at": now}
        insert = self._database.insert(EXTRAS).values(edit_id=edit_id, extra=extra, **unsent)
        claimed = insert.on_conflict_do_update(
            index_elements=["edit_id", "extra"],
            set_=unsent,
            where=was_cut if gone is None else or_(was_cut, EXTRAS.c.message_id == gone),
        )
        async with self._database.writing() as connection:
            return (await connection.execute(claimed.returning(EXTRAS.c.edit_id))).first() is not None

    async def sent_extra(self, edit_id: str, extra: Extra) -> int | None:
        """The message that an extra of an edit was sent as; None while it was not."""
        async with self._database.reading() as connection:
            found = select(EXTRAS.c.message_id).where(_is(edit_id, extra))
            return (await connection.execute(found)).scalar_one_or_none()

    async def note_extra(self, edit_id: str, extra: Extra, message_id: int) -> None:
        """An extra of an edit has arrived."""
        async with self._database.writing() as connection:
            await connection.execute(update(EXTRAS).where(_is(edit_id, extra)).values(message_id=message_id))

    async def forget_extra(self, edit_id: str, extra: Extra) -> None:
        """An extra of an edit has not arrived, as far as is known."""
        async with self._database.writing() as connection:
            await connection.execute(delete(EXTRAS).where(_is(edit_id, extra)))

    async def forget_extras_before(self, at: datetime) -> int:
        """Delete what is known of extras sent before `at`; returns how many."""
        async with self._database.writing() as connection:
            return (await connection.execute(delete(EXTRAS).where(EXTRAS.c.at < at))).rowcount

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

    async def is_album_open(self, chat_id: int, album_id: str) -> bool:
        """Whether an album has a first part, and its parts are not taken yet."""
        waits = select(ALBUMS.c.album_id).where(
            ALBUMS.c.chat_id == chat_id,
            ALBUMS.c.album_id == album_id,
            ALBUMS.c.last_update_id.is_(None),
        )
        async with self._database.reading() as connection:
            return (await connection.execute(waits)).first() is not None

    async def settle_album(self, chat_id: int, album_id: str, last_update_id: int) -> None:
        """The parts of an album up to this update are taken together."""
        settled = update(ALBUMS).where(ALBUMS.c.chat_id == chat_id, ALBUMS.c.album_id == album_id)
        async with self._database.writing() as connection:
            await connection.execute(settled.values(last_update_id=last_update_id))

    async def is_late_part(self, chat_id: int, album_id: str, update_id: int) -> bool:
        """Whether this part of an album came after the others had been taken."""
        late = select(ALBUMS.c.album_id).where(
            ALBUMS.c.chat_id == chat_id,
            ALBUMS.c.album_id == album_id,
            ALBUMS.c.last_update_id < update_id,
        )
        async with self._database.reading() as connection:
            return (await connection.execute(late)).first() is not None

    async def forget_albums_before(self, at: datetime) -> int:
        """Delete albums first seen before `at`; returns how many."""
        async with self._database.writing() as connection:
            return (await connection.execute(delete(ALBUMS).where(ALBUMS.c.seen_at < at))).rowcount


def _is(edit_id: str, extra: Extra) -> ColumnElement[bool]:
    return and_(EXTRAS.c.edit_id == edit_id, EXTRAS.c.extra == extra)
