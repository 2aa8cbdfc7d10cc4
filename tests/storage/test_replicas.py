"""Who holds an edit, an update or a role, and what happens when that replica is no longer heard of."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, aclosing
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, update

from bot.core.edits import Edit
from bot.core.stages import EditState, Submitting
from bot.storage.database import Database
from bot.storage.edits import SqlEditStore
from bot.storage.inbox import Inbox
from bot.storage.replicas import LEASE, Replicas
from bot.storage.tables import REPLICAS, ROLES
from tests.factories import NO_LIMITS, NOW, STAGES, edit
from tests.harness.postgres import Postgres

_names = (f"replica-{number}" for number in itertools.count(1))


@pytest.fixture
async def shared(postgres: Postgres) -> AsyncIterator[Database]:
    async with postgres.migrated() as url, aclosing(Database.open(url)) as database:
        yield database


class Member:
    """A replica's statements, with its name in each."""

    def __init__(self, database: Database, folder: str = "one folder") -> None:
        self.name, self.rows = next(_names), Replicas(database, folder)

    async def register(self) -> None:
        await self.rows.register(self.name)

    async def beat(self) -> bool:
        return await self.rows.beat(self.name)

    async def claim_edits(self, limit: int = 10) -> list[Edit]:
        return await self.rows.claim_edits(self.name, limit)

    async def claim_updates(self, limit: int = 10) -> int:
        return await self.rows.claim_updates(self.name, limit)

    async def hold(self, role: str) -> bool:
        return await self.rows.hold(self.name, role)


async def registered(database: Database, *folders: str) -> list[Member]:
    members = [Member(database, folder) for folder in folders or ("one folder", "one folder")]
    for member in members:
        await member.register()
    return members


async def falls_silent(database: Database, member: Member) -> None:
    """As if it had last been heard of a little longer ago than a lease lasts."""
    silent = update(REPLICAS).where(REPLICAS.c.name == member.name)
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
    members = await registered(shared, *["one folder"] * 4)
    claimed = await asyncio.gather(*(member.claim_edits(25) for member in members))
    assert sorted(each.id for batch in claimed for each in batch) == sorted(ids)
    assert all(
        each.owner == member.name for member, batch in zip(members, claimed, strict=True) for each in batch
    )


async def test_edits_of_the_living_stay_theirs_and_those_of_the_silent_are_taken_over(
    shared: Database,
) -> None:
    ada, bob = await registered(shared)
    ids = await admitted(shared, 3, owner=ada.name)
    assert await bob.claim_edits(10) == []
    await falls_silent(shared, ada)
    assert sorted(each.id for each in await bob.claim_edits(10)) == sorted(ids)


async def test_what_was_due_first_is_claimed_first(database: Database) -> None:
    moments = [NOW + timedelta(seconds=(37 * n) % 20) for n in range(20)]
    for moment in moments:
        await admitted(database, 1, due_at=moment)
    (member,) = await registered(database, "one folder")
    assert [each.due_at for each in await member.claim_edits(12)] == sorted(moments)[:12]


async def test_who_lost_an_edit_can_no_longer_move_it(shared: Database) -> None:
    ada, bob = await registered(shared)
    mine = edit(owner=ada.name)
    store = SqlEditStore(shared)
    await store.admit(mine, NO_LIMITS, NOW)
    await falls_silent(shared, ada)
    (taken,) = await bob.claim_edits(10)
    assert await store.move(mine, replace(mine, stage=Submitting())) is None
    assert await store.move(taken, replace(taken, stage=Submitting())) is not None
    assert taken.owner == bob.name


async def test_a_replica_that_was_given_up_hears_of_it_at_its_next_beat(shared: Database) -> None:
    me = Member(shared)
    assert not await me.beat()
    await me.register()
    assert await me.beat()
    await falls_silent(shared, me)
    assert not await me.beat()


async def test_ended_edits_are_nobodys_business(shared: Database) -> None:
    me, *_ = await registered(shared)
    await admitted(shared, 2, stage=STAGES[EditState.DELIVERED], due_at=None)
    assert await me.claim_edits() == []


async def test_updates_of_the_silent_are_taken_over(shared: Database) -> None:
    ada, bob = await registered(shared)
    inbox = Inbox(shared)
    await inbox.keep([(1, 5, "{}"), (2, 6, "{}")], NOW, ada.name)
    assert await bob.claim_updates(10) == 0
    assert await inbox.waiting(10, bob.name, per_chat=10) == []
    await falls_silent(shared, ada)
    assert await bob.claim_updates(10) == 2
    assert await inbox.waiting(10, bob.name, per_chat=10) == [(1, "{}"), (2, "{}")]


async def test_a_role_is_one_replicas_until_that_is_silent(shared: Database) -> None:
    ada, bob = await registered(shared)
    assert await ada.hold("poller")
    assert not await bob.hold("poller")
    assert await ada.hold("poller")
    await falls_silent(shared, ada)
    assert await bob.hold("poller")
    assert not await ada.hold("poller")


async def test_a_role_that_two_reach_for_at_once_is_one_replicas(shared: Database) -> None:
    ada, bob = await registered(shared)
    async with shared.writing() as connection:
        await connection.execute(ROLES.insert().values(name="poller", owner=ada.name))
        late = asyncio.create_task(bob.hold("poller"))
        await asyncio.sleep(0.3)  # it has begun, has not seen the role, and waits for this transaction
        assert not late.done()
    assert not await late


async def test_who_stops_leaves_everything_for_the_others_at_once(shared: Database) -> None:
    ada, bob = await registered(shared)
    assert await ada.hold("poller")
    await admitted(shared, 3, owner=ada.name)
    await ada.rows.release(ada.name)
    assert await bob.hold("poller")
    assert len(await bob.claim_edits(10)) == 3
    assert await bob.rows.alive() == 1


async def test_a_replica_that_was_given_up_while_it_counts_is_still_there_itself(shared: Database) -> None:
    """It divides what all share by their number."""
    [me] = await registered(shared, "one folder")
    await falls_silent(shared, me)
    assert await me.rows.alive() == 1
    await me.rows.forget_dead()
    assert await me.rows.alive() == 1


async def test_a_replica_with_another_data_folder_is_noticed_while_it_lives(shared: Database) -> None:
    ada, bob = await registered(shared, "here", "there")
    assert await bob.rows.others_elsewhere()
    await falls_silent(shared, ada)
    assert not await bob.rows.others_elsewhere()


async def test_a_beat_does_not_wait_for_everything_else(shared: Database) -> None:
    async with AsyncExitStack() as stack, aclosing(shared.apart()) as apart:
        me, *_ = await registered(apart)
        for _ in range(10):  # all there are
            await stack.enter_async_context(shared.reading())
        async with asyncio.timeout(5):
            assert await me.beat()


async def test_a_process_that_is_alone_takes_what_its_predecessor_left(sqlite_url: str) -> None:
    async with aclosing(Database.open(sqlite_url)) as database:
        me, *_ = await registered(database)
        ids = await admitted(database, 2, owner="a process that was killed")
        assert sorted(each.id for each in await me.claim_edits()) == sorted(ids)
        assert await me.hold("poller")
        assert await me.beat()
        assert await me.rows.alive() == 1
        assert not await me.rows.others_elsewhere()


async def test_a_series_goes_to_one_replica_beyond_what_it_asked_for(shared: Database) -> None:
    store = SqlEditStore(shared)
    for update_id in range(1, 21):
        first, *others = (edit(update_id=update_id, series_number=n, series_count=3) for n in (1, 2, 3))
        await store.admit(first, NO_LIMITS, NOW, others=others)
    members = await registered(shared, *["one folder"] * 4)
    claimed = await asyncio.gather(*(member.claim_edits(6) for member in members))
    owners = [{each.request.update_id for each in batch} for batch in claimed]
    assert [len(batch) for batch in claimed] == [3 * len(updates) for updates in owners]
    assert sum(map(len, owners)) == len(set[int]().union(*owners))
    rest = await members[0].claim_edits(60)
    assert sum(map(len, claimed)) + len(rest) == 60


async def test_what_is_left_of_a_series_is_taken_over_together(shared: Database) -> None:
    store = SqlEditStore(shared)
    first, *others = (edit(series_number=n, series_count=3, update_id=5) for n in (1, 2, 3))
    await store.admit(first, NO_LIMITS, NOW, others=others)
    lost, heir = await registered(shared)
    claimed = sorted(await lost.claim_edits(), key=lambda each: each.request.series_number)
    ended = replace(claimed[0], stage=STAGES[EditState.DELIVERED], due_at=None, is_told=True)
    assert await store.move(claimed[0], ended) is not None
    assert await heir.claim_edits() == []
    await falls_silent(shared, lost)
    assert sorted(each.request.series_number for each in await heir.claim_edits(1)) == [2, 3]
