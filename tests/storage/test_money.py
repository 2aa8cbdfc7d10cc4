"""What the owner is told of the money, from rows of edits and balances."""

from datetime import timedelta

import pytest

from bot.core.errors import Reason
from bot.core.guests import Guest
from bot.core.money import Balance, Day, Drift, Span, Spender, is_low
from bot.core.stages import Cancelled, Delivered, EditState, Failed
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from bot.storage.guests import SqlGuests
from bot.storage.money import SqlMoney
from tests.factories import NO_LIMITS, NOW, RESULT, STAGES, TASK, edit

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
DONE = Delivered(TASK, RESULT, 9, NOW)


@pytest.fixture
def money(database: Database) -> SqlMoney:
    return SqlMoney(database)


async def spent(store: SqlEditStore, ago: timedelta, credits: float = 4, **changes: object) -> None:  # noqa: A002
    made = edit(**{"stage": DONE, "due_at": None, "created_at": NOW - ago, "credits": credits, **changes})
    await store.admit(made, NO_LIMITS, NOW)


async def test_nothing_is_nothing(money: SqlMoney) -> None:
    report = await money.report(NOW)
    nothing = Span()
    assert report.spans == {1: nothing, 7: nothing, 30: nothing}
    assert (report.balance, report.pace, report.days_left) == (None, 0.0, None)
    assert (report.chats, report.people, report.waiting) == ((), (), {})
    assert not report.drift.is_lasting


async def test_each_span_has_what_it_is_made_of(money: SqlMoney, store: SqlEditStore) -> None:
    await spent(store, HOUR)
    await spent(store, HOUR, stage=Failed(Reason.POLICY, NOW, TASK))
    await spent(store, 2 * DAY, 8, stage=Cancelled(NOW, TASK))
    await spent(store, 8 * DAY, stage=Failed(Reason.POLICY, NOW, TASK))
    await spent(store, 31 * DAY)
    spans = (await money.report(NOW)).spans
    assert spans == {
        1: Span(2, 1, 0, {Reason.POLICY: 1}, 8),
        7: Span(3, 1, 1, {Reason.POLICY: 1}, 16),
        30: Span(4, 1, 1, {Reason.POLICY: 2}, 20),
    }


async def test_the_dearest_are_named_where_they_are_known(
    money: SqlMoney, store: SqlEditStore, database: Database
) -> None:
    await SqlGuests(database).ask(Guest(-7, "Cats", 1, NOW))
    for number in range(3):
        await spent(store, HOUR, chat_id=-7, requester_id=number)
    await spent(store, HOUR, 20, chat_id=5, requester_id=5)
    await spent(store, 8 * DAY, 400, chat_id=6, requester_id=6)
    report = await money.report(NOW)
    assert report.chats == (Spender(5, "", 1, 20), Spender(-7, "Cats", 3, 12))
    assert report.people[:2] == (Spender(5, "", 1, 20), Spender(0, "", 1, 4))


async def test_the_pace_is_that_of_the_days_there_were(money: SqlMoney, store: SqlEditStore) -> None:
    await spent(store, 2 * DAY, 40)
    await money.note_balance(Balance(NOW, 100))
    report = await money.report(NOW)
    assert (report.pace, report.days_left) == (20, 5)
    assert await money.pace(NOW + 3 * DAY) == 8
    assert is_low(19, 20, 0)
    assert is_low(49, 0, 50)
    assert not is_low(50, 20, 50)


async def test_what_the_balance_fell_by_is_compared_but_for_times_of_topping_up(
    money: SqlMoney, store: SqlEditStore
) -> None:
    for ago, balance in ((30, 200.0), (20, 140.0), (10, 500.0), (0, 420.0)):
        await money.note_balance(Balance(NOW - ago * HOUR, balance))
    await spent(store, 25 * HOUR, 50)
    await spent(store, 15 * HOUR, 999)
    await spent(store, 5 * HOUR, 60)
    drift = (await money.report(NOW)).drift
    assert drift == Drift(140, 110, 30 * HOUR)
    assert drift.is_lasting


@pytest.mark.parametrize(
    ("drift", "is_lasting"),
    [
        (Drift(110, 100, DAY), False),
        (Drift(111, 100, DAY), True),
        (Drift(89, 100, DAY), True),
        (Drift(200, 100, DAY - HOUR), False),
        (Drift(49, 4, DAY), False),
        (Drift(60, 0, DAY), True),
    ],
)
def test_a_difference_counts_once_it_is_large_and_lasts(drift: Drift, is_lasting: bool) -> None:
    assert drift.is_lasting is is_lasting


async def test_spending_is_told_by_operation(money: SqlMoney, store: SqlEditStore) -> None:
    await spent(store, HOUR, operation="nano-banana")
    await spent(store, HOUR, operation="nano-banana")
    await spent(store, HOUR, 24, operation="nano-banana-pro 4K")
    await spent(store, 2 * DAY, operation="nano-banana")
    assert await money.spent_by_operation(NOW - DAY) == {"nano-banana": 8, "nano-banana-pro 4K": 24}


async def test_a_notice_is_given_once_until_it_is_over(money: SqlMoney) -> None:
    assert [await money.notice("low", NOW) for _ in range(2)] == [True, False]
    await money.notice_over("low")
    assert await money.notice("low", NOW)


async def test_old_balances_are_forgotten(money: SqlMoney) -> None:
    await money.note_balance(Balance(NOW, 5))
    assert await money.forget_before(NOW) == 0
    assert await money.forget_before(NOW + HOUR) == 1


async def test_what_waits_is_told_by_its_reason(money: SqlMoney, store: SqlEditStore) -> None:
    await store.admit(edit(stage=STAGES[EditState.RECEIVED], blocked_by=Reason.OUT_OF_CREDIT), NO_LIMITS, NOW)
    assert (await money.report(NOW)).waiting == {"out_of_credit": 1}


async def test_each_day_has_its_edits_by_how_they_ended_and_what_they_cost(
    money: SqlMoney, store: SqlEditStore
) -> None:
    midnight = NOW.replace(hour=0, minute=0, second=0, microsecond=0)
    await spent(store, NOW - midnight)
    await spent(store, NOW - midnight, stage=Failed(Reason.POLICY, NOW, TASK))
    await spent(store, NOW - midnight + timedelta(seconds=1), 8, stage=Cancelled(NOW, TASK))
    await spent(store, NOW - midnight + DAY + timedelta(seconds=1), 100)
    assert await money.days(NOW, 2) == [
        Day(midnight.date() - DAY, cancelled=1, credits=8),
        Day(midnight.date(), delivered=1, failed=1, credits=8),
    ]
    assert len(await money.days(NOW, 30)) == 30
