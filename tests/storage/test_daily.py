"""What everybody together may spend in 24 hours, counted in the transaction that admits."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.edits import Edit
from bot.core.errors import Reason
from bot.core.limits import Counts, Limits, Refusal, Rule, Scope
from bot.core.stages import Cancelled, Delivered, Failed, Held, Received, Submitting
from bot.storage.edits import SqlEditStore
from tests.factories import NOW, RESULT, TASK, edit

DAY = timedelta(days=1)
RULE = Rule(Scope.DEPLOYMENT, 3, DAY, Counts.PAID)
LIMITS = Limits((RULE,), exempt=frozenset({7}), prices={"nano-banana@1K": 4.0})


async def asked(store: SqlEditStore, number: int, now: datetime = NOW) -> Edit | Refusal:
    """By another person in another chat each time."""
    made = edit(chat_id=number, requester_id=number, created_at=now, due_at=now)
    return await store.admit(made, LIMITS, now)


async def test_all_chats_together_have_so_many_and_so_have_admins(store: SqlEditStore) -> None:
    assert all([isinstance(await asked(store, number), Edit) for number in (7, 8, 9)])
    assert await asked(store, 10) == Refusal(RULE, NOW + DAY)
    assert await asked(store, 7) == Refusal(RULE, NOW + DAY)
    assert isinstance(await asked(store, 10, NOW + DAY), Edit)


async def test_what_was_paid_counts_whatever_became_of_it_and_a_second_try_counts_twice(
    store: SqlEditStore,
) -> None:
    for stage, credits in ((Delivered(TASK, RESULT, 9, NOW), 8.0), (Cancelled(NOW, TASK), 4.0)):  # noqa: A001
        first = await asked(store, 8)
        assert isinstance(first, Edit)
        await store.move(first, replace(first, stage=stage, credits=credits))
    assert isinstance(await asked(store, 9), Refusal)


async def test_what_cost_nothing_gives_its_place_back(store: SqlEditStore) -> None:
    for _ in range(3):
        first = await asked(store, 8)
        assert isinstance(first, Edit)
        await store.move(first, replace(first, stage=Failed(Reason.SERVICE_DOWN, NOW), credits=0.0))
    assert isinstance(await asked(store, 9), Edit)


async def test_an_edit_takes_what_its_own_operation_costs(store: SqlEditStore) -> None:
    prices = {"small": 8.0, "middle": 12.0, "large": 18.0}
    limits = Limits((replace(RULE, count=15),), prices=prices)  # 30 credits, in units of 2

    async def asked_for(operation: str, number: int) -> Edit | Refusal:
        made = edit(chat_id=number, requester_id=number, operation=operation)
        return await store.admit(made, limits, NOW)

    assert limits.unit == 2
    first = await asked_for("large", 8)
    assert isinstance(first, Edit)
    assert isinstance(await asked_for("large", 9), Refusal)
    small = replace(first, operation="small", credits=8.0, stage=Submitting())  # it needed less than was kept
    assert await store.move(first, small)
    assert isinstance(await asked_for("large", 9), Edit)
    assert await asked_for("small", 10) == Refusal(replace(RULE, count=15), NOW + DAY)
    free = await store.usage(10, 10, limits, NOW)
    assert [(used.used, used.left) for used in free] == [(13, 2)]


async def test_a_held_series_waits_for_places_of_its_dearest(store: SqlEditStore) -> None:
    limits = Limits((replace(RULE, count=20),), prices={"small": 8.0, "large": 18.0})  # 40 credits
    before = await store.admit(edit(chat_id=8, requester_id=8, operation="large"), limits, NOW)
    assert isinstance(before, Edit)
    small, large = (
        edit(
            chat_id=9,
            requester_id=9,
            operation=operation,
            update_id=900,
            series_number=number,
            stage=Held(NOW),
        )
        for number, operation in enumerate(("small", "large"), 1)
    )
    held = await store.admit(small, limits, NOW, others=(large,))
    assert isinstance(held, Edit)
    assert isinstance(held.stage, Held)
    assert await store.release(held, limits, NOW + timedelta(hours=1)) == held
    assert isinstance(await store.release(held, limits, NOW + DAY), Edit)
    assert [each.stage for each in await store.series_of(held)] == [Received(), Received()]


async def test_what_never_fits_into_a_day_is_refused_without_a_time(store: SqlEditStore) -> None:
    limits = Limits((replace(RULE, count=5),), prices={"small": 8.0, "large": 18.0})
    made = edit(chat_id=8, requester_id=8, operation="large")
    assert await store.admit(made, limits, NOW) == Refusal(replace(RULE, count=5), None)


async def test_an_operation_that_is_no_longer_offered_is_kept_as_dear_as_any(store: SqlEditStore) -> None:
    limits = Limits((replace(RULE, count=13),), prices={"small": 8.0, "large": 18.0})
    for number, is_admitted in ((8, True), (9, False)):
        made = edit(chat_id=number, requester_id=number, operation="of another model")
        assert isinstance(await store.admit(made, limits, NOW), Edit) is is_admitted


async def test_exactly_so_many_at_the_same_time(store: SqlEditStore) -> None:
    admissions = await asyncio.gather(*(asked(store, number) for number in range(100, 112)))
    assert sum(isinstance(each, Edit) for each in admissions) == 3
