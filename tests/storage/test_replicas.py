"""Leases: whose an edit is, and what happens when its owner is heard of no more."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, update

from bot.core.edits import EditState
from bot.core.errors import TryLater
from bot.core.replica import LEASE, Replica
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from bot.storage.inbox import Inbox
from bot.storage.replicas import Replicas
from bot.storage.tables import REPLICAS, ROLES
from tests.factories import NO_LIMITS, NOW, edit
from tests.postgres import Postgres

_names = (f"replica-{number}" for number in itertools.count(1))


@pytest.fixture
async def shared(postgres: Postgres) -> AsyncIterator[Database]:
    async with postgres.migrated() as url, aclosing(Database.open(url)) as database:
        yield database


def replica(database: Database, folder: str = "one folder") -> tuple[Replica, Replicas]:
    me = Replica(lambda: next(_names), alone=database.is_sqlite)
    return me, Replicas(database, me, folder)


async def falls_silent(database: Database, me: Replica) -> None:
    """As if it had last been heard of a little longer ago than a lease lasts."""
    silent = update(REPLICAS).where(REPLICAS.c.name == me.name)
    async with database.writing() as connection:
        await connection.execute(silent.values(beat_at=func.clock_timestamp() - LEASE - timedelta(seconds=1)))


async def admitted(database: Database, count: int, **changes: object) -> list[str]:
    store = SqlEditStore(database)
    edits = [edit(**changes) for _ in range(count)]
    for each in edits:
        await store.admit(each, NO_LIMITS, NOW)
    return [each.id for each in edits]


async def test_an_edit_of_nobody_is_claimed_by_exactly_one(shared: Database) -> None:
    ids = await admitted(shared, 60)
    replicas = [replica(shared) for _ in range(4)]
    for _, lease in replicas:
        await lease.beat()
    claimed = await asyncio.gather(*(lease.claim_edits(25) for _, lease in replicas))
    assert sorted(each.id for batch in claimed for each in batch) == sorted(ids)
    assert all(
        each.owner == me.name for (me, _), batch in zip(replicas, claimed, strict=True) for each in batch
    )


async def test_edits_of_the_living_stay_theirs_and_those_of_the_silent_are_taken_over(
    shared: Database,
) -> None:
    (ada, adas), (_, bobs) = replica(shared), replica(shared)
    await adas.beat()
    await bobs.beat()
    ids = await admitted(shared, 3, owner=ada.name)
    assert await bobs.claim_edits(10) == []
    await falls_silent(shared, ada)
    assert sorted(each.id for each in await bobs.claim_edits(10)) == sorted(ids)


async def test_who_lost_an_edit_can_no_longer_move_it(shared: Database) -> None:
    (ada, adas), (bob, bobs) = replica(shared), replica(shared)
    await adas.beat()
    await bobs.beat()
    mine = edit(owner=ada.name)
    store = SqlEditStore(shared)
    await store.admit(mine, NO_LIMITS, NOW)
    await falls_silent(shared, ada)
    (taken,) = await bobs.claim_edits(10)
    assert await store.move(mine, replace(mine, state=EditState.SUBMITTING)) is None
    assert await store.move(taken, replace(taken, state=EditState.SUBMITTING)) is not None
    assert taken.owner == bob.name


async def test_a_replica_that_was_given_up_hears_of_it_at_its_next_beat(shared: Database) -> None:
    me, lease = replica(shared)
    assert await lease.beat()
    assert await lease.beat()
    await falls_silent(shared, me)
    assert not await lease.beat()


async def test_a_replica_that_was_away_too_long_does_not_trust_itself() -> None:
    now = [100.0]
    me = Replica(lambda: next(_names), alone=False, monotonic=lambda: now[0])
    mine = edit(owner=me.name)
    me.ensure_holds(mine)
    now[0] += 0.7 * LEASE.total_seconds()
    with pytest.raises(TryLater):
        me.ensure_holds(mine)
    me.beaten(now[0])
    me.ensure_holds(mine)
    me.start_anew()
    with pytest.raises(TryLater):
        me.ensure_holds(mine)


async def test_ended_edits_are_nobodys_business(shared: Database) -> None:
    _, lease = replica(shared)
    await admitted(shared, 2, state=EditState.DELIVERED, due_at=None)
    assert await lease.claim_edits(10) == []


async def test_updates_of_the_silent_are_taken_over(shared: Database) -> None:
    (ada, adas), (bob, bobs) = replica(shared), replica(shared)
    await adas.beat()
    await bobs.beat()
    inbox = Inbox(shared)
    await inbox.keep([(1, "{}"), (2, "{}")], NOW, ada.name)
    assert await bobs.claim_updates(10) == 0
    assert await inbox.waiting(10, bob.name) == []
    await falls_silent(shared, ada)
    assert await bobs.claim_updates(10) == 2
    assert [update_id for update_id, _ in await inbox.waiting(10, bob.name)] == [1, 2]


async def test_a_role_is_one_replicas_until_that_is_silent(shared: Database) -> None:
    (ada, adas), (_, bobs) = replica(shared), replica(shared)
    await adas.beat()
    await bobs.beat()
    assert await adas.hold("poller")
    assert not await bobs.hold("poller")
    assert await adas.hold("poller")
    await falls_silent(shared, ada)
    assert await bobs.hold("poller")
    assert not await adas.hold("poller")


async def test_a_role_that_two_reach_for_at_once_is_one_replicas(shared: Database) -> None:
    (ada, adas), (_, bobs) = replica(shared), replica(shared)
    await adas.beat()
    await bobs.beat()
    async with shared.writing() as connection:
        await connection.execute(ROLES.insert().values(name="poller", owner=ada.name))
        late = asyncio.create_task(bobs.hold("poller"))
        await asyncio.sleep(0.3)  # it has begun, has not seen the role, and waits for this transaction
        assert not late.done()
    assert not await late


async def test_who_stops_leaves_everything_for_the_others_at_once(shared: Database) -> None:
    (ada, adas), (_, bobs) = replica(shared), replica(shared)
    await adas.beat()
    await bobs.beat()
    assert await adas.hold("poller")
    await admitted(shared, 3, owner=ada.name)
    await adas.release()
    assert await bobs.hold("poller")
    assert len(await bobs.claim_edits(10)) == 3
    assert await bobs.alive() == 1


async def test_a_replica_with_another_data_folder_is_noticed_while_it_lives(shared: Database) -> None:
    (ada, adas), (_, bobs) = replica(shared, "here"), replica(shared, "there")
    await adas.beat()
    await bobs.beat()
    assert await bobs.others_elsewhere()
    await falls_silent(shared, ada)
    assert not await bobs.others_elsewhere()


async def test_a_beat_does_not_stand_in_line_with_everything_else(shared: Database) -> None:
    async with AsyncExitStack() as stack, aclosing(shared.apart()) as apart:
        for _ in range(10):  # all there are
            await stack.enter_async_context(shared.reading())
        async with asyncio.timeout(5):
            assert await replica(apart)[1].beat()


async def test_a_replica_that_leaves_begins_nothing_more(shared: Database) -> None:
    me, lease = replica(shared)
    await lease.beat()
    (edit_id,) = await admitted(shared, 1, owner=me.name)
    mine = await SqlEditStore(shared).get(edit_id)
    assert mine is not None
    me.ensure_holds(mine)
    me.leave()
    assert me.is_trusted
    assert not me.may_begin
    with pytest.raises(TryLater):
        me.ensure_holds(mine)


async def test_a_process_that_is_alone_takes_what_its_predecessor_left(sqlite_url: str) -> None:
    async with aclosing(Database.open(sqlite_url)) as database:
        me, lease = replica(database)
        ids = await admitted(database, 2, owner="a process that was killed")
        assert sorted(each.id for each in await lease.claim_edits(10)) == sorted(ids)
        assert await lease.hold("poller")
        assert await lease.beat()
        assert me.is_trusted
