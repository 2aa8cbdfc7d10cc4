import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.edits import ADMITTED, Edit
from bot.core.errors import Reason
from bot.core.limits import Counts, Limits, Refusal, Rule, Scope, Usage
from bot.core.stages import Cancelled, EditState
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from tests.factories import CHAT_ID, NO_LIMITS, NOW, REQUESTER_ID, STAGES, edit

HOUR = timedelta(hours=1)


def an_hour(count: int) -> Rule:
    return Rule(Scope.CHAT, count, HOUR)


def unfinished(count: int) -> Rule:
    return Rule(Scope.CHAT, count, counts=Counts.UNFINISHED)


IN_OR_AFTER = sorted(set(EditState) - {EditState.HELD})
"""The states of edits that have their place, or had it."""


def limited(*rules: Rule) -> Limits:
    return Limits(rules)


THREE = limited(an_hour(3), unfinished(100))


def admitted(admissions: list[Edit | Refusal]) -> list[Edit]:
    return [admission for admission in admissions if isinstance(admission, Edit)]


async def admit(store: SqlEditStore, *edits: Edit, limits: Limits = NO_LIMITS) -> None:
    for one in edits:
        assert await store.admit(one, limits, NOW) == one


async def test_an_admitted_edit_is_returned_as_it_was_given(store: SqlEditStore) -> None:
    one = edit()
    assert await store.admit(one, THREE, NOW) is one
    assert await store.get(one.id) == one


@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (limited(an_hour(7), unfinished(100)), Reason.LIMIT_REACHED),
        (limited(an_hour(100), unfinished(7)), Reason.TOO_MANY_ACTIVE),
    ],
    ids=["in an hour", "unfinished"],
)
async def test_exactly_as_many_of_fifty_at_once_are_admitted_as_there_are_places(
    url: str, limits: Limits, reason: Reason
) -> None:
    """Also when two processes admit, as replicas on PostgreSQL do."""
    async with aclosing(Database.open(url)) as here, aclosing(Database.open(url)) as there:
        stores = [SqlEditStore(here), SqlEditStore(there)]
        admissions = await asyncio.gather(
            *(stores[number % 2].admit(edit(), limits, NOW) for number in range(50))
        )
        refusals = [admission for admission in admissions if isinstance(admission, Refusal)]
        assert {refusal.reason for refusal in refusals} == {reason}
        assert len(admitted(admissions)) == 7
        assert {one.id for one in await stores[0].unfinished()} == {one.id for one in admitted(admissions)}


async def test_chats_do_not_take_each_others_places(store: SqlEditStore) -> None:
    limits = limited(an_hour(3), unfinished(3))
    await admit(store, *(edit(chat_id=1) for _ in range(3)), limits=limits)
    await admit(store, *(edit(chat_id=2) for _ in range(3)), limits=limits)


async def test_a_refused_request_leaves_no_trace_and_says_when_to_come_back(store: SqlEditStore) -> None:
    oldest = edit(created_at=NOW - timedelta(minutes=50))
    await admit(store, edit(), edit(), oldest, limits=THREE)
    for _ in range(5):
        refused = edit()
        retry_at = NOW + timedelta(minutes=10)
        assert await store.admit(refused, THREE, NOW) == Refusal(an_hour(3), retry_at)
        assert await store.get(refused.id) is None
    assert await store.usage(CHAT_ID, REQUESTER_ID, THREE, NOW) == [
        Usage(an_hour(3), 3, frees_at=retry_at, next_at=retry_at),
        Usage(unfinished(100), 3),
    ]


@pytest.mark.parametrize("state", IN_OR_AFTER)
async def test_only_failed_and_cancelled_edits_give_their_place_back(
    store: SqlEditStore, state: EditState
) -> None:
    await admit(store, edit(stage=STAGES[state]), limits=THREE)
    gives_back = state in {EditState.FAILED, EditState.CANCELLED}
    in_the_hour, _ = await store.usage(CHAT_ID, REQUESTER_ID, THREE, NOW)
    assert in_the_hour.used == (0 if gives_back else 1)
    await admit(store, edit(), edit(), limits=THREE)
    last = await store.admit(edit(), THREE, NOW)
    assert isinstance(last, Edit) is gives_back


@pytest.mark.parametrize("state", IN_OR_AFTER)
async def test_what_was_told_not_to_count_does_not_count_when_its_picture_comes_late(
    store: SqlEditStore, state: EditState
) -> None:
    await admit(store, edit(stage=STAGES[state], is_late=True), limits=THREE)
    in_the_hour, _ = await store.usage(CHAT_ID, REQUESTER_ID, THREE, NOW)
    assert in_the_hour.used == 0


@pytest.mark.parametrize("state", IN_OR_AFTER)
async def test_every_unfinished_edit_is_active_however_old_it_is(
    store: SqlEditStore, state: EditState
) -> None:
    old = edit(stage=STAGES[state], created_at=NOW - 5 * HOUR)
    await admit(store, old)
    second = await store.admit(edit(), limited(unfinished(1)), NOW)
    assert second == Refusal(unfinished(1)) if state in ADMITTED else isinstance(second, Edit)


async def test_a_place_is_free_the_moment_an_edit_is_as_old_as_the_window(store: SqlEditStore) -> None:
    oldest = NOW - HOUR + timedelta(microseconds=1)
    await admit(store, edit(created_at=oldest), edit(), edit())
    assert await store.admit(edit(), THREE, NOW) == Refusal(an_hour(3), oldest + HOUR)
    assert isinstance(await store.admit(edit(), THREE, oldest + HOUR), Edit)


async def test_no_hour_anywhere_holds_more_than_the_limit(store: SqlEditStore) -> None:
    """A window that slides: the end of one hour and the start of the next do not add up."""
    moments = [NOW + timedelta(minutes=7 * step) for step in range(40)]
    admissions = [await store.admit(edit(created_at=at, due_at=None), THREE, at) for at in moments]
    taken = [one.created_at for one in admitted(admissions)]
    assert len(taken) > 10
    assert all(sum(at - HOUR < other <= at for other in taken) <= 3 for at in moments)


async def test_every_rule_holds_whichever_is_full_first(store: SqlEditStore) -> None:
    day = Rule(Scope.CHAT, 4, timedelta(days=1))
    limits = limited(an_hour(3), day, unfinished(2))
    old = [edit(created_at=NOW - 5 * HOUR, stage=STAGES[EditState.DELIVERED]) for _ in range(2)]
    await admit(store, *old, edit(), limits=limits)
    assert [used.left for used in await store.usage(CHAT_ID, REQUESTER_ID, limits, NOW)] == [2, 1, 1]
    await admit(store, edit(), limits=limits)
    assert await store.admit(edit(), limits, NOW) == Refusal(day, NOW + 19 * HOUR)


async def test_without_a_rule_everything_is_admitted(store: SqlEditStore) -> None:
    await admit(store, *(edit() for _ in range(5)), limits=NO_LIMITS)
    assert await store.usage(CHAT_ID, REQUESTER_ID, NO_LIMITS, NOW) == []


async def test_the_same_update_is_admitted_once_and_counted_once(store: SqlEditStore) -> None:
    first, again = edit(update_id=4242), edit(update_id=4242)
    one = limited(an_hour(1), unfinished(1))
    assert await store.admit(first, one, NOW) == first
    assert await store.admit(again, one, NOW) == first
    assert await store.get(again.id) is None


async def test_the_same_update_comes_back_as_the_edit_it_has_become(store: SqlEditStore) -> None:
    first = edit(update_id=4242)
    await admit(store, first)
    ended = await store.move(first, replace(first, stage=Cancelled(NOW)))
    assert ended is not None
    assert await store.admit(edit(update_id=4242), NO_LIMITS, NOW) == await store.get(first.id)


@pytest.mark.parametrize("chat_ids", [(CHAT_ID,), (CHAT_ID, 55)], ids=["one chat", "a chat that moved"])
async def test_the_same_update_many_times_at_once_makes_one_edit(
    store: SqlEditStore, chat_ids: tuple[int, ...]
) -> None:
    twins = [edit(update_id=4242, chat_id=chat_ids[n % len(chat_ids)]) for n in range(20)]
    admissions = await asyncio.gather(*(store.admit(twin, NO_LIMITS, NOW) for twin in twins))
    [only] = await store.unfinished()
    assert list(admissions) == [only] * 20


async def test_of_many_taps_of_one_button_at_once_one_makes_an_edit(store: SqlEditStore) -> None:
    taps = [edit(update_id=5000 + number) for number in range(20)]
    admissions = await asyncio.gather(*(store.admit(tap, NO_LIMITS, NOW, once=True) for tap in taps))
    [only] = await store.unfinished()
    assert list(admissions) == [only] * 20


async def test_what_is_not_under_way_as_the_same_is_admitted_beside_it(store: SqlEditStore) -> None:
    first = edit(update_id=5000)
    await admit(store, first)
    others = [
        edit(update_id=5001, words="other words"),
        edit(update_id=5002, requester_id=REQUESTER_ID + 1),
        edit(update_id=5003, chat_id=CHAT_ID + 1),
    ]
    for other in others:
        assert await store.admit(other, NO_LIMITS, NOW, once=True) == other
    assert await store.move(first, replace(first, stage=Cancelled(NOW))) is not None
    again = edit(update_id=5004)
    assert await store.admit(again, NO_LIMITS, NOW, once=True) == again
