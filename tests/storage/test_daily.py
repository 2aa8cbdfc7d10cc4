"""What everybody together may spend in 24 hours, counted in the transaction that admits."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from bot.core.edits import Cancelled, Delivered, Edit, Failed
from bot.core.errors import Reason
from bot.core.limits import Counts, Limits, Refusal, Rule, Scope
from bot.storage.edits import SqlEditStore
from tests.factories import NOW, RESULT, TASK, edit

DAY = timedelta(days=1)
RULE = Rule(Scope.DEPLOYMENT, 3, DAY, Counts.PAID)
LIMITS = Limits((RULE,), exempt=frozenset({7}), price=4.0)


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


async def test_exactly_so_many_at_the_same_time(store: SqlEditStore) -> None:
    admissions = await asyncio.gather(*(asked(store, number) for number in range(100, 112)))
    assert sum(isinstance(each, Edit) for each in admissions) == 3
