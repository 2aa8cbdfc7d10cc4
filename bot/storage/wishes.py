"""What is remembered of a person in a chat: their last photos, and what the bot has asked them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, or_, select, update

from bot.core.wishes import Collected, Question, Speaker, Wish
from bot.storage.database import Database
from bot.storage.tables import PENDING_PHOTOS, QUESTIONS


class SqlWishes:
    """The conversation's `Wishes`. The edit store forgets the questions of a chat that gets a new id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def remember_photos(self, speaker: Speaker, collected: Collected) -> None:
        """Keep a person's photos for words that may follow. They replace those before."""
        content = {"pictures": collected.pictures, "is_album": collected.is_album, "at": collected.at}
        insert = self._database.insert(PENDING_PHOTOS).values(
            chat_id=speaker.chat_id,
            user_id=speaker.person_id,
            thread_id=speaker.thread_id or 0,
            **content,
        )
        async with self._database.writing() as connection:
            await connection.execute(
                insert.on_conflict_do_update(index_elements=["chat_id", "user_id", "thread_id"], set_=content)
            )

    async def remembered_photos(self, speaker: Speaker, since: datetime) -> Collected | None:
        """The photos that a person sent there last, if the last one was not before `since`."""
        pending = PENDING_PHOTOS.c
        query = select(pending.pictures, pending.at, pending.is_album).where(
            pending.chat_id == speaker.chat_id,
            pending.user_id == speaker.person_id,
            pending.thread_id == (speaker.thread_id or 0),
            pending.at >= since,
        )
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).first()
        return None if row is None else Collected(*row)

    async def ask(self, question: Question) -> None:
        """Keep a question. It replaces one that was asked for the same message."""
        row = _row_of(question)
        changed = {name: row[name] for name in row if name not in {"id", "message_id"}}
        kept = self._database.insert(QUESTIONS).values(row)
        same = and_(
            QUESTIONS.c.chat_id == question.speaker.chat_id,
            QUESTIONS.c.person_id == question.speaker.person_id,
            QUESTIONS.c.asked_for == question.asked_for,
            QUESTIONS.c.id != question.id,
        )
        async with self._database.writing() as connection:
            await connection.execute(delete(QUESTIONS).where(same))
            await connection.execute(kept.on_conflict_do_update(index_elements=["id"], set_=changed))

    async def question_for(self, chat_id: int, asked_for: int) -> Question | None:
        """The question that a person's message led to."""
        return await self._last(QUESTIONS.c.chat_id == chat_id, QUESTIONS.c.asked_for == asked_for)

    async def note_question(self, question_id: int, message_id: int) -> None:
        """A question has arrived as this message."""
        arrived = update(QUESTIONS).where(QUESTIONS.c.id == question_id).values(message_id=message_id)
        async with self._database.writing() as connection:
            await connection.execute(arrived)

    async def question(self, question_id: int) -> Question | None:
        """A question, answered or not."""
        return await self._last(QUESTIONS.c.id == question_id)

    async def question_at(self, chat_id: int, message_id: int) -> Question | None:
        """The question that was asked with a message of the bot, answered or not."""
        return await self._last(QUESTIONS.c.chat_id == chat_id, QUESTIONS.c.message_id == message_id)

    async def open_question(self, speaker: Speaker, since: datetime, update_id: int) -> Question | None:
        """The last question to a person that was asked since then, and not answered before this update."""
        answered = QUESTIONS.c.answered_by
        return await self._last(
            *_to(speaker), QUESTIONS.c.asked_at >= since, or_(answered.is_(None), answered == update_id)
        )

    async def answered(self, question_id: int, update_id: int) -> bool:
        """An update answers a question. False if another one has answered it before."""
        answered = QUESTIONS.c.answered_by
        is_open = or_(answered.is_(None), answered == update_id)
        done = update(QUESTIONS).where(QUESTIONS.c.id == question_id, is_open).values(answered_by=update_id)
        async with self._database.writing() as connection:
            return (await connection.execute(done)).rowcount > 0

    async def close_questions(self, speaker: Speaker, update_id: int) -> list[Question]:
        """An update has ended every open question to a person; returns them, also when asked again.

        None waits for an answer any more, but a reply to one still finds it.
        """
        answered = QUESTIONS.c.answered_by
        is_open = and_(*_to(speaker), or_(answered.is_(None), answered == update_id))
        async with self._database.reading() as connection:  # mostly there is none, and nothing to write
            if (await connection.execute(select(QUESTIONS.c.id).where(is_open).limit(1))).first() is None:
                return []
        closed = update(QUESTIONS).where(is_open).values(answered_by=update_id)
        async with self._database.writing() as connection:
            rows = await connection.execute(closed.returning(*QUESTIONS.c))
            return [_question_of(row) for row in rows.mappings()]

    async def forget_before(self, at: datetime) -> None:
        """Delete photos and questions that are older."""
        async with self._database.writing() as connection:
            await connection.execute(delete(PENDING_PHOTOS).where(PENDING_PHOTOS.c.at < at))
            await connection.execute(delete(QUESTIONS).where(QUESTIONS.c.asked_at < at))

    async def _last(self, *conditions: ColumnElement[bool]) -> Question | None:
        query = select(QUESTIONS).where(*conditions).order_by(QUESTIONS.c.id.desc()).limit(1)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().first()
        return None if row is None else _question_of(row)


def _to(speaker: Speaker) -> tuple[ColumnElement[bool], ...]:
    return (
        QUESTIONS.c.chat_id == speaker.chat_id,
        QUESTIONS.c.person_id == speaker.person_id,
        QUESTIONS.c.thread_id == (speaker.thread_id or 0),
    )


def _row_of(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "chat_id": question.speaker.chat_id,
        "thread_id": question.speaker.thread_id or 0,
        "person_id": question.speaker.person_id,
        "asked_for": question.asked_for,
        "message_id": question.message_id,
        "missing": question.missing,
        "command": question.wish.command,
        "words": question.wish.words,
        "pictures": question.wish.pictures,
        "shape": question.wish.shape,
        "asked_at": question.asked_at,
        "answered_by": question.answered_by,
    }


def _question_of(row: Mapping[Any, Any]) -> Question:
    picture, others = (row["pictures"][0], row["pictures"][1:]) if row["pictures"] else (None, ())
    return Question(
        id=row["id"],
        speaker=Speaker(row["chat_id"], row["thread_id"] or None, row["person_id"]),
        asked_for=row["asked_for"],
        wish=Wish(row["command"], row["words"], picture, others, row["shape"]),
        missing=row["missing"],
        asked_at=row["asked_at"],
        message_id=row["message_id"],
        answered_by=row["answered_by"],
    )
