"""Held places: first come, first served, and nobody who comes later takes one."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.core.edits import Edit
from bot.core.errors import Reason
from bot.core.limits import Limits, Refusal, Rule, Scope
from bot.core.stages import Cancelled, Delivered, Held, Received
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from tests.factories import CHAT_ID, NOW, REQUESTER_ID, RESULT, TASK, edit

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TWO = Limits((Rule(Scope.CHAT, 2, HOUR),))
OWN_TWO = Limits((Rule(Scope.PERSON, 2, HOUR),))


async def delivered(store: SqlEditStore, minutes_ago: int, **changes: object) -> Edit:
    at = NOW - minutes_ago * MINUTE
    done = edit(created_at=at, stage=Delivered(TASK, RESULT, 9, at), due_at=None, **changes)
    assert await store.admit(done, Limits(), NOW) == done
    return done


async def hold(store: SqlEditStore, seconds: int = 0, limits: Limits = TWO, **changes: object) -> Edit:
    now = NOW + timedelta(seconds=seconds)
    held = await store.admit(edit(stage=Held(now), created_at=now, **changes), limits, now)
    assert isinstance(held, Edit)
    return held


async def release(store: SqlEditStore, held: Edit, at: datetime, limits: Limits = TWO) -> Edit:
    released = await store.release(held, limits, at)
    assert released is not None
    return released


async def test_a_request_is_held_until_its_place_and_comes_back_as_it_was(store: SqlEditStore) -> None:
    for minutes in (40, 10):
        await delivered(store, minutes)
    held = await hold(store)
    assert held.stage == Held(NOW + 20 * MINUTE)
    assert await store.get(held.id) == held
    early = NOW + 20 * MINUTE - timedelta(microseconds=1)
    assert await release(store, held, early) == held
    at = NOW + 20 * MINUTE
    released = await release(store, held, at)
    assert released == replace(held, stage=Received(), created_at=at, due_at=at)
    assert await store.get(held.id) == released


async def test_with_a_place_now_a_request_is_not_held(store: SqlEditStore) -> None:
    assert (await hold(store)).stage == Received()


async def test_each_is_promised_the_place_after_the_one_before(store: SqlEditStore) -> None:
    for minutes in (40, 10):
        await delivered(store, minutes)
    held = [await hold(store, n, requester_id=n) for n in (1, 2, 3)]
    at = [each.stage.place_at - NOW for each in held if isinstance(each.stage, Held)]
    assert at == [20 * MINUTE, 50 * MINUTE, 80 * MINUTE]


async def test_who_comes_later_does_not_take_a_place_that_is_held(store: SqlEditStore) -> None:
    old = await delivered(store, 40)
    await delivered(store, 10)
    first, second = await hold(store, 1), await hold(store, 2)
    at = NOW + 20 * MINUTE  # one place is free
    retry_at = at + HOUR
    assert await store.admit(edit(requester_id=5, created_at=at), TWO, at) == Refusal(TWO.rules[0], retry_at)
    assert await release(store, second, at) == second
    assert (await release(store, first, at)).stage == Received()
    assert await store.get(old.id) == old


async def test_a_place_that_is_given_back_goes_to_who_waits(store: SqlEditStore) -> None:
    await delivered(store, 10)
    running = edit()
    await store.admit(running, TWO, NOW)
    held = await hold(store, 1)
    assert await release(store, held, NOW) == held
    await store.end(running, replace(running, stage=Cancelled(NOW)), TWO)
    assert isinstance(await store.admit(edit(created_at=NOW), TWO, NOW), Refusal)
    assert (await release(store, held, NOW + MINUTE)).created_at == NOW + MINUTE


async def test_a_hold_that_was_cancelled_holds_nothing(store: SqlEditStore) -> None:
    await delivered(store, 10)
    await delivered(store, 10)
    held = await hold(store)
    await store.end(held, replace(held, stage=Cancelled(NOW)), TWO)
    at = NOW + 50 * MINUTE
    assert await store.release(held, TWO, at) is None
    assert isinstance(await store.admit(edit(created_at=at), TWO, at), Edit)


async def test_a_person_holds_at_most_three_in_all_chats_together(store: SqlEditStore) -> None:
    for minutes in (40, 10):
        await delivered(store, minutes)
    for number in range(3):
        await hold(store, number, OWN_TWO, chat_id=number)
    refused = await store.admit(edit(stage=Held(NOW), chat_id=9), OWN_TWO, NOW)
    assert isinstance(refused, Refusal)
    assert refused.reason is Reason.TOO_MANY_HELD
    assert {each.chat_id for each in await store.held_of(REQUESTER_ID)} == {0, 1, 2}
    assert await store.held_of(5) == []


async def test_a_hold_counts_for_its_person_in_every_chat_and_for_its_chat_with_every_person(
    store: SqlEditStore,
) -> None:
    limits = Limits((*TWO.rules, *OWN_TWO.rules))
    for minutes in (40, 10):
        await delivered(store, minutes, chat_id=77)
    await hold(store, 0, limits)
    held = [
        [used.held for used in await store.usage(chat, person, limits, NOW)]
        for chat, person in ((CHAT_ID, REQUESTER_ID), (CHAT_ID, 5), (8, REQUESTER_ID), (8, 5))
    ]
    assert held == [[1, 1], [1, 0], [0, 1], [0, 0]]


@pytest.mark.parametrize("held", [0, 2, 5])
async def test_exactly_as_many_of_many_at_once_are_admitted_with_holds_among_them(
    url: str, held: int
) -> None:
    """Also when two processes admit, as replicas on PostgreSQL do."""
    limits = Limits((Rule(Scope.CHAT, 4, HOUR),))
    async with aclosing(Database.open(url)) as here, aclosing(Database.open(url)) as there:
        stores = [SqlEditStore(here), SqlEditStore(there)]
        for _ in range(4):
            await delivered(stores[0], 60)
            await delivered(stores[0], 30)
        holds = [await hold(stores[0], n - 9, limits, requester_id=n) for n in range(held)]
        assert all(isinstance(each.stage, Held) for each in holds)
        at = NOW + 30 * MINUTE  # all places come free at once
        results = await asyncio.gather(
            *(stores[n % 2].admit(edit(requester_id=100 + n, created_at=at), limits, at) for n in range(9)),
            *(stores[n % 2].release(each, limits, at) for n, each in enumerate(holds)),
        )
        for each in holds:  # those who were looked at before the ones before them
            results.append(await stores[0].release(each, limits, at))
        admitted = {each.id for each in results if isinstance(each, Edit) and each.stage == Received()}
    assert len(admitted) == 4
    assert admitted >= {each.id for each in holds[:4]}
