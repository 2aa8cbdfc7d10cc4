from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.storage.database import Database
from bot.web.health import INTAKE_SILENT_SECONDS, Health
from tests.harness.clock import ManualClock

AWAY = "postgresql+asyncpg://nobody@/none?host=/nowhere"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with aclosing(Database.open(f"sqlite+aiosqlite:///{tmp_path / 'bot.db'}")) as database:
        yield database


async def test_a_bot_that_has_just_started_is_ready(database: Database, clock: ManualClock) -> None:
    health = Health(database, SimpleNamespace(is_trusted=True), clock)
    assert await health.readiness() == {
        "ready": True,
        "database": True,
        "trusted": True,
        "intake": "standing by or webhook",
        "telegram_untold": [],
        "seconds_since_answer": {"updates": None, "telegram": None, "nanobanana": None},
    }


async def test_a_replica_that_may_not_act_is_not_ready(database: Database, clock: ManualClock) -> None:
    said = await Health(database, SimpleNamespace(is_trusted=False), clock).readiness()
    assert (said["ready"], said["trusted"]) == (False, False)


async def test_without_its_database_the_bot_is_not_ready(clock: ManualClock) -> None:
    async with aclosing(Database.open(AWAY)) as away:
        said = await Health(away, SimpleNamespace(is_trusted=True), clock).readiness()
    assert (said["ready"], said["database"]) == (False, False)


async def test_who_asks_for_updates_and_hears_nothing_for_long_is_not_ready(
    database: Database, clock: ManualClock
) -> None:
    health = Health(database, SimpleNamespace(is_trusted=True), clock)
    clock.now += INTAKE_SILENT_SECONDS + 1
    assert (await health.readiness())["ready"]  # another replica asks for updates
    health.polls = True
    assert not (await health.readiness())["ready"]
    health.answered("updates")
    said = await health.readiness()
    assert (said["ready"], said["intake"]) == (True, "polling")
    clock.now += INTAKE_SILENT_SECONDS + 1
    assert not (await health.readiness())["ready"]


async def test_how_long_ago_each_service_answered_is_told(database: Database, clock: ManualClock) -> None:
    health = Health(database, SimpleNamespace(is_trusted=True), clock)
    health.answered("telegram")
    clock.now += 2.04
    health.answered("nanobanana")
    said = await health.readiness()
    assert said["seconds_since_answer"] == {"updates": None, "telegram": 2.0, "nanobanana": 0.0}


async def test_a_bot_that_no_update_reaches_is_not_ready(database: Database, clock: ManualClock) -> None:
    health = Health(database, SimpleNamespace(is_trusted=True), clock)
    introduction = SimpleNamespace(untold=["commands", "webhook"])
    health.introduced_by(introduction)
    said = await health.readiness()
    assert (said["ready"], said["telegram_untold"]) == (False, ["commands", "webhook"])
    introduction.untold = ["commands"]
    said = await health.readiness()
    assert (said["ready"], said["telegram_untold"]) == (True, ["commands"])
