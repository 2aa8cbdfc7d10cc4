"""Paid for in vain by a person's doing: forgiven a few times in any window, and counted after that."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.edits import Edit, Waste
from bot.core.errors import Reason
from bot.core.limits import Limits, Refusal, Rule, Scope
from bot.core.stages import Cancelled, Failed, Processing, Stage
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from tests.factories import CHAT_ID, NOW, REQUESTER_ID, TASK, edit

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
CANCELLED = Cancelled(NOW, TASK)
LIMITS = Limits((Rule(Scope.CHAT, 20, HOUR), Rule(Scope.PERSON, 10, HOUR)), forgiven=3)


async def paid(store: SqlEditStore, **changes: object) -> Edit:
    running = edit(stage=Processing(TASK), submits=1, **changes)
    assert await store.admit(running, LIMITS, NOW) == running
    return running


async def wasted(
    store: SqlEditStore, running: Edit, stage: Stage = CANCELLED, limits: Limits = LIMITS
) -> Waste | None:
    ended = await store.end(running, replace(running, stage=stage), limits)
    assert ended is not None
    assert await store.get(running.id) == ended
    return ended.waste


async def used(store: SqlEditStore, chat_id: int = CHAT_ID, limits: Limits = LIMITS) -> list[int]:
    return [each.used for each in await store.usage(chat_id, REQUESTER_ID, limits, NOW)]


FORGIVEN, CHARGED = Waste.FORGIVEN, Waste.CHARGED


async def test_three_are_forgiven_in_all_chats_together_and_the_next_ones_are_counted(
    store: SqlEditStore,
) -> None:
    running = [await paid(store, chat_id=number % 2) for number in range(5)]
    assert await used(store, 0) == [3, 5]
    verdicts = [await wasted(store, each) for each in running]
    assert verdicts == [FORGIVEN] * 3 + [CHARGED] * 2
    assert await used(store, 0) == [1, 2]
    assert await wasted(store, await paid(store, requester_id=5)) is FORGIVEN


@pytest.mark.parametrize(
    ("stage", "verdict"),
    [
        (CANCELLED, FORGIVEN),
        (Failed(Reason.POLICY, NOW, TASK), FORGIVEN),
        (Failed(Reason.CHAT_GONE, NOW, TASK), FORGIVEN),
        (Failed(Reason.TIMED_OUT, NOW, TASK), None),
        (Failed(Reason.OUR_FAULT, NOW, TASK), None),
        (Failed(Reason.COULD_NOT_GENERATE, NOW, TASK), None),
    ],
)
async def test_what_failed_on_our_side_or_the_providers_uses_no_forgiveness_up(
    store: SqlEditStore, stage: Stage, verdict: Waste | None
) -> None:
    assert await wasted(store, await paid(store), stage) is verdict


async def test_what_cost_nothing_uses_no_forgiveness_up(store: SqlEditStore) -> None:
    waiting = edit()
    await store.admit(waiting, LIMITS, NOW)
    assert await wasted(store, waiting, Cancelled(NOW)) is None


async def test_whoever_moved_it_first_decides(store: SqlEditStore) -> None:
    running = await paid(store)
    assert await wasted(store, running) is FORGIVEN
    assert await store.end(running, replace(running, stage=Failed(Reason.CHAT_GONE, NOW)), LIMITS) is None


async def test_any_window_has_three_whatever_the_order_in_which_they_end(store: SqlEditStore) -> None:
    """The last one to end was asked for between the others."""
    minutes = (-50, -45, 8, -10)
    running = [await paid(store, created_at=NOW + at * MINUTE) for at in minutes]
    assert [await wasted(store, each) for each in running] == [FORGIVEN, FORGIVEN, FORGIVEN, CHARGED]
    much_later = await paid(store, created_at=NOW + 60 * MINUTE)
    assert await wasted(store, much_later) is FORGIVEN


@pytest.mark.parametrize("forgiven", [0, 1])
async def test_a_place_that_is_charged_is_free_once_it_has_left_the_window(
    store: SqlEditStore, forgiven: int
) -> None:
    limits = Limits((Rule(Scope.PERSON, 1, HOUR),), forgiven=forgiven)
    running = edit(stage=Processing(TASK), submits=1)
    await store.admit(running, limits, NOW)
    await wasted(store, running, limits=limits)
    refusal = Refusal(limits.rules[0], NOW + HOUR)
    again = await store.admit(edit(), limits, NOW)
    assert isinstance(again, Edit) if forgiven else again == refusal
    later = NOW + HOUR
    assert isinstance(await store.admit(edit(created_at=later), limits, later), Edit) or forgiven


async def test_who_is_under_no_limit_is_not_charged_and_takes_nobodys_place(store: SqlEditStore) -> None:
    limits = replace(LIMITS, forgiven=0, exempt=frozenset({REQUESTER_ID}))
    for _ in range(30):
        running = edit(stage=Processing(TASK), submits=1)
        assert await store.admit(running, limits, NOW) == running
    assert await wasted(store, running, limits=limits) is None
    assert await store.usage(CHAT_ID, REQUESTER_ID, limits, NOW) == []
    assert [each.used for each in await store.usage(CHAT_ID, 5, limits, NOW)] == [0, 0]


async def test_without_a_window_nothing_is_counted(store: SqlEditStore) -> None:
    assert await wasted(store, await paid(store), limits=Limits(forgiven=0)) is None


async def test_of_many_that_end_at_once_exactly_three_are_forgiven(url: str) -> None:
    async with aclosing(Database.open(url)) as here, aclosing(Database.open(url)) as there:
        stores = [SqlEditStore(here), SqlEditStore(there)]
        running = [await paid(stores[0], chat_id=number) for number in range(10)]
        verdicts = await asyncio.gather(*(wasted(stores[n % 2], each) for n, each in enumerate(running)))
    assert verdicts.count(FORGIVEN) == 3
    assert verdicts.count(CHARGED) == 7
