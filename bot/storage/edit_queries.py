"""What is asked of the edits' table, by people and jobs."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, case, or_, select, true, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.edits import ACTIVE, Edit
from bot.core.limits import Limits, Usage
from bot.core.photos import kept_names, photo_names
from bot.core.ports import FileKind
from bot.core.stages import EditState
from bot.storage.counting import Counted
from bot.storage.database import Database
from bot.storage.edit_rows import edit_of
from bot.storage.tables import EDITS, EXTRAS

IS_ACTIVE = EDITS.c.state.in_(ACTIVE)
IS_UNSETTLED = or_(EDITS.c.due_at.is_not(None), IS_ACTIVE)
_IS_THERE = ~EDITS.c.is_erased
_PAGE = 250
"""Rows turned into edits at a time: thousands would block the event loop."""


class EditQueries:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def series_of(self, edit: Edit) -> list[Edit]:
        """Every edit of its series, or it alone, in order."""
        return await self._all(EDITS.c.update_id == edit.request.update_id, order=EDITS.c.series_number)

    async def by_callback_secret(self, secret: str) -> Edit | None:
        """The edit whose last create call was given this secret to call back with."""
        return await self._first(EDITS.c.callback_secret == secret)

    async def by_message(self, chat_id: int, message_id: int) -> Edit | None:
        """The edit that a message belongs to: its result or an extra of it, else its card, request or photo.

        Of several, which have the same photo, the newest; of a series, whose message it is.
        """
        extras = select(EXTRAS.c.edit_id).where(EXTRAS.c.message_id == message_id)
        sent = (EDITS.c.result_message_id, EDITS.c.file_message_id)
        is_result = or_(*(column == message_id for column in sent), EDITS.c.id.in_(extras))
        others = (EDITS.c.photo_message_id, EDITS.c.request_message_id, EDITS.c.status_message_id)
        belongs = or_(is_result, *(column == message_id for column in others))
        query = select(EDITS).where(EDITS.c.chat_id == chat_id, _IS_THERE, belongs)
        first = case((is_result, 0), else_=1), EDITS.c.created_at.desc()
        is_own_photo = case((EDITS.c.photo_message_id == message_id, 0), else_=1)
        query = query.order_by(*first, is_own_photo, EDITS.c.series_number).limit(1)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().first()
        return None if row is None else edit_of(row)

    async def durations(self, operation: str, count: int) -> Sequence[float]:
        """Seconds that the last `count` tasks of an operation took, oldest first."""
        query = (
            select(EDITS.c.task_seconds)
            .where(EDITS.c.operation == operation, EDITS.c.task_seconds.is_not(None))
            .order_by(EDITS.c.submitted_at.desc())
            .limit(count)
        )
        async with self._database.reading() as connection:
            newest_first = (await connection.scalars(query)).all()
        return newest_first[::-1]

    async def unfinished(self, owner: str | None = None) -> list[Edit]:
        """Every edit with something left to do (of one replica, with `owner`), the most urgent first."""
        theirs = EDITS.c.owner == owner if owner is not None else true()
        found: dict[str, Edit] = {}
        after: ColumnElement[bool] = EDITS.c.due_at.is_not(None)
        while page := await self._all(theirs, after, order=EDITS.c.due_at, limit=_PAGE):
            found |= {edit.id: edit for edit in page}
            after = tuple_(EDITS.c.due_at, EDITS.c.id) > (page[-1].due_at, page[-1].id)
        return list(found.values())

    async def active_of(self, chat_id: int, requester_id: int | None = None) -> list[Edit]:
        """A chat's edits (or one person's there) that have not ended, oldest first."""
        theirs = edits_of(chat_id, requester_id)
        return await self._all(theirs, IS_ACTIVE, order=EDITS.c.created_at)

    async def recent_of(self, chat_id: int, requester_id: int | None, count: int) -> list[Edit]:
        """The last `count` edits of a chat (or of one person there), newest first."""
        theirs = edits_of(chat_id, requester_id)
        return await self._all(theirs, _IS_THERE, order=EDITS.c.created_at.desc(), limit=count)

    async def running_of(self, requester_id: int) -> list[Edit]:
        """A person's edits that have not ended, in every chat."""
        return await self._all(EDITS.c.requester_id == requester_id, IS_ACTIVE, order=EDITS.c.created_at)

    async def results_of(self, chat_id: int, requester_id: int, since: datetime) -> list[str]:
        """The ids of a person's edits in a chat whose result Telegram has, newest first."""
        found = (
            select(EDITS.c.id)
            .where(
                edits_of(chat_id, requester_id), EDITS.c.result_photo.is_not(None), EDITS.c.ended_at >= since
            )
            .order_by(EDITS.c.created_at.desc(), EDITS.c.id)
        )
        async with self._database.reading() as connection:
            return list(await connection.scalars(found))

    async def held_of(self, person_id: int) -> list[Edit]:
        """A person's held edits in all chats, oldest first."""
        is_theirs = and_(EDITS.c.requester_id == person_id, EDITS.c.state == EditState.HELD)
        return await self._all(is_theirs, order=EDITS.c.created_at)

    async def usage(self, chat_id: int, person_id: int, limits: Limits, now: datetime) -> list[Usage]:
        """How much is used of each rule that applies to a person in a chat."""
        async with self._database.reading() as connection:
            return (await Counted(chat_id, person_id, limits, now).usages(connection))[1]

    async def kept_names(self, since: datetime) -> dict[FileKind, frozenset[str]]:
        """The names of the files that are needed: of unsettled edits, and results delivered since `since`."""
        delivered = and_(EDITS.c.state == EditState.DELIVERED, EDITS.c.ended_at >= since, _IS_THERE)
        async with self._database.reading() as connection:
            unsettled = select(EDITS.c.id, EDITS.c.photos).where(IS_UNSETTLED)
            counts = {row.id: len(row.photos) for row in await connection.execute(unsettled)}
            results = frozenset(await connection.scalars(select(EDITS.c.id).where(delivered)))
        photos = frozenset(name for edit_id, count in counts.items() for name in kept_names(edit_id, count))
        return {"photo": photos, "result": results.union(counts)}

    async def kept_photo_names(self) -> frozenset[str]:
        """What the provider may still fetch: the photos of unsettled edits, also for the next create call."""
        query = select(EDITS.c.secret, EDITS.c.submits, EDITS.c.photos).where(IS_UNSETTLED)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return frozenset(
            name for row in rows for name in photo_names(row.secret, row.submits + 1, len(row.photos))
        )

    async def _first(self, *conditions: ColumnElement[bool]) -> Edit | None:
        async with self._database.reading() as connection:
            return await first_edit(connection, *conditions)

    async def _all(
        self, *conditions: ColumnElement[bool], order: ColumnElement[Any], limit: int | None = None
    ) -> list[Edit]:
        query = select(EDITS).where(*conditions).order_by(order, EDITS.c.id).limit(limit)
        async with self._database.reading() as connection:
            return [edit_of(row) for row in (await connection.execute(query)).mappings()]


def edits_of(chat_id: int, requester_id: int | None) -> ColumnElement[bool]:
    """A chat's edits, or one person's there."""
    of_chat = EDITS.c.chat_id == chat_id
    return of_chat if requester_id is None else and_(of_chat, EDITS.c.requester_id == requester_id)


async def first_edit(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> Edit | None:
    """The newest edit that meets the conditions; of a series, its first."""
    query = select(EDITS).where(*conditions)
    query = query.order_by(EDITS.c.created_at.desc(), EDITS.c.series_number).limit(1)
    row = (await connection.execute(query)).mappings().first()
    return None if row is None else edit_of(row)
