"""The heartbeat, on a real PostgreSQL; its members are fakes that note what they are told."""

import asyncio
import itertools
from contextlib import aclosing
from datetime import timedelta

import pytest
from sqlalchemy import func, update

from bot.cluster.heartbeat import Heartbeat
from bot.cluster.held import HeldEdits
from bot.cluster.lease import Replica
from bot.core.look_budget import LookBudget
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from bot.storage.inbox import Inbox
from bot.storage.replicas import LEASE, Replicas
from bot.storage.tables import REPLICAS
from tests.factories import NO_LIMITS, NOW, edit

_numbers = itertools.count(1)


class Told:
    """The rest of a replica."""

    def __init__(self) -> None:
        self.updates = self.lost = 0
        self.intake: list[bool] = []
        self.alive: list[int] = []

    def updates_came(self) -> None:
        self.updates += 1

    def intake_assigned(self, here: bool) -> None:
        self.intake.append(here)

    def edits_lost(self) -> None:
        self.lost += 1

    def replicas_counted(self, alive: int) -> None:
        self.alive.append(alive)


class Member:
    """A replica with a heart."""

    def __init__(self, database: Database) -> None:
        self.database, self.told = database, Told()
        self.replica = Replica(lambda: f"replica-{next(_numbers)}", alone=False)
        self.rows = Replicas(database, "one folder")
        self.heartbeat = Heartbeat(self.replica, self.rows, self.told)
        self.looks = LookBudget(10)
        self.edits = HeldEdits(self.replica, self.rows, SqlEditStore(database), self.looks)

    async def falls_silent(self) -> None:
        """As if it had last been heard of a little longer ago than a lease lasts."""
        silent = update(REPLICAS).where(REPLICAS.c.name == self.replica.name)
        long_ago = func.clock_timestamp() - LEASE - timedelta(seconds=1)
        async with self.database.writing() as connection:
            await connection.execute(silent.values(beat_at=long_ago))


async def joined(database: Database) -> Member:
    member = Member(database)
    await member.rows.register(member.replica.name)
    await member.heartbeat.beat()
    return member


async def test_one_replica_has_the_intake_and_all_know_how_many_they_are(database: Database) -> None:
    ada, bob = await joined(database), await joined(database)
    await ada.heartbeat.beat()
    assert (ada.told.intake, ada.told.alive) == ([True, True], [1, 2])
    assert (bob.told.intake, bob.told.alive) == ([False], [2])
    assert ada.told.lost == bob.told.lost == 0


async def test_what_a_dead_replica_left_is_taken_over(database: Database) -> None:
    ada, bob = await joined(database), await joined(database)
    await Inbox(database).keep([(1, 5, "{}")], NOW, ada.replica.name)
    await SqlEditStore(database).admit(edit(owner=ada.replica.name), NO_LIMITS, NOW)
    await bob.heartbeat.beat()
    assert (bob.told.updates, bob.told.intake[-1], await bob.edits.claim(10)) == (0, False, [])
    await ada.falls_silent()
    await bob.heartbeat.beat()
    assert (bob.told.updates, bob.told.intake[-1], bob.told.alive[-1]) == (1, True, 1)
    assert [each.owner for each in await bob.edits.claim(10)] == [bob.replica.name]
    assert [each.owner for each in await bob.edits.held()] == [bob.replica.name]
    assert await ada.edits.held() == []


async def test_what_a_dead_replica_left_gets_its_looks_by_the_part_of_the_budget_that_is_free_now(
    database: Database,
) -> None:
    ada, bob = await joined(database), await joined(database)
    await SqlEditStore(database).admit(edit(owner=ada.replica.name), NO_LIMITS, NOW)
    bob.looks.share(2)
    half = bob.looks.of_a_task
    await bob.edits.claim(10)
    assert bob.looks.of_a_task == half
    await ada.falls_silent()
    await bob.edits.claim(10)
    assert bob.looks.of_a_task == 2 * half


async def test_a_large_backlog_of_a_dead_replica_is_taken_over_without_a_pause(database: Database) -> None:
    bob, inbox = await joined(database), Inbox(database)
    await inbox.keep([(number, 5, "{}") for number in range(1200)], NOW, "a dead replica")
    await inbox.keep([(9000, 6, "{}")], NOW, "a dead replica")
    heart = asyncio.create_task(bob.heartbeat.run())
    bob.heartbeat.hurry()
    try:
        async with asyncio.timeout(2):  # each beat of its own would take three seconds
            while len(await inbox.waiting(10, bob.replica.name, per_chat=1)) < 2:
                await asyncio.sleep(0.02)
    finally:
        heart.cancel()


async def test_a_replica_that_was_given_up_starts_anew_and_holds_nothing(database: Database) -> None:
    ada = await joined(database)
    await SqlEditStore(database).admit(edit(owner=ada.replica.name), NO_LIMITS, NOW)
    before = ada.replica.name
    await ada.falls_silent()
    await ada.heartbeat.beat()
    assert ada.told.lost == 1
    assert ada.replica.name != before
    assert ada.replica.is_trusted
    assert await ada.edits.held() == []
    await ada.heartbeat.beat()
    assert ada.told.lost == 1


async def test_while_the_database_is_away_nothing_is_renewed_and_the_heart_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now = [100.0]
    replica = Replica(lambda: "ada", alone=False, monotonic=lambda: now[0])
    async with aclosing(Database.open("postgresql+asyncpg://nobody@/none?host=/nowhere")) as away:
        heartbeat = Heartbeat(replica, Replicas(away, "one folder"), Told(), lambda: now[0])
        heart = asyncio.create_task(heartbeat.run())
        try:
            now[0] += 7
            heartbeat.hurry()
            async with asyncio.timeout(5):
                while "the database is away" not in caplog.text:
                    await asyncio.sleep(0.01)
            assert not replica.is_trusted
            assert not heart.done()
        finally:
            heart.cancel()


async def test_a_beat_renews_the_lease(database: Database) -> None:
    now = [100.0]
    replica = Replica(lambda: "ada", alone=False, monotonic=lambda: now[0])
    rows = Replicas(database, "one folder")
    await rows.register(replica.name)
    now[0] += 7
    await Heartbeat(replica, rows, Told(), lambda: now[0]).beat()
    assert replica.is_trusted


async def test_a_beat_comes_at_once_when_another_replica_has_left(database: Database) -> None:
    ada, bob = await joined(database), await joined(database)
    heart = asyncio.create_task(bob.heartbeat.run())
    try:
        await ada.rows.release(ada.replica.name)
        bob.heartbeat.hurry()
        async with asyncio.timeout(2):  # a beat of its own would take three seconds
            while bob.told.intake[-1] is not True or len(bob.told.alive) < 2:
                await asyncio.sleep(0.01)
    finally:
        heart.cancel()


async def test_a_process_that_is_alone_has_everything(sqlite_database: Database) -> None:
    told = Told()
    replica, rows = Replica(lambda: "the only one", alone=True), Replicas(sqlite_database, "one folder")
    await rows.register(replica.name)
    await Inbox(sqlite_database).keep([(1, 5, "{}")], NOW, "its predecessor")
    await Heartbeat(replica, rows, told).beat()
    assert (told.intake, told.alive, told.updates, told.lost) == ([True], [1], 1, 0)
