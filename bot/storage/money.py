"""What edits cost, summed up for the owner; the balances that were read; and what the owner was warned of."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import ColumnElement, and_, case, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.money import DAY, Balance, Day, Drift, Report, Span, Spender
from bot.core.stages import EditState
from bot.storage.database import Database
from bot.storage.tables import BALANCES, EDITS, GUESTS, NOTICES
from bot.storage.waiting import WaitingEdits

DAYS = (1, 7, 30)
_WEEK = timedelta(days=7)
_DEAREST = 5
_SPENT = func.coalesce(func.sum(EDITS.c.credits), 0.0)


class SqlMoney:
    """All sums are of edits by the moment that they were asked for."""

    def __init__(self, database: Database) -> None:
        self._database, self._waiting = database, WaitingEdits(database)

    async def note_balance(self, balance: Balance) -> None:
        """Keep a balance that was read."""
        insert = self._database.insert(BALANCES).values(at=balance.at, credits=balance.credits)
        async with self._database.writing() as connection:
            await connection.execute(insert.on_conflict_do_nothing(index_elements=["at"]))

    async def report(self, now: datetime) -> Report:
        """Everything that the owner sees."""
        async with self._database.reading() as connection:
            spans = await _spans(connection, now)
            balances = await _balances(connection, now - _WEEK)
            return Report(
                balance=balances[-1] if balances else None,
                pace=await _pace(connection, now),
                spans=spans,
                chats=await _dearest(connection, EDITS.c.chat_id, now - _WEEK),
                people=await _dearest(connection, EDITS.c.requester_id, now - _WEEK),
                waiting=await self._waiting.by_reason(),
                drift=await _drift(connection, balances),
            )

    async def days(self, now: datetime, count: int) -> list[Day]:
        """Each of the last days, today as the last one."""
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        starts = [today - timedelta(days=ago) for ago in reversed(range(count))]
        created = EDITS.c.created_at
        place = case(*((created >= start, number) for number, start in reversed([*enumerate(starts)])))
        query = select(
            place.label("place"), EDITS.c.state, func.count().label("edits"), _SPENT.label("spent")
        )
        query = query.where(created >= starts[0]).group_by("place", EDITS.c.state)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).all()
        edits = {(row.place, row.state): row.edits for row in rows}
        return [
            Day(
                start.date(),
                edits.get((number, EditState.DELIVERED), 0),
                edits.get((number, EditState.FAILED), 0),
                edits.get((number, EditState.CANCELLED), 0),
                sum(row.spent for row in rows if row.place == number),
            )
            for number, start in enumerate(starts)
        ]

    async def pace(self, now: datetime) -> float:
        """What a day of the last week cost."""
        async with self._database.reading() as connection:
            return await _pace(connection, now)

    async def spent_by_operation(self, since: datetime) -> dict[str, float]:
        """What the edits since then cost, by model and resolution."""
        operation = EDITS.c.operation.concat("").label("operation")  # as in `_dearest`
        query = select(operation, _SPENT.label("spent")).where(EDITS.c.created_at >= since)
        async with self._database.reading() as connection:
            rows = await connection.execute(query.group_by(operation))
            return {row.operation: row.spent for row in rows}

    async def has_notice(self, name: str) -> bool:
        """Whether a notice was given and is not over."""
        async with self._database.reading() as connection:
            found = await connection.execute(select(NOTICES.c.name).where(NOTICES.c.name == name))
            return found.first() is not None

    async def notice(self, name: str, now: datetime) -> bool:
        """Whether the owner is to be told now: True once, until `notice_over`."""
        insert = self._database.insert(NOTICES).values(name=name, at=now)
        first = insert.on_conflict_do_nothing(index_elements=["name"]).returning(NOTICES.c.name)
        async with self._database.writing() as connection:
            return (await connection.execute(first)).first() is not None

    async def notice_over(self, name: str) -> None:
        """What the owner was told of is over."""
        async with self._database.writing() as connection:
            await connection.execute(delete(NOTICES).where(NOTICES.c.name == name))

    async def forget_before(self, at: datetime) -> int:
        """Delete the balances that were read before `at`; returns how many."""
        async with self._database.writing() as connection:
            return (await connection.execute(delete(BALANCES).where(BALANCES.c.at < at))).rowcount


async def _spans(connection: AsyncConnection, now: datetime) -> dict[int, Span]:
    """The shorter spans are parts of the longer ones, so each edit is read once."""
    shorter = ((EDITS.c.created_at >= now - timedelta(days=days), days) for days in DAYS[:-1])
    part = case(*shorter, else_=DAYS[-1]).label("part")
    query = (
        select(part, EDITS.c.state, EDITS.c.failure, func.count().label("edits"), _SPENT.label("spent"))
        .where(EDITS.c.created_at >= now - timedelta(days=DAYS[-1]))
        .group_by(part, EDITS.c.state, EDITS.c.failure)
    )
    rows = (await connection.execute(query)).all()
    spans = {}
    for days in DAYS:
        counted: defaultdict[EditState, int] = defaultdict(int)
        failed: defaultdict[str, int] = defaultdict(int)
        spent = 0.0
        for row in rows:
            if row.part <= days:
                counted[row.state] += row.edits
                spent += row.spent
                if row.failure is not None:
                    failed[row.failure] += row.edits
        delivered, cancelled = counted[EditState.DELIVERED], counted[EditState.CANCELLED]
        spans[days] = Span(sum(counted.values()), delivered, cancelled, dict(failed), spent)
    return spans


async def _pace(connection: AsyncConnection, now: datetime) -> float:
    """By the days since the first edit of the week: a new bot has not had a whole one."""
    query = select(_SPENT, func.min(EDITS.c.created_at)).where(EDITS.c.created_at >= now - _WEEK)
    spent, first = (await connection.execute(query)).one()
    return float(spent / max(1.0, (now - first) / DAY)) if first is not None else 0.0


async def _dearest(
    connection: AsyncConnection, who: ColumnElement[int], since: datetime
) -> tuple[Spender, ...]:
    who = who + 0  # else SQLite walks along the index of all chats, through the whole year
    spent = (
        select(who.label("who"), func.count().label("edits"), _SPENT.label("spent"))
        .where(EDITS.c.created_at >= since)
        .group_by(who)
        .order_by(_SPENT.desc(), who)
        .limit(_DEAREST)
        .subquery()
    )
    query = select(spent.c.who, func.coalesce(GUESTS.c.name, ""), spent.c.edits, spent.c.spent)
    query = query.select_from(spent.outerjoin(GUESTS, GUESTS.c.id == spent.c.who))
    rows = await connection.execute(query.order_by(spent.c.spent.desc(), spent.c.who))
    return tuple(Spender(*row) for row in rows if row.spent)


async def _balances(connection: AsyncConnection, since: datetime) -> list[Balance]:
    query = select(BALANCES.c.at, BALANCES.c.credits).where(BALANCES.c.at >= since).order_by(BALANCES.c.at)
    return [Balance(*row) for row in await connection.execute(query)]


async def _drift(connection: AsyncConnection, balances: Sequence[Balance]) -> Drift:
    """Where a balance rose, somebody topped up: nothing can be said of that time, on either side."""
    pairs = list(pairwise(balances))
    risen = [(before.at, after.at) for before, after in pairs if after.credits > before.credits]
    fell = sum(before.credits - after.credits for before, after in pairs if after.credits <= before.credits)
    if not pairs:
        return Drift(0.0, 0.0, timedelta(0))
    created = EDITS.c.created_at
    within = and_(created > balances[0].at, created <= balances[-1].at)
    known = within if not risen else and_(within, ~or_(*(created.between(*times) for times in risen)))
    noted = (await connection.execute(select(_SPENT).where(known))).scalar_one()
    return Drift(fell, noted, balances[-1].at - balances[0].at)
