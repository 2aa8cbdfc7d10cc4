"""The edits' table: admissions within the limits, and guarded moves."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import (
    RowMapping,
    case,
    delete,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.edits import Edit
from bot.core.limits import Admission, Limits, Refusal, decide, refusal
from bot.core.stages import EditState, Received
from bot.storage.chat_rows import lock, move_chat
from bot.storage.counting import Counted, waste_of
from bot.storage.database import Database
from bot.storage.edit_queries import IS_ACTIVE, IS_UNSETTLED, EditQueries, edits_of, first_edit
from bot.storage.edit_rows import edit_of, guarded_update, row_of, sent_in
from bot.storage.own_limits import limits_for
from bot.storage.passengers import T, Write
from bot.storage.tables import EDITS

_CARD_SECONDS, _LAST_MOVE_SECONDS = 0.02, 0.05
"""So long a card's id and an edit's last move wait for a transaction to go along with. The create call's
mostly comes some milliseconds after the card. Whoever kills the bot meanwhile leaves the card behind.
"""


class SqlEditStore(EditQueries):
    """The core's `EditStore`, and the queries of other rooms."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
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
            if known := await first_edit(connection, same_update):
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
                known = await first_edit(connection, same_update)
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
            due_at = case((IS_ACTIVE, EDITS.c.due_at), else_=now)
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

    async def follow_chat(self, old_chat_id: int, new_chat_id: int) -> bool:
        """Move all rows of a group to the supergroup that it became. True the first time."""
        if old_chat_id == new_chat_id:
            return False
        async with self._database.writing() as connection:
            is_news = await move_chat(self._database, connection, old_chat_id, new_chat_id)
        self._forget_running(*self._running)
        return is_news

    async def forget_before(self, at: datetime) -> int:
        """Delete the edits that ended before `at` and have nothing left to do; returns how many."""
        old = delete(EDITS).where(EDITS.c.ended_at < at, ~IS_UNSETTLED)
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


async def _twin(connection: AsyncConnection, edit: Edit) -> Edit | None:
    """The edit that this person has under way in the chat and that asks for the same."""
    query = select(EDITS).where(edits_of(edit.chat_id, edit.request.requester_id), IS_ACTIVE)
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
