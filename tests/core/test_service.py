"""Admission, a whole life, and who may advance."""

from datetime import timedelta

import pytest

from bot.core.edits import Edit
from bot.core.errors import Reason
from bot.core.limits import Refusal, Rule, Scope
from bot.core.provider import TaskDone
from bot.core.stages import Delivered, Processing, Ready, Received, Stage, Task
from tests.core.fakes import NAME
from tests.core.world import World
from tests.factories import NOW, RESULT, request

DONE = TaskDone(("https://result.example/1",), 17.0)
TASK = Task("task-1", NOW)
READY = Ready(TASK, RESULT)


@pytest.fixture
def world() -> World:
    return World()


async def test_from_request_to_settled(world: World) -> None:
    admitted = await world.service.admit(request(command="sketch"))
    assert isinstance(admitted, Edit)
    running = await world.advance(admitted)
    assert running.stage == Processing(TASK)
    assert (await world.advance(admitted)).stage == Processing(TASK)
    world.model.status = DONE
    world.pass_seconds(20)
    settled = await world.advance(admitted)
    assert isinstance(settled.stage, Delivered)
    assert settled.due_at is None
    assert world.chat.said == ["card", "result"]
    assert world.observer.states == ["received", "processing", "ready", "delivered"]
    assert world.photo_host.hosted == {}
    assert [kind for _, kind in world.files.kept] == ["result"]


async def test_writes_of_a_normal_life(world: World) -> None:
    """Each could be a transaction of its own; the store does some of them together with others."""
    admitted = await world.service.admit(request())
    assert isinstance(admitted, Edit)
    world.model.status = DONE
    await world.advance(admitted)
    await world.advance(admitted)
    writes = [name for name in world.journal if name in {"admit", "note_card", "enter", "move"}]
    assert writes == ["admit", "note_card", "enter", "move", "move", "move", "move"]


async def test_an_admitted_edit_is_this_replicas_to_advance(world: World) -> None:
    asked = request()
    admitted = await world.service.admit(asked)
    assert isinstance(admitted, Edit)
    assert (admitted.request, admitted.owner, admitted.due_at) == (asked, NAME, NOW)
    assert world.observer.states == ["received"]


async def test_a_replica_without_room_leaves_what_it_admits_to_any(world: World) -> None:
    world.replica.has_room = False
    admitted = await world.service.admit(request())
    assert isinstance(admitted, Edit)
    assert admitted.owner is None
    assert await world.service.advance(admitted.id) is None


async def test_a_refusal_is_returned_and_counted(world: World) -> None:
    refusal = Refusal(Rule(Scope.CHAT, 3, timedelta(hours=1)), NOW)
    world.store.refusal = refusal
    assert await world.service.admit(request()) == refusal
    assert world.observer.refusals == [Reason.LIMIT_REACHED]


async def test_the_same_update_is_admitted_once_and_counted_once(world: World) -> None:
    asked = request()
    first = await world.service.admit(asked)
    assert await world.service.admit(asked) == first
    assert world.observer.states == ["received"]


async def test_nobody_advances_another_replicas_edit(world: World) -> None:
    held = world.holds(owner="another")
    assert await world.service.advance(held.id) is None
    assert await world.service.advance("unknown") is None
    assert world.journal == []


async def test_a_replica_that_leaves_begins_no_step(world: World) -> None:
    held = world.holds()
    world.replica.may_begin = False
    assert await world.service.advance(held.id) == held
    assert world.journal == []


@pytest.mark.parametrize(
    ("stage", "before", "call"),
    [(Received(), "enter", "create"), (Received(), "place", "post_card"), (READY, "move", "deliver")],
)
async def test_a_replica_that_was_away_for_too_long_does_nothing_that_others_see(
    world: World, stage: Stage, before: str, call: str
) -> None:
    held = world.holds(stage=stage)
    world.files.kept[held.id, "result"] = b"a picture"

    async def start_anew() -> None:
        world.replica.name = "replica-2"

    world.hooks[before] = start_anew
    await world.advance(held)
    assert before in world.journal
    assert call not in world.journal


async def test_an_edit_that_is_not_due_waits(world: World) -> None:
    held = world.holds(due_at=NOW + timedelta(seconds=1))
    assert await world.service.advance(held.id) == held
    assert world.journal == []
