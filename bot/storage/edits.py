"""The edits' table: admissions within the limits, guarded moves, and queries for people and jobs."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    RowMapping,
    and_,
    case,
    delete,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.edits import ACTIVE, Edit
from bot.core.limits import Admission, Limits, Refusal, Usage, decide, refusal
from bot.core.photos import kept_names, photo_names
from bot.core.ports import FileKind
from bot.core.stages import EditState, Received
from bot.storage.chat_rows import lock, move_chat
from bot.storage.counting import Counted, waste_of
from bot.storage.database import Database
from bot.storage.edit_rows import edit_of, guarded_update, row_of, sent_in
from bot.storage.own_limits import limits_for
from bot.storage.passengers import T, Write
from bot.storage.tables import EDITS, EXTRAS

_IS_ACTIVE = EDITS.c.state.in_(ACTIVE)
_PAGE = 250
"""Rows turned into edits at a time: thousands would block the event loop."""
_IS_THERE = ~EDITS.c.is_erased
_CARD_SECONDS, _LAST_MOVE_SECONDS = 0.02, 0.05
"""So long a card's id and an edit's last move wait for a transaction to go along with. The create call's
mostly comes some milliseconds after the card. Whoever kills the bot meanwhile leaves the card behind.
"""
_IS_UNSETTLED = or_(EDITS.c.due_at.is_not(None), _IS_ACTIVE)


class SqlEditStore:
    """The core's `EditStore`, and queries of other rooms."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._running: dict[str, Edit] = {}
        self._writes = 0

    async def admit(
        self, edit: Edit, limits: Limits, now: datetime, *, others: Sequence[Edit] = (), once: bool = False
    ) -> Admission:
        """Insert `edit` if every rule has a place for it, in one transaction.

        With the `others` of its series: all of them, if there is one for each.

        A Held edit is inserted as Received where there is a place, else as Held if it may wait for one.
        The sliding windows are counted from the edits themselves, so a limit is exact, and an edit that fails
        or is cancelled gives its place back by its state alone.

        `once`: if the person has the same under way in the chat, that edit is returned. Two taps of a button
        may reach two replicas at once: only here they come one by one.
        """
        same_update, wanted = EDITS.c.update_id == edit.request.update_id, 1 + len(others)
        who = edit.chat_id, edit.request.requester_id
        counted = Counted(*who, limits, now, _dearest(limits, (edit, *others)), wanted=wanted)
        async with self._database.writing() as connection:
            await lock(self._database, connection, *counted.locked)
            if known := await _first(connection, same_update):
                return known
            if once and (twin := await _twin(connection, edit)):
                return twin
            holds, usages = await counted.usages(connection)
            decided = decide(edit, usages, holds, now, wanted)
            if isinstance(decided, Refusal):
                return decided
            rows = [row_of(decided), *(row_of(replace(other, stage=decided.stage)) for other in others)]
            insert = self._database.insert(EDITS).values(rows)
            insert = insert.on_conflict_do_nothing(index_elements=["update_id", "series_number"])
            if (await connection.execute(insert.returning(EDITS.c.id))).first() is None:
                # Another chat's admission of this update committed first: the insert waited for it.
                known = await _first(connection, same_update)
        return known or decided

    async def release(self, held: Edit, limits: Limits, now: datetime) -> Edit | None:
        """Make a held edit Received if it has a place now; those held before it go first. So do the others of
        its series that are held, if there is one for each of them.

        Returns it as it is then, None if somebody else moved it.
        """
        requester_id = held.request.requester_id
        async with self._database.reading() as connection:  # mostly there is none, and nothing to lock
            if not (together := await _held_together(connection, held)):
                return None
            dearest = _dearest(limits, together)
            counted = Counted(held.chat_id, requester_id, limits, now, dearest, held_before=held)
            if refusal((await counted.usages(connection))[1], len(together)):
                return held
        received = [
            replace(each, stage=Received(), created_at=now, due_at=now, attempts=0, blocked_by=None)
            for each in together
        ]
        async with self._database.writing() as connection:
            await lock(self._database, connection, *counted.locked)
            if refusal((await counted.usages(connection))[1], len(together)):
                return held
            moved = await _moved(connection, zip(together, received, strict=True))
        return next((each for each in moved if each is not None and each.id == held.id), None)

    async def get(self, edit_id: str) -> Edit | None:
        """The edit as it stands, or None."""
        writes = self._writes
        edit = await self._first(EDITS.c.id == edit_id)
        if edit is not None and edit.state is EditState.PROCESSING and self._may_recall(writes):
            self._running[edit_id] = edit
        return edit

    def recall(self, edit_id: str) -> Edit | None:
        """What `get` would return, from memory, for an edit whose task is running. None if it has to be read.

        On SQLite only: it has one process, so nobody else can have written the row.
        """
        return self._running.get(edit_id)

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

    async def move(self, before: Edit, after: Edit) -> Edit | None:
        """Write what differs, if the row still has the state and the owner of `before`.

        Returns `after`, or None if somebody else was faster.
        """

        async def write(connection: AsyncConnection) -> int:
            return (await connection.execute(guarded_update(before, after))).rowcount

        patience = _LAST_MOVE_SECONDS if after.due_at is None else 0
        return after if await self._written(write, before, patience) else None

    async def move_all(self, moves: Sequence[tuple[Edit, Edit]]) -> list[Edit | None]:
        """Each `move`, in one transaction: what was moved, None for each where somebody else was faster."""
        try:
            async with self._database.writing(patient=True) as connection:
                return await _moved(connection, moves)
        finally:
            self._forget_running(*(before.id for before, _ in moves))

    async def end(self, before: Edit, after: Edit, limits: Limits) -> Edit | None:
        """The `move` to an edit's end. One that was paid for in vain is forgiven or charged.

        At most `limits.forgiven` edits of a person in any window are, whatever the order in which they end.
        """
        person_id = after.request.requester_id
        if not after.is_wasted or person_id in limits.exempt:
            return await self.move(before, after)
        try:
            async with self._database.writing() as connection:
                await lock(self._database, connection, person_id)
                theirs = await limits_for(connection, limits, after.chat_id, person_id)
                ended = replace(after, waste=await waste_of(connection, after, theirs))
                result = await connection.execute(guarded_update(before, ended))
        finally:
            self._forget_running(before.id)
        return ended if result.rowcount else None

    async def note_card(self, edit: Edit, message_id: int | None, now: datetime) -> Edit | None:
        """Write the status card's message id, in any state of the edit.

        Without an id: write that a card may have arrived. With one, an edit that has ended becomes due again,
        so that its card shows the end. Returns the edit as it is then, None if it is another replica's.
        """
        noted = update(EDITS).where(EDITS.c.id == edit.id, EDITS.c.owner.is_not_distinct_from(edit.owner))
        if message_id is None:
            noted = noted.values(has_lost_card=True)
        else:
            due_at = case((_IS_ACTIVE, EDITS.c.due_at), else_=now)
            card = sent_in(edit.chat_id, "status_message_id", message_id)
            noted = noted.values(status_message_id=card, due_at=due_at, is_told=False)

        async def write(connection: AsyncConnection) -> RowMapping | None:
            return (await connection.execute(noted.returning(*EDITS.c))).mappings().first()

        row = await self._written(write, edit, _CARD_SECONDS)
        return None if row is None else edit_of(row)

    async def _written(self, write: Write[T], edit: Edit, patience: float = 0) -> T:
        """Do a write of one edit, on SQLite with the next transaction, or after so many seconds in its own.

        On PostgreSQL always in its own: two that lock the rows of two edits could wait for each other.
        """
        try:
            if self._database.is_sqlite:
                return await self._database.along(write, patience)
            async with self._database.writing(patient=True) as connection:
                return await write(connection)
        finally:
            self._forget_running(edit.id)

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
        theirs = _of(chat_id, requester_id)
        return await self._all(theirs, _IS_ACTIVE, order=EDITS.c.created_at)

    async def recent_of(self, chat_id: int, requester_id: int | None, count: int) -> list[Edit]:
        """The last `count` edits of a chat (or of one person there), newest first."""
        theirs = _of(chat_id, requester_id)
        return await self._all(theirs, _IS_THERE, order=EDITS.c.created_at.desc(), limit=count)

    async def running_of(self, requester_id: int) -> list[Edit]:
        """A person's edits that have not ended, in every chat."""
        return await self._all(EDITS.c.requester_id == requester_id, _IS_ACTIVE, order=EDITS.c.created_at)

    async def results_of(self, chat_id: int, requester_id: int, since: datetime) -> list[str]:
        """The ids of a person's edits in a chat whose result Telegram has, newest first."""
        found = (
            select(EDITS.c.id)
            .where(_of(chat_id, requester_id), EDITS.c.result_photo.is_not(None), EDITS.c.ended_at >= since)
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

    async def follow_chat(self, old_chat_id: int, new_chat_id: int) -> bool:
        """Move all rows of a group to the supergroup that it became. True the first time."""
        if old_chat_id == new_chat_id:
            return False
        async with self._database.writing() as connection:
            is_news = await move_chat(self._database, connection, old_chat_id, new_chat_id)
        self._forget_running(*self._running)
        return is_news

    async def kept_names(self, since: datetime) -> dict[FileKind, frozenset[str]]:
        """The names of the files that are needed: of unsettled edits, and results delivered since `since`."""
        delivered = and_(EDITS.c.state == EditState.DELIVERED, EDITS.c.ended_at >= since, _IS_THERE)
        async with self._database.reading() as connection:
            unsettled = select(EDITS.c.id, EDITS.c.photos).where(_IS_UNSETTLED)
            counts = {row.id: len(row.photos) for row in await connection.execute(unsettled)}
            results = frozenset(await connection.scalars(select(EDITS.c.id).where(delivered)))
        photos = frozenset(name for edit_id, count in counts.items() for name in kept_names(edit_id, count))
        return {"photo": photos, "result": results.union(counts)}

    async def kept_photo_names(self) -> frozenset[str]:
        """What the provider may still fetch: the photos of unsettled edits, also for the next create call."""
        query = select(EDITS.c.secret, EDITS.c.submits, EDITS.c.photos).where(_IS_UNSETTLED)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        return frozenset(
            name for row in rows for name in photo_names(row.secret, row.submits + 1, len(row.photos))
        )

    async def forget_before(self, at: datetime) -> int:
        """Delete the edits that ended before `at` and have nothing left to do; returns how many."""
        old = delete(EDITS).where(EDITS.c.ended_at < at, ~_IS_UNSETTLED)
        async with self._database.writing() as connection:
            return (await connection.execute(old)).rowcount

    def _may_recall(self, writes: int) -> bool:
        """Whether a row that was read when `writes` had that value is still the same."""
        return self._database.is_sqlite and writes == self._writes

    def _forget_running(self, *edit_ids: str) -> None:
        """Forget edits that may have been written; reads that are running now are not kept either."""
        self._writes += 1
        for edit_id in edit_ids:
            self._running.pop(edit_id, None)

    async def _first(self, *conditions: ColumnElement[bool]) -> Edit | None:
        async with self._database.reading() as connection:
            return await _first(connection, *conditions)

    async def _all(
        self, *conditions: ColumnElement[bool], order: ColumnElement[Any], limit: int | None = None
    ) -> list[Edit]:
        query = select(EDITS).where(*conditions).order_by(order, EDITS.c.id).limit(limit)
        async with self._database.reading() as connection:
            return [edit_of(row) for row in (await connection.execute(query)).mappings()]


def _of(chat_id: int, requester_id: int | None) -> ColumnElement[bool]:
    of_chat = EDITS.c.chat_id == chat_id
    return of_chat if requester_id is None else and_(of_chat, EDITS.c.requester_id == requester_id)


async def _twin(connection: AsyncConnection, edit: Edit) -> Edit | None:
    """The edit that this person has under way in the chat and that asks for the same."""
    query = select(EDITS).where(_of(edit.chat_id, edit.request.requester_id), _IS_ACTIVE)
    rows = (await connection.execute(query)).mappings()
    return next((each for each in map(edit_of, rows) if each.request.asks_the_same(edit.request)), None)


def _dearest(limits: Limits, edits: Iterable[Edit]) -> str:
    """The operation of a series whose create call takes the most of what may be spent."""
    return max((each.operation for each in edits), key=limits.needed)


async def _held_together(connection: AsyncConnection, held: Edit) -> list[Edit]:
    """The held edits of a series, or the one."""
    is_of_it = EDITS.c.update_id == held.request.update_id
    query = select(EDITS).where(is_of_it, EDITS.c.state == EditState.HELD).order_by(EDITS.c.series_number)
    return [edit_of(row) for row in (await connection.execute(query)).mappings()]


async def _moved(connection: AsyncConnection, moves: Iterable[tuple[Edit, Edit]]) -> list[Edit | None]:
    return [
        after if (await connection.execute(guarded_update(before, after))).rowcount else None
        for before, after in moves
    ]


async def _first(connection: AsyncConnection, *conditions: ColumnElement[bool]) -> Edit | None:
    query = select(EDITS).where(*conditions)
    query = query.order_by(EDITS.c.created_at.desc(), EDITS.c.series_number).limit(1)
    row = (await connection.execute(query)).mappings().first()
    return None if row is None else edit_of(row)
