"""What all replicas together may ask of the provider: create calls, tasks in flight, and whose turn it is."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Subquery, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.edits import Edit
from bot.core.errors import TryLater
from bot.core.money import PAUSED
from bot.core.provider import ITS_TURN, Place
from bot.core.stages import EditState
from bot.storage.database import Database
from bot.storage.edit_rows import guarded_update
from bot.storage.tables import BUDGETS, EDITS, NOTICES

_CREATES = "creates"
_IN_FLIGHT = (EditState.SUBMITTING, EditState.PROCESSING)
_FULL_SECONDS = 1.0
_LINE_AGE = timedelta(seconds=1)
"""The line is read once for all edits in it, not once for each of maybe thousands."""
_SHORTEST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS = 2.0, 30.0


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `creates` create calls in any window of length `per`, and `tasks` unfinished tasks, of which
    one chat may have `of_chat` (0: any number).

    The algorithm is GCRA: a third of the creates may come at once, the rest evenly spread. If all could come
    at once, a window could have a full burst and the new ones: nearly twice as many as allowed.
    """

    creates: int
    per: timedelta
    tasks: int
    of_chat: int = 0

    @property
    def burst(self) -> int:
        return max(1, self.creates // 3)

    @property
    def step(self) -> timedelta:
        """How long it takes until the budget has one more create."""
        return self.per / max(1, self.creates - self.burst)


@dataclass(frozen=True, slots=True)
class Line:
    """Who waited at the moment `at`: edit ids with their places, and for how many there was room."""

    at: datetime
    places: Mapping[str, Place]
    free: int
    is_paused: bool = False


class SqlProviderBudget:
    """The core's `ProviderBudget`. Every create call of every replica passes here.

    Creates are counted by the database's clock, because the replicas' clocks may differ.
    """

    def __init__(self, database: Database, budget: Budget) -> None:
        self._database, self._budget = database, budget
        self._line: Line | None = None
        self._looking = asyncio.Lock()

    async def place(self, edit: Edit, now: datetime) -> Place:
        """Where an edit stands in the line.

        Chats take turns, the one with the fewest tasks under way first; within a chat people take turns, and
        a person's own edits go oldest first. Who waits for tasks of the own chat holds up no other chat.
        """
        async with self._looking:
            line = self._line
            if line is None or edit.id not in line.places or now - line.at >= _LINE_AGE:
                line = self._line = await self._look(now)
        if line.is_paused:
            return Place(is_paused=True)
        place = line.places.get(edit.id, ITS_TURN)
        return place if place.in_chat else Place(max(0, place.number - max(0, line.free)))

    def wait_seconds(self, edit_id: str) -> float:
        """Seconds until an edit in the line asks again: well before its turn can come."""
        place = self._line.places.get(edit_id, ITS_TURN) if self._line is not None else ITS_TURN
        soonest = place.number * self._budget.step.total_seconds()
        return min(max(_SHORTEST_WAIT_SECONDS, soonest / 4), _LONGEST_WAIT_SECONDS)

    async def _look(self, now: datetime) -> Line:
        ranked = _ranked(now, self._tasks(now))
        async with self._database.reading() as connection:
            tasks = self._budget.tasks - await self._in_flight(connection, now)
            free = min(tasks, await self._creates_left(connection, now))
            rows = (await connection.execute(select(ranked))).all()
            paused = select(NOTICES.c.name).where(NOTICES.c.name == PAUSED)
            is_paused = (await connection.execute(paused)).first() is not None
        places = {row.id: self._place(row.place, row.of_chat, row.turn) for row in rows}
        return Line(now, places, free, is_paused)

    def _place(self, place: int, of_chat: int, turn: int) -> Place:
        """`turn` is an edit's place among its chat's, counted after the chat's tasks.

        Those beyond what the chat may have at once come last in the line of all, in the same order.
        """
        beyond = turn - self._budget.of_chat if self._budget.of_chat else 0
        return Place(min(of_chat, beyond), in_chat=True) if beyond > 0 else Place(place)

    async def enter(self, before: Edit, after: Edit, now: datetime) -> Edit | None:
        """Move an edit to its create call if both budgets have room, in one transaction.

        Returns None if somebody else moved it. Raises TryLater if there is no room; then nothing is used up.
        """
        async with self._database.writing(patient=True) as connection:
            await self._take_create(connection, now)  # locks the budget's row: `enter` runs one by one
            if await self._in_flight(connection, now) >= self._budget.tasks:
                raise TryLater(_FULL_SECONDS, "as many tasks under way as there may be")
            of_chat = await self._in_flight(connection, now, before.chat_id)
            if self._budget.of_chat and of_chat >= self._budget.of_chat:
                raise TryLater(_FULL_SECONDS, "as many tasks of its chat under way as there may be")
            result = await connection.execute(guarded_update(before, after))
            if not result.rowcount:
                await connection.rollback()
        self._line = None
        return after if result.rowcount else None

    async def _creates_left(self, connection: AsyncConnection, now: datetime) -> int:
        kept = select(BUDGETS.c.full_at, self._database.clock(now)).where(BUDGETS.c.name == _CREATES)
        full_at, at = (await connection.execute(kept)).one_or_none() or (now, now)
        used = max(full_at - at, timedelta(0))
        return int((self._budget.burst * self._budget.step - used) / self._budget.step)

    def _tasks(self, now: datetime) -> Subquery:
        """The chat of each task that runs at the provider, also of those that nobody waits for any more.

        Two queries, because each has an index of its own.
        """
        ends = EDITS.c.runs_until
        awaited = select(EDITS.c.chat_id).where(EDITS.c.due_at.is_not(None), EDITS.c.state.in_(_IN_FLIGHT))
        left = select(EDITS.c.chat_id).where(ends.is_not(None), ends > self._database.clock(now))
        return awaited.union_all(left).subquery("tasks")

    async def _in_flight(self, connection: AsyncConnection, now: datetime, chat_id: int | None = None) -> int:
        tasks = self._tasks(now)
        count = select(func.count()).select_from(tasks)
        if chat_id is not None:
            count = count.where(tasks.c.chat_id == chat_id)
        return (await connection.execute(count)).scalar_one()

    async def _take_create(self, connection: AsyncConnection, now: datetime) -> None:
        """GCRA: `full_at` is when the budget will be full again; each create moves it one step later."""
        step, clock = self._budget.step, self._database.clock(now)
        burst = (self._budget.burst - 1) * step
        insert = self._database.insert(BUDGETS).values(name=_CREATES, full_at=clock)
        kept = insert.on_conflict_do_update(index_elements=["name"], set_={"name": _CREATES})
        full_at, at = (await connection.execute(kept.returning(BUDGETS.c.full_at, clock))).one()
        if full_at - at > burst:
            raise TryLater((full_at - at - burst).total_seconds(), "as many creates as there may be")
        taken = BUDGETS.update().where(BUDGETS.c.name == _CREATES)
        await connection.execute(taken.values(full_at=max(full_at, at) + step))


def _ranked(now: datetime, tasks: Subquery) -> Subquery:
    """Every edit that waits for its create call now, with its place in the line from 1."""
    oldest_first = (EDITS.c.created_at, EDITS.c.series_number, EDITS.c.id)
    waiting = (
        select(
            EDITS.c.id,
            EDITS.c.chat_id,
            EDITS.c.created_at,
            func.row_number()
            .over(partition_by=(EDITS.c.chat_id, EDITS.c.requester_id), order_by=oldest_first)
            .label("of_person"),
        )
        .where(EDITS.c.state == EditState.RECEIVED, EDITS.c.due_at <= now)
        .subquery("waiting")
    )
    busy = select(tasks.c.chat_id, func.count().label("tasks")).group_by(tasks.c.chat_id).subquery("busy")
    w = waiting.c
    of_chat = func.row_number().over(partition_by=w.chat_id, order_by=(w.of_person, w.created_at, w.id))
    turns = (
        select(
            w.id,
            w.created_at,
            of_chat.label("of_chat"),
            (of_chat + func.coalesce(busy.c.tasks, 0)).label("turn"),
        )
        .select_from(waiting.outerjoin(busy, w.chat_id == busy.c.chat_id))
        .subquery("turns")
    )
    place = func.row_number().over(order_by=(turns.c.turn, turns.c.created_at, turns.c.id))
    return select(turns, place.label("place")).subquery("ranked")
