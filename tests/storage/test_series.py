"""Several edits of one update: admitted, released, moved and claimed together."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.edits import Edit
from bot.core.limits import Admission, Counts, Limits, Refusal, Rule, Scope
from bot.core.stages import Cancelled, Delivered, EditState, Held, Ready, Received
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from tests.factories import CHAT_ID, NO_LIMITS, NOW, RESULT, STAGES, TASK, edit

HOUR = timedelta(hours=1)
SEVEN = Limits((Rule(Scope.CHAT, 7, HOUR),))


def series(count: int, update_id: int = 42, **changes: object) -> list[Edit]:
    return [
        edit(update_id=update_id, series_number=number, series_count=count, **changes)
        for number in range(1, count + 1)
    ]


async def admit(store: SqlEditStore, edits: list[Edit], limits: Limits = NO_LIMITS) -> Admission:
    first, *others = edits
    return await store.admit(first, limits, NOW, others=others)


async def taken(store: SqlEditStore, minutes_ago: int) -> None:
    at = NOW - timedelta(minutes=minutes_ago)
    done = edit(created_at=at, stage=Delivered(TASK, RESULT, 9, at), due_at=None)
    assert await store.admit(done, NO_LIMITS, NOW) == done


async def test_a_series_is_admitted_whole_and_comes_back_in_order(store: SqlEditStore) -> None:
    edits = series(3)
    await admit(store, [edit(update_id=41)])
    assert await admit(store, edits, SEVEN) == edits[0]
    assert await store.series_of(edits[2]) == edits


async def test_without_a_place_for_each_none_is_admitted(store: SqlEditStore) -> None:
    for minutes in (50, 40, 30, 20, 10):
        await taken(store, minutes)
    refused = await admit(store, series(4), SEVEN)
    assert refused == Refusal(SEVEN.rules[0], NOW + timedelta(minutes=20), left=2)
    assert await store.unfinished() == []


async def test_of_many_series_at_once_as_many_are_admitted_as_have_their_places(url: str) -> None:
    async with aclosing(Database.open(url)) as here, aclosing(Database.open(url)) as there:
        stores = [SqlEditStore(here), SqlEditStore(there)]
        asked = [series(3, update_id=100 + number) for number in range(12)]
        admissions = await asyncio.gather(
            *(admit(stores[number % 2], each, SEVEN) for number, each in enumerate(asked))
        )
        assert sum(isinstance(each, Edit) for each in admissions) == 2
        assert {each.left for each in admissions if isinstance(each, Refusal)} == {1}
        assert len(await stores[0].unfinished()) == 6


async def test_the_same_series_many_times_at_once_is_admitted_once(store: SqlEditStore) -> None:
    await asyncio.gather(*(admit(store, series(3)) for _ in range(8)))
    admitted = await store.unfinished()
    assert sorted(each.request.series_number for each in admitted) == [1, 2, 3]
    assert await store.series_of(admitted[0]) == sorted(admitted, key=lambda e: e.request.series_number)


async def test_a_series_is_held_and_goes_together_when_each_has_its_place(store: SqlEditStore) -> None:
    for minutes in (50, 40, 30, 20, 10):
        await taken(store, minutes)
    held = await admit(store, series(4, stage=Held(NOW)), SEVEN)
    assert isinstance(held, Edit)
    assert held.stage == Held(NOW + timedelta(minutes=20))
    assert [each.stage for each in await store.series_of(held)] == [held.stage] * 4
    early = NOW + timedelta(minutes=19)
    assert await store.release(held, SEVEN, early) == held
    last = (await store.series_of(held))[-1]
    released = await store.release(last, SEVEN, NOW + timedelta(minutes=20))
    assert released is not None
    assert (released.id, released.stage) == (last.id, Received())
    assert [each.state for each in await store.series_of(held)] == ["received"] * 4


async def test_what_was_cancelled_of_a_held_series_stays_so(store: SqlEditStore) -> None:
    for minutes in (50, 40, 30, 20, 10):
        await taken(store, minutes)
    edits = series(3, stage=Held(NOW))
    await admit(store, edits, SEVEN)
    first, second, _ = await store.series_of(edits[0])
    assert await store.move(first, replace(first, stage=Cancelled(NOW))) is not None
    await store.release(second, SEVEN, NOW + timedelta(minutes=10))
    assert [each.state for each in await store.series_of(first)] == ["cancelled", "received", "received"]


async def test_a_held_series_waits_for_what_its_dearest_edit_costs(store: SqlEditStore) -> None:
    daily = Rule(Scope.DEPLOYMENT, 27, timedelta(days=1), Counts.PAID)
    three = Rule(Scope.CHAT, 3, HOUR)
    limits = Limits((three, daily), prices={"small": 8.0, "large": 18.0})  # units of 2 credits: 4 and 9
    await taken(store, 50)
    operations = ["small", "large", "large"]
    edits = [
        replace(each, operation=name)
        for each, name in zip(series(3, stage=Held(NOW)), operations, strict=True)
    ]
    held = await admit(store, edits, limits)
    assert isinstance(held, Edit)
    others = [edit(chat_id=number, requester_id=number, operation="small") for number in (8, 9)]
    for other in others:
        assert await store.admit(other, limits, NOW) == other
    later = NOW + timedelta(minutes=10)
    assert await store.release(held, limits, later) == held
    cancelled = replace(others[0], stage=Cancelled(NOW)), replace(others[1], stage=Cancelled(NOW))
    await store.move_all(list(zip(others, cancelled, strict=True)))
    assert (await store.release(held, limits, later)) != held


async def test_moves_together_leave_out_what_somebody_else_has_moved(store: SqlEditStore) -> None:
    edits = series(3, stage=Ready(TASK, RESULT))
    await admit(store, edits)
    assert await store.move(edits[1], replace(edits[1], stage=STAGES[EditState.FAILED])) is not None
    noted = [replace(each, sends=1) for each in edits]
    assert await store.move_all(list(zip(edits, noted, strict=True))) == [noted[0], None, noted[2]]
    assert [each.sends for each in await store.series_of(edits[0])] == [1, 0, 1]


@pytest.mark.parametrize("number", [1, 2, 3])
async def test_a_photo_of_an_album_belongs_to_its_own_edit(store: SqlEditStore, number: int) -> None:
    """Whatever the card and the request say, which all of them share."""
    edits = [replace(each, request=replace(each.request, request_message_id=60)) for each in series(3)]
    edits = [
        replace(each, request=replace(each.request, photo_message_id=60 + n)) for n, each in enumerate(edits)
    ]
    await admit(store, edits)
    found = await store.by_message(CHAT_ID, 59 + number)
    assert found is not None
    assert found.request.series_number == number
