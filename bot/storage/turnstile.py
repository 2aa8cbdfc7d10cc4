"""What the whole deployment may ask of the provider: creates per time, tasks in flight, whose turn it is."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Subquery, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.edits import Edit, EditState
from bot.core.errors import TryLater
from bot.storage.database import Database
from bot.storage.edits import guarded_update
from bot.storage.tables import BUDGETS, EDITS

_CREATES = "creates"
_IN_FLIGHT = (EditState.SUBMITTING, EditState.PROCESSING)
_FULL_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Budget:
    """At most `creates` create calls in any `per` (evenly, after a burst), and `tasks` unfinished at once."""

    creates: int
    per: timedelta
    tasks: int


class SqlTurnstile:
    """Every create call passes here, whichever replica makes it."""

    def __init__(self, database: Database, budget: Budget) -> None:
        self._database, self._budget = database, budget

    async def ahead(self, edit: Edit, now: datetime) -> int:
        """How many edits go before this one; 0 when it is its turn.

        Chats take turns, the one with the fewest tasks under way first; within a chat people take turns, and
        a person's own edits go oldest first.
        """
        ranked = _ranked(now)
        async with self._database.reading() as connection:
            tasks = self._budget.tasks - await _in_flight(connection)
            free = min(tasks, await self._creates_left(connection, now))
            place = select(ranked.c.place).where(ranked.c.id == edit.id)
            rank: int | None = (await connection.execute(place)).scalar_one_or_none()
        return 0 if rank is None else max(0, rank - max(0, free))

    async def enter(self, before: Edit, after: Edit, now: datetime) -> Edit | None:
        """Move an edit to its create call if both budgets have room, in one transaction.

        None when somebody else moved it. TryLater when there is no room; then nothing was used up.
        """
        async with self._database.writing() as connection:
            await self._take_create(connection, now)  # holds the budget's row: entrances come one by one
            if await _in_flight(connection) >= self._budget.tasks:
                raise TryLater(_FULL_SECONDS, "as many tasks under way as there may be")
            result = await connection.execute(guarded_update(before, after))
            return after if result.rowcount else None

    async def _creates_left(self, connection: AsyncConnection, now: datetime) -> int:
        step = self._budget.per / self._budget.creates
        kept = select(BUDGETS.c.full_at).where(BUDGETS.c.name == _CREATES)
        full_at = (await connection.execute(kept)).scalar_one_or_none() or now
        return int((self._budget.per - max(full_at - now, timedelta(0))) / step)

    async def _take_create(self, connection: AsyncConnection, now: datetime) -> None:
        """GCRA: `full_at` is when the budget would be full again, one step later with every create."""
        step = self._budget.per / self._budget.creates
        burst = self._budget.per - step
        insert = self._database.insert(BUDGETS).values(name=_CREATES, full_at=now)
        kept = insert.on_conflict_do_update(index_elements=["name"], set_={"name": _CREATES})
        full_at = (await connection.execute(kept.returning(BUDGETS.c.full_at))).scalar_one()
        if full_at - now > burst:
            raise TryLater((full_at - now - burst).total_seconds(), "as many creates as there may be")
        taken = BUDGETS.update().where(BUDGETS.c.name == _CREATES)
        await connection.execute(taken.values(full_at=max(full_at, now) + step))


async def _in_flight(connection: AsyncConnection) -> int:
    count = select(func.count()).where(EDITS.c.state.in_(_IN_FLIGHT))
    return (await connection.execute(count)).scalar_one()


def _ranked(now: datetime) -> Subquery:
    """Every edit that waits for its turn now, with its place in the line from 1."""
    oldest_first = (EDITS.c.created_at, EDITS.c.id)
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
    busy = (
        select(EDITS.c.chat_id, func.count().label("tasks"))
        .where(EDITS.c.state.in_(_IN_FLIGHT))
        .group_by(EDITS.c.chat_id)
        .subquery("busy")
    )
    w = waiting.c
    of_chat = func.row_number().over(partition_by=w.chat_id, order_by=(w.of_person, w.created_at, w.id))
    turns = (
        select(w.id, w.created_at, (of_chat + func.coalesce(busy.c.tasks, 0)).label("turn"))
        .select_from(waiting.outerjoin(busy, w.chat_id == busy.c.chat_id))
        .subquery("turns")
    )
    place = func.row_number().over(order_by=(turns.c.turn, turns.c.created_at, turns.c.id))
    return select(turns.c.id, place.label("place")).subquery("ranked")
