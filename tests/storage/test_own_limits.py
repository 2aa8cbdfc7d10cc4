"""A chat's or person's own number, which counts in place of the one that all have."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.edits import Edit, Waste
from bot.core.limits import Limits, Refusal, Rule, Scope
from bot.core.stages import Cancelled, EditState, Held, Processing
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from bot.storage.own_limits import SqlOwnLimits
from tests.factories import NOW, TASK, edit

HOUR = timedelta(hours=1)
LIMITS = Limits((Rule(Scope.CHAT, 4, HOUR), Rule(Scope.PERSON, 3, HOUR)), forgiven=0)
GROUP, ADA = -7, 7


@pytest.fixture
def own(database: Database) -> SqlOwnLimits:
    return SqlOwnLimits(database)


async def admitted(store: SqlEditStore, count: int, limits: Limits = LIMITS, **changes: object) -> int:
    """How many of so many requests at once have a place; of several people, if not said otherwise."""
    asked = [
        edit(**{"chat_id": GROUP, "requester_id": 100 + n, "created_at": NOW, **changes})
        for n in range(count)
    ]
    answers = await asyncio.gather(*(store.admit(each, limits, NOW) for each in asked))
    return sum(isinstance(each, Edit) for each in answers)


@pytest.mark.parametrize(("number", "places"), [(None, 4), (2, 2), (6, 6), (0, 9)])
async def test_exactly_so_many_have_a_place_at_once(
    store: SqlEditStore, own: SqlOwnLimits, number: int | None, places: int
) -> None:
    await own.set(GROUP, number)
    assert await admitted(store, 9) == places
    assert await admitted(store, 9, chat_id=GROUP - 1) == 4


@pytest.mark.parametrize("limits", [LIMITS, Limits(forgiven=0)], ids=["with limits", "without"])
async def test_a_persons_number_counts_in_every_chat_and_in_private(
    store: SqlEditStore, own: SqlOwnLimits, limits: Limits
) -> None:
    await own.set(ADA, 6)
    of_ada = {"requester_id": ADA}
    assert await admitted(store, 2, limits, **of_ada, chat_id=-8) == 2
    assert await admitted(store, 9, limits, **of_ada, chat_id=ADA) == 4
    assert await admitted(store, 1, limits, **of_ada, chat_id=-9) == 0


async def test_a_number_that_changes_counts_from_the_next_request_on(
    store: SqlEditStore, own: SqlOwnLimits
) -> None:
    assert await admitted(store, 4) == 4
    await own.set(GROUP, 2)
    [refused] = [await store.admit(edit(chat_id=GROUP, created_at=NOW), LIMITS, NOW)]
    assert refused == Refusal(Rule(Scope.CHAT, 2, HOUR), NOW + HOUR)
    await own.set(GROUP, 5)
    assert await admitted(store, 2) == 1
    await own.set(GROUP, None)
    assert await own.of([GROUP]) == {}
    assert await admitted(store, 1) == 0


async def test_limits_show_it(store: SqlEditStore, own: SqlOwnLimits) -> None:
    await own.set(GROUP, 9)
    rules = {used.rule.scope: used.rule.count for used in await store.usage(GROUP, ADA, LIMITS, NOW)}
    assert rules == {Scope.CHAT: 9, Scope.PERSON: 3}


async def test_a_held_place_is_had_once_the_number_is_raised(store: SqlEditStore, own: SqlOwnLimits) -> None:
    await own.set(GROUP, 1)
    await admitted(store, 1)
    asked = edit(chat_id=GROUP, created_at=NOW, stage=Held(NOW))
    held = await store.admit(asked, LIMITS, NOW)
    assert isinstance(held, Edit)
    assert await store.release(held, LIMITS, NOW) == held
    await own.set(GROUP, 2)
    released = await store.release(held, LIMITS, NOW)
    assert released is not None
    assert released.state is EditState.RECEIVED
    assert await admitted(store, 1) == 0


async def test_what_is_wasted_counts_where_only_the_chat_has_a_limit(
    store: SqlEditStore, own: SqlOwnLimits
) -> None:
    await own.set(GROUP, 1)
    asked = edit(chat_id=GROUP, requester_id=ADA, created_at=NOW)
    await store.admit(asked, Limits(), NOW)
    running = replace(asked, stage=Processing(TASK), submits=1)
    await store.move(asked, running)
    ended = await store.end(running, replace(running, stage=Cancelled(NOW, TASK)), Limits(forgiven=0))
    assert ended is not None
    assert ended.waste is Waste.CHARGED
    assert await admitted(store, 1, Limits()) == 0


async def test_a_group_that_has_a_new_id_keeps_its_number(store: SqlEditStore, own: SqlOwnLimits) -> None:
    await own.set(GROUP, 5)
    await store.follow_chat(GROUP, -1_000_000_000_007)
    assert await own.of([GROUP, -1_000_000_000_007]) == {-1_000_000_000_007: 5}
    await own.set(GROUP, 6)
    await store.follow_chat(GROUP, -1_000_000_000_007)
    assert (await own.of([-1_000_000_000_007])) == {-1_000_000_000_007: 5}
