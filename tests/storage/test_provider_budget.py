"""The provider's budgets, and fair turns when they are full."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.clock import utc_now
from bot.core.edits import Edit
from bot.core.errors import Reason, TryLater
from bot.core.money import PAUSED
from bot.core.provider import ITS_TURN, Place
from bot.core.stages import Cancelled, Failed, Processing, Submitting
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from bot.storage.money import SqlMoney
from bot.storage.provider_budget import Budget, SqlProviderBudget
from bot.storage.tables import BUDGETS
from tests.factories import NO_LIMITS, NOW, TASK, edit
from tests.harness.postgres import Postgres

TEN_SECONDS = timedelta(seconds=10)


async def admit(store: SqlEditStore, **changes: object) -> Edit:
    made = edit(**changes)
    await store.admit(made, NO_LIMITS, NOW)
    return made


async def number(budget: SqlProviderBudget, waiting: Edit, now: datetime) -> int:
    """Its place in the line of all."""
    place = await budget.place(waiting, now)
    assert not place.in_chat
    return place.number


def submitting(waiting: Edit) -> Edit:
    return replace(waiting, stage=Submitting(), submits=1)


async def later(database: Database, seconds: float) -> datetime:
    """So much time passes: PostgreSQL's budget is so much fuller, and for SQLite `now` is later."""
    if not database.is_sqlite:
        sooner = BUDGETS.c.full_at - timedelta(seconds=seconds)
        async with database.writing() as connection:
            await connection.execute(BUDGETS.update().values(full_at=sooner))
    return NOW + timedelta(seconds=seconds)


async def test_a_third_of_the_creates_at_once_and_the_rest_evenly(
    database: Database, store: SqlEditStore
) -> None:
    budget = SqlProviderBudget(database, Budget(creates=9, per=timedelta(minutes=10), tasks=100))
    edits = [await admit(store) for _ in range(5)]
    for each in edits[:3]:
        assert await budget.enter(each, submitting(each), NOW) is not None
    with pytest.raises(TryLater) as closed:
        await budget.enter(edits[3], submitting(edits[3]), NOW)
    assert closed.value.wait_seconds == pytest.approx(100, rel=0.2)  # on PostgreSQL time passes meanwhile
    now = await later(database, closed.value.wait_seconds)
    assert await budget.enter(edits[3], submitting(edits[3]), now) is not None
    with pytest.raises(TryLater):
        await budget.enter(edits[4], submitting(edits[4]), now)


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_replica_whose_clock_is_wrong_gets_no_more_creates(postgres: Postgres, hours: int) -> None:
    async with postgres.migrated() as url, aclosing(Database.open(url)) as database:
        store = SqlEditStore(database)
        budget = SqlProviderBudget(database, Budget(creates=3, per=timedelta(minutes=10), tasks=100))
        first, second = await admit(store), await admit(store, due_at=NOW - timedelta(hours=2))
        assert await budget.enter(first, submitting(first), NOW) is not None
        elsewhere = NOW + timedelta(hours=hours)
        with pytest.raises(TryLater) as closed:
            await budget.enter(second, submitting(second), elsewhere)
        assert closed.value.wait_seconds == pytest.approx(300, rel=0.2)
        assert await number(budget, second, elsewhere) == 1


@pytest.mark.parametrize("creates", [1, 2, 6, 15])
async def test_no_ten_seconds_ever_hold_more_creates_than_there_may_be(sqlite_url: str, creates: int) -> None:
    entered: list[datetime] = []
    async with aclosing(Database.open(sqlite_url)) as database:
        store = SqlEditStore(database)
        budget = SqlProviderBudget(database, Budget(creates=creates, per=TEN_SECONDS, tasks=1000))
        waiting, now = await admit(store), NOW
        while now < NOW + 4 * TEN_SECONDS:
            try:
                await budget.enter(waiting, submitting(waiting), now)
            except TryLater as closed:
                now += timedelta(seconds=closed.wait_seconds)
            else:
                entered.append(now)
                waiting = await admit(store)
    assert all(
        after - before >= TEN_SECONDS for before, after in zip(entered, entered[creates:], strict=False)
    )
    assert len(entered) >= 2 * creates


async def test_whoever_finds_the_edit_moved_uses_no_create_up(
    database: Database, store: SqlEditStore
) -> None:
    budget = SqlProviderBudget(database, Budget(creates=1, per=TEN_SECONDS, tasks=7))
    gone, waiting = await admit(store), await admit(store)
    await store.move(gone, replace(gone, stage=Cancelled(NOW)))
    assert await budget.enter(gone, submitting(gone), NOW) is None
    assert await budget.enter(waiting, submitting(waiting), NOW) is not None


async def test_no_more_tasks_under_way_than_there_may_be_and_trying_uses_nothing_up(
    database: Database, store: SqlEditStore
) -> None:
    budget = SqlProviderBudget(database, Budget(creates=6, per=TEN_SECONDS, tasks=1))
    first, second = await admit(store), await admit(store)
    entered = await budget.enter(first, submitting(first), NOW)
    assert entered is not None
    for _ in range(5):
        with pytest.raises(TryLater):
            await budget.enter(second, submitting(second), NOW)
    await store.move(entered, replace(entered, stage=Failed(Reason.POLICY, NOW), due_at=None))
    assert await budget.enter(second, submitting(second), NOW) is not None


async def test_of_many_at_once_exactly_as_many_enter_as_there_is_room(
    database: Database, store: SqlEditStore
) -> None:
    budget = SqlProviderBudget(database, Budget(creates=100, per=TEN_SECONDS, tasks=7))
    edits = [await admit(store) for _ in range(20)]

    async def enters(each: Edit) -> bool:
        try:
            return await budget.enter(each, submitting(each), NOW) is not None
        except TryLater:
            return False

    assert sum(await asyncio.gather(*map(enters, edits))) == 7


async def test_who_was_moved_meanwhile_does_not_enter(database: Database, store: SqlEditStore) -> None:
    budget = SqlProviderBudget(database, Budget(creates=100, per=TEN_SECONDS, tasks=7))
    waiting = await admit(store)
    await store.move(waiting, replace(waiting, stage=Cancelled(NOW)))
    assert await budget.enter(waiting, submitting(waiting), NOW) is None


async def test_chats_take_turns_then_people_then_the_oldest_goes_first(
    database: Database, store: SqlEditStore
) -> None:
    budget = SqlProviderBudget(database, Budget(creates=100, per=TEN_SECONDS, tasks=0))
    asked = [("a", 1), ("a", 1), ("a", 1), ("a", 2), ("b", 3), ("b", 3)]
    chats = {"a": -100, "b": -200}
    line = [
        await admit(
            store,
            chat_id=chats[chat],
            requester_id=person,
            created_at=NOW - timedelta(seconds=60 - number),
        )
        for number, (chat, person) in enumerate(asked)
    ]
    places = [await number(budget, each, NOW) for each in line]
    #                 a1 a1 a1 a2 b3 b3: a's first, b's first, then a's other person, b's second, a's rest
    assert places == [1, 5, 6, 3, 2, 4]


async def test_a_chat_with_tasks_under_way_lets_the_others_go_first(
    database: Database, store: SqlEditStore
) -> None:
    budget = SqlProviderBudget(database, Budget(creates=100, per=TEN_SECONDS, tasks=2))
    await admit(store, chat_id=-100, stage=Processing(TASK))
    busy = await admit(store, chat_id=-100, created_at=NOW - timedelta(seconds=9))
    idle = await admit(store, chat_id=-200)
    assert await number(budget, idle, NOW) == 0
    assert await number(budget, busy, NOW) == 1


async def test_what_is_not_due_yet_holds_nobody_up(database: Database, store: SqlEditStore) -> None:
    budget = SqlProviderBudget(database, Budget(creates=100, per=TEN_SECONDS, tasks=1))
    await admit(store, due_at=NOW + timedelta(minutes=1), created_at=NOW - timedelta(hours=1))
    waiting = await admit(store)
    assert await number(budget, waiting, NOW) == 0


async def test_the_further_back_in_the_line_the_later_somebody_asks_again(
    database: Database, store: SqlEditStore
) -> None:
    budget = SqlProviderBudget(database, Budget(creates=15, per=TEN_SECONDS, tasks=0))
    line = [await admit(store, created_at=NOW + timedelta(seconds=number)) for number in range(150)]
    assert budget.wait_seconds(line[40].id) == 2
    assert await number(budget, line[40], NOW) == 41
    waits = [budget.wait_seconds(each.id) for each in line]
    assert waits[0] == 2
    assert waits[39] == 10  # forty creates take forty seconds at least
    assert waits[149] == 30
    assert waits == sorted(waits)


async def test_whoever_enters_or_comes_later_is_seen_at_once(database: Database, store: SqlEditStore) -> None:
    budget = SqlProviderBudget(database, Budget(creates=100, per=TEN_SECONDS, tasks=1))
    first, second = await admit(store), await admit(store, created_at=NOW + timedelta(seconds=1))
    assert [await number(budget, each, NOW) for each in (first, second)] == [0, 1]
    third = await admit(store, created_at=NOW + timedelta(seconds=2))
    assert await number(budget, third, NOW) == 2
    assert await budget.enter(first, submitting(first), NOW) is not None
    assert [await number(budget, each, NOW) for each in (second, third)] == [1, 2]


async def test_who_has_left_the_line_is_missed_within_a_second(
    database: Database, store: SqlEditStore
) -> None:
    budget = SqlProviderBudget(database, Budget(creates=100, per=TEN_SECONDS, tasks=0))
    first, second = await admit(store), await admit(store, created_at=NOW + timedelta(seconds=1))
    assert await number(budget, second, NOW) == 2
    await store.move(first, replace(first, stage=Cancelled(NOW), due_at=None))
    assert await number(budget, second, NOW + timedelta(seconds=1)) == 1


async def test_of_one_chat_only_so_many_tasks_run_and_the_rest_stands_in_line_there(
    database: Database, store: SqlEditStore
) -> None:
    budget = SqlProviderBudget(database, Budget(creates=100, per=TEN_SECONDS, tasks=100, of_chat=2))
    ours = [
        await admit(store, chat_id=-100, requester_id=person, created_at=NOW + timedelta(seconds=seconds))
        for seconds, person in enumerate((1, 1, 1, 1, 2))
    ]
    other = await admit(store, chat_id=-200, created_at=NOW + timedelta(seconds=9))

    async def places(*edits: Edit) -> list[Place]:
        return [await budget.place(each, NOW) for each in edits]

    # The first of each person, then the first person's others; nobody else waits for them.
    waiting = [Place(1, in_chat=True), Place(2, in_chat=True), Place(3, in_chat=True)]
    assert await places(*ours, other) == [ITS_TURN, *waiting, ITS_TURN, ITS_TURN]
    running = [await budget.enter(each, submitting(each), NOW) for each in (ours[0], ours[4])]
    with pytest.raises(TryLater):
        await budget.enter(ours[1], submitting(ours[1]), NOW)
    assert await budget.enter(other, submitting(other), NOW) is not None
    assert await places(*ours[1:4]) == waiting
    assert running[0] is not None
    await store.move(running[0], replace(running[0], stage=Failed(Reason.POLICY, NOW), due_at=None))
    second = NOW + timedelta(seconds=1)  # as long as the line may be old
    assert await budget.place(ours[1], second) == ITS_TURN
    assert await budget.place(ours[2], second) == Place(1, in_chat=True)


async def test_of_many_of_a_chat_at_once_exactly_as_many_enter_as_there_is_room(
    database: Database, store: SqlEditStore
) -> None:
    budget = SqlProviderBudget(database, Budget(creates=100, per=TEN_SECONDS, tasks=100, of_chat=3))
    edits = [await admit(store) for _ in range(12)]

    async def enters(each: Edit) -> bool:
        try:
            return await budget.enter(each, submitting(each), NOW) is not None
        except TryLater:
            return False

    assert sum(await asyncio.gather(*map(enters, edits))) == 3


async def test_a_limit_of_the_chat_that_was_lowered_counts_nobody_twice(
    database: Database, store: SqlEditStore
) -> None:
    budget = SqlProviderBudget(database, Budget(creates=100, per=TEN_SECONDS, tasks=100, of_chat=1))
    for _ in range(4):
        await admit(store, stage=Processing(TASK))
    waiting = await admit(store)
    assert await budget.place(waiting, NOW) == Place(1, in_chat=True)


@pytest.mark.parametrize("budget", [Budget(9, TEN_SECONDS, tasks=1), Budget(9, TEN_SECONDS, 9, of_chat=1)])
async def test_a_task_is_in_flight_until_its_time_is_up_whatever_became_of_its_edit(
    database: Database, store: SqlEditStore, budget: Budget
) -> None:
    provider = SqlProviderBudget(database, budget)
    until = utc_now() + timedelta(hours=1)  # by PostgreSQL's own clock
    now = NOW if database.is_sqlite else utc_now()
    ends = NOW + timedelta(hours=1) if database.is_sqlite else until
    cancelled = await admit(store, stage=Cancelled(NOW, TASK), due_at=None, runs_until=ends)
    waiting = await admit(store)
    assert await provider.place(waiting, now) == Place(1, in_chat=bool(budget.of_chat))
    with pytest.raises(TryLater):
        await provider.enter(waiting, submitting(waiting), now)
    await store.move(cancelled, replace(cancelled, runs_until=NOW))
    assert await provider.enter(waiting, submitting(waiting), NOW + timedelta(seconds=1)) is not None


async def test_while_the_owner_has_paused_the_bot_nobody_has_a_turn(
    store: SqlEditStore, database: Database
) -> None:
    budget, money = SqlProviderBudget(database, Budget(10, timedelta(seconds=10), 10, 0)), SqlMoney(database)
    waiting = edit()
    await store.admit(waiting, NO_LIMITS, NOW)
    await money.notice(PAUSED, NOW)
    assert await budget.place(waiting, NOW) == Place(is_paused=True)
    await money.notice_over(PAUSED)
    assert await budget.place(waiting, NOW + timedelta(seconds=1)) == ITS_TURN
