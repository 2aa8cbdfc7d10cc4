import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.edits import ACTIVE, Edit, EditState
from bot.core.errors import Reason
from bot.core.limits import Limits, Refusal
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from tests.factories import CHAT_ID, NO_LIMITS, NOW, edit

HOUR = timedelta(hours=1)
THREE = Limits(edits=3, window=HOUR, max_active=100)


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
        (Limits(edits=7, window=HOUR, max_active=100), Reason.LIMIT_REACHED),
        (Limits(edits=100, window=HOUR, max_active=7), Reason.TOO_MANY_ACTIVE),
    ],
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
    limits = replace(THREE, max_active=3)
    await admit(store, *(edit(chat_id=1) for _ in range(3)), limits=limits)
    await admit(store, *(edit(chat_id=2) for _ in range(3)), limits=limits)


async def test_a_refused_request_leaves_no_trace_and_says_when_to_come_back(store: SqlEditStore) -> None:
    oldest = edit(created_at=NOW - timedelta(minutes=50))
    await admit(store, edit(), edit(), oldest, limits=THREE)
    for _ in range(5):
        refused = edit()
        retry_at = NOW + timedelta(minutes=10)
        assert await store.admit(refused, THREE, NOW) == Refusal(Reason.LIMIT_REACHED, retry_at)
        assert await store.get(refused.id) is None
    usage = await store.usage(CHAT_ID, THREE, NOW)
    assert (usage.used, usage.left, usage.frees_at) == (3, 0, retry_at)


@pytest.mark.parametrize("state", sorted(EditState))
async def test_only_failed_and_cancelled_edits_give_their_place_back(
    store: SqlEditStore, state: EditState
) -> None:
    await admit(store, edit(state=state), limits=THREE)
    gives_back = state in {EditState.FAILED, EditState.CANCELLED}
    assert (await store.usage(CHAT_ID, THREE, NOW)).used == (0 if gives_back else 1)
    await admit(store, edit(), edit(), limits=THREE)
    last = await store.admit(edit(), THREE, NOW)
    assert isinstance(last, Edit) is gives_back


@pytest.mark.parametrize("state", sorted(EditState))
async def test_every_unfinished_edit_is_active_however_old_it_is(
    store: SqlEditStore, state: EditState
) -> None:
    old = edit(state=state, created_at=NOW - 5 * HOUR)
    await admit(store, old)
    one = Limits(edits=0, window=HOUR, max_active=1)
    second = await store.admit(edit(), one, NOW)
    assert second == Refusal(Reason.TOO_MANY_ACTIVE) if state in ACTIVE else isinstance(second, Edit)


async def test_a_place_is_free_the_moment_an_edit_is_as_old_as_the_window(store: SqlEditStore) -> None:
    oldest = NOW - HOUR + timedelta(microseconds=1)
    await admit(store, edit(created_at=oldest), edit(), edit())
    assert await store.admit(edit(), THREE, NOW) == Refusal(Reason.LIMIT_REACHED, oldest + HOUR)
    assert isinstance(await store.admit(edit(), THREE, oldest + HOUR), Edit)


async def test_no_hour_anywhere_holds_more_than_the_limit(store: SqlEditStore) -> None:
    """A window that slides: the end of one hour and the start of the next do not add up."""
    moments = [NOW + timedelta(minutes=7 * step) for step in range(40)]
    admissions = [await store.admit(edit(created_at=at, due_at=None), THREE, at) for at in moments]
    taken = [one.created_at for one in admitted(admissions)]
    assert len(taken) > 10
    assert all(sum(at - HOUR < other <= at for other in taken) <= 3 for at in moments)


async def test_no_limit_still_counts(store: SqlEditStore) -> None:
    await admit(store, *(edit() for _ in range(5)))
    usage = await store.usage(CHAT_ID, NO_LIMITS, NOW)
    assert (usage.used, usage.left) == (5, None)


async def test_the_same_update_is_admitted_once_and_counted_once(store: SqlEditStore) -> None:
    first, again = edit(update_id=4242), edit(update_id=4242)
    one = Limits(edits=1, window=HOUR, max_active=1)
    assert await store.admit(first, one, NOW) == first
    assert await store.admit(again, one, NOW) == first
    assert await store.get(again.id) is None


async def test_the_same_update_comes_back_as_the_edit_it_has_become(store: SqlEditStore) -> None:
    first = edit(update_id=4242)
    await admit(store, first)
    ended = await store.move(first, edit(id=first.id, update_id=4242, state=EditState.CANCELLED))
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
