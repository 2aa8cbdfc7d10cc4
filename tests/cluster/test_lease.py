import itertools
from collections.abc import Callable

import pytest

from bot.cluster.lease import Replica
from bot.core.errors import TryLater
from bot.core.ports import Lease
from bot.storage.replicas import LEASE
from tests.factories import edit
from tests.harness.clock import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


def new_names() -> Callable[[], str]:
    names = itertools.count(1)
    return lambda: f"replica-{next(names)}"


def test_a_replica_holds_the_edits_that_have_its_name(clock: ManualClock) -> None:
    me: Lease = Replica(new_names(), alone=False, monotonic=clock)
    assert me.name == "replica-1"
    assert me.owns(edit(owner="replica-1"))
    me.ensure_holds(edit(owner="replica-1"))
    for owner in ("replica-2", None):
        assert not me.owns(edit(owner=owner))
        with pytest.raises(TryLater):
            me.ensure_holds(edit(owner=owner))


def test_a_replica_that_was_not_heard_of_stops_well_before_the_others_take_over(clock: ManualClock) -> None:
    me = Replica(new_names(), alone=False, monotonic=clock)
    mine = edit(owner=me.name)
    clock.now += 0.59 * LEASE.total_seconds()
    assert me.may_begin
    clock.now += 0.02 * LEASE.total_seconds()
    assert not me.is_trusted
    assert not me.may_begin
    assert me.owns(mine)
    with pytest.raises(TryLater):
        me.ensure_holds(mine)


def test_a_lease_is_renewed_from_when_that_was_asked_for(clock: ManualClock) -> None:
    me = Replica(new_names(), alone=False, monotonic=clock)
    clock.now += 20
    me.renew(asked_at=clock.now - 5)
    assert me.is_trusted
    clock.now += 2
    assert not me.is_trusted


def test_after_an_absence_nothing_that_was_held_is_its_own(clock: ManualClock) -> None:
    me = Replica(new_names(), alone=False, monotonic=clock)
    mine = edit(owner=me.name)
    me.start_anew()
    assert me.name == "replica-2"
    with pytest.raises(TryLater):
        me.ensure_holds(mine)


def test_a_replica_that_leaves_begins_nothing_more(clock: ManualClock) -> None:
    me = Replica(new_names(), alone=False, monotonic=clock)
    mine = edit(owner=me.name)
    me.leave()
    assert me.is_trusted
    assert not me.may_begin
    with pytest.raises(TryLater):
        me.ensure_holds(mine)


def test_a_process_that_is_alone_is_always_trusted(clock: ManualClock) -> None:
    me = Replica(new_names(), alone=True, monotonic=clock)
    clock.now += 3600
    me.ensure_holds(edit(owner=me.name))
