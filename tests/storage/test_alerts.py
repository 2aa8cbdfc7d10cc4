import asyncio
from contextlib import aclosing
from datetime import timedelta

import pytest

from bot.core.errors import Reason
from bot.storage.alerts import Alerts
from bot.storage.database import Database
from tests.factories import NOW

HOUR = timedelta(hours=1)
ADA, BOB = 7_123_456_789, 7_123_456_790


@pytest.fixture
def alerts(database: Database) -> Alerts:
    return Alerts(database)


async def test_an_admin_is_told_once_an_hour_and_reason(alerts: Alerts) -> None:
    assert await alerts.claim(ADA, Reason.OUT_OF_CREDIT, NOW)
    assert not await alerts.claim(ADA, Reason.OUT_OF_CREDIT, NOW + HOUR - timedelta(microseconds=1))
    assert await alerts.claim(ADA, Reason.ACCESS_DENIED, NOW)
    assert await alerts.claim(BOB, Reason.OUT_OF_CREDIT, NOW)
    assert await alerts.claim(ADA, Reason.OUT_OF_CREDIT, NOW + HOUR)
    assert not await alerts.claim(ADA, Reason.OUT_OF_CREDIT, NOW + HOUR)


async def test_of_many_replicas_in_the_same_trouble_one_tells(url: str) -> None:
    async with aclosing(Database.open(url)) as here, aclosing(Database.open(url)) as there:
        replicas = Alerts(here), Alerts(there)
        claimed = await asyncio.gather(
            *(replicas[n % 2].claim(ADA, Reason.OUT_OF_CREDIT, NOW) for n in range(20))
        )
    assert sum(claimed) == 1


async def test_an_alert_that_was_not_sent_may_be_sent_at_once(alerts: Alerts) -> None:
    assert await alerts.claim(ADA, Reason.OUT_OF_CREDIT, NOW)
    assert await alerts.claim(BOB, Reason.OUT_OF_CREDIT, NOW)
    await alerts.give_back(ADA, Reason.OUT_OF_CREDIT)
    assert await alerts.claim(ADA, Reason.OUT_OF_CREDIT, NOW)
    assert not await alerts.claim(BOB, Reason.OUT_OF_CREDIT, NOW)


async def test_old_alerts_are_forgotten(alerts: Alerts) -> None:
    await alerts.claim(ADA, Reason.OUT_OF_CREDIT, NOW - timedelta(seconds=1))
    await alerts.claim(ADA, Reason.ACCESS_DENIED, NOW)
    assert await alerts.forget_before(NOW) == 1
    assert not await alerts.claim(ADA, Reason.ACCESS_DENIED, NOW)


async def test_an_alert_was_heard_only_once_telegram_has_taken_it(alerts: Alerts) -> None:
    await alerts.claim(ADA, Reason.OUT_OF_CREDIT, NOW)
    assert not await alerts.has_arrived(Reason.OUT_OF_CREDIT)
    await alerts.arrived(ADA, Reason.OUT_OF_CREDIT)
    assert await alerts.has_arrived(Reason.OUT_OF_CREDIT)
    assert not await alerts.has_arrived(Reason.ACCESS_DENIED)
    await alerts.claim(ADA, Reason.OUT_OF_CREDIT, NOW + HOUR)
    assert not await alerts.has_arrived(Reason.OUT_OF_CREDIT)
