"""The balance is read and kept, and the owner is warned once before it runs out."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

import pytest

from bot.conversation.outgoing import Destination, Say
from bot.conversation.owners import Owners
from bot.core.errors import ChatGone, Reason, TryLater
from bot.core.money import DAILY_SPENT
from bot.core.stages import Delivered
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from bot.storage.money import SqlMoney
from bot.storage.ownership import Ownership
from bot.storage.waiting import WaitingEdits
from bot.telegram.outbox.outbox import Outbox
from bot.web.metrics import Metrics
from bot.wiring.measures import Bounds, Measures, Warnings
from tests.factories import NO_LIMITS, NOW, RESULT, TASK, edit

OWNER = 7


class Mailbox:
    """An outbox that keeps what is sent, or cannot send."""

    def __init__(self) -> None:
        self.sent: list[Say] = []
        self.is_closed = False

    async def post(self, say: Say) -> int:
        if self.is_closed:
            raise ChatGone
        self.sent.append(say)
        return len(self.sent)


class World:
    """An account whose balance tests change, at a moment that they move."""

    def __init__(self, database: Database, owners: frozenset[int]) -> None:
        self.balance: float | Exception = 1000.0
        self.now, self.asked = NOW, 0
        self.mail, self.metrics = Mailbox(), Metrics(lambda: 0)
        self.money, self.store = SqlMoney(database), SqlEditStore(database)
        outbox = cast("Outbox", self.mail)
        warnings = Warnings(
            self.money, Owners(owners, Ownership(database)), outbox, Bounds(100, 50), self.clock
        )
        waiting = WaitingEdits(database)
        self.measures = Measures(self.metrics, waiting, self.money, self.left, warnings, self.clock)

    def clock(self) -> datetime:
        return self.now

    async def left(self) -> float:
        self.asked += 1
        if isinstance(self.balance, Exception):
            raise self.balance
        return self.balance

    async def reads(self, balance: float | Exception) -> int:
        """How many messages the owner has after this balance was read."""
        self.balance = balance
        self.now += timedelta(minutes=10)
        await self.measures.ask_credits()
        return len(self.mail.sent)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with aclosing(Database.open(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}")) as database:
        await database.migrate()
        yield database


@pytest.fixture
def world(database: Database) -> World:
    return World(database, frozenset({OWNER}))


async def test_a_low_balance_is_told_once_and_again_after_topping_up(world: World) -> None:
    assert [await world.reads(left) for left in (100, 99, 50, 800, 99)] == [0, 1, 1, 1, 2]
    [first, _] = world.mail.sent
    assert first.to == Destination(OWNER)
    assert "99 credits" in first.html


async def test_less_than_a_days_worth_is_low_too(world: World) -> None:
    spent = edit(stage=Delivered(TASK, RESULT, 9, NOW), due_at=None, credits=600.0)
    await world.store.admit(spent, NO_LIMITS, NOW)
    assert await world.reads(601) == 0
    assert await world.reads(599) == 1
    assert "600 credits" in world.mail.sent[0].html


async def test_a_warning_that_did_not_arrive_is_tried_again(world: World) -> None:
    world.mail.is_closed = True
    assert await world.reads(5) == 0
    world.mail.is_closed = False
    assert await world.reads(5) == 1


async def test_without_an_owner_nobody_is_told_until_there_is_one(database: Database) -> None:
    nobody = World(database, frozenset())
    assert await nobody.reads(5) == 0
    somebody = World(database, frozenset({OWNER}))
    assert await somebody.reads(5) == 1


async def test_a_service_that_is_away_changes_nothing(world: World) -> None:
    await world.reads(500)
    await world.reads(TryLater(5))
    report = await world.money.report(world.now)
    assert report.balance is not None
    assert report.balance.credits == 500
    assert b"nanobanana_bot_credits_left 500.0" in world.metrics.text()


async def test_while_edits_wait_for_credit_the_balance_is_asked_for_more_often(world: World) -> None:
    await world.measures.count_waiting()
    assert world.asked == 0
    await world.store.admit(replace(edit(), blocked_by=Reason.OUT_OF_CREDIT), NO_LIMITS, NOW)
    await world.measures.count_waiting()
    assert world.asked == 1


async def test_what_a_day_cost_is_in_the_metrics(world: World) -> None:
    await world.store.admit(edit(operation="nano-banana", credits=4.0), NO_LIMITS, NOW)
    await world.measures.sum_up()
    assert b'nanobanana_bot_credits_spent{operation="nano-banana"} 4.0' in world.metrics.text()


async def test_most_of_a_days_credits_is_told_once_until_the_day_has_passed(world: World) -> None:
    for number, told in ((9, 0), (1, 1), (1, 1)):
        for _ in range(number):
            spent = edit(
                credits=4.0, created_at=world.now, stage=Delivered(TASK, RESULT, 9, NOW), due_at=None
            )
            await world.store.admit(spent, NO_LIMITS, NOW)
        await world.measures.sum_up()
        assert len(world.mail.sent) == told
    assert "40 of the 50 credits" in world.mail.sent[0].html
    world.now += timedelta(days=1, seconds=1)
    await world.measures.sum_up()
    assert await world.money.notice(DAILY_SPENT, world.now)
