"""Tasks that took longer than an edit waits: looked at again, delivered late, never paid for twice."""

import asyncio
from datetime import timedelta

import pytest

from bot.core.edits import Edit
from bot.core.errors import OperatorNeeded, OutcomeUnknown, Reason, ResultAway, TryLater
from bot.core.provider import TaskDone, TaskFailed, TaskMissing, TaskRunning, TaskStatus
from bot.core.stages import Delivered, Failed, Processing, Received, Submitting, Task
from tests.core.world import World
from tests.factories import NOW
from tests.harness.clock import until

TASK = Task("task-1", NOW)
DONE = TaskDone(("https://result.example/1",), 400.0)


@pytest.fixture
def world() -> World:
    return World()


async def given_up(world: World, **changes: object) -> Edit:
    """An edit that was told that its task takes too long, five minutes after that began."""
    held = world.holds(**{"stage": Processing(TASK), "status_message_id": 8, "submits": 1, **changes})
    world.pass_seconds(300)
    told = await world.advance(held)
    assert told.failure is Reason.TIMED_OUT
    return told


async def test_a_task_that_takes_too_long_is_looked_at_again_after_one_five_fifteen_and_sixty_minutes(
    world: World,
) -> None:
    told, looks, started = await given_up(world), [], world.now
    assert (told.is_late, told.is_told, told.task) == (True, True, TASK)
    while told.due_at is not None:
        world.now = told.due_at
        looks.append((world.now - started).total_seconds() / 60)
        told = await world.advance(told)
    assert looks == [1, 5, 15, 60]
    assert world.journal.count("settle") == 1
    assert told.failure is Reason.TIMED_OUT


@pytest.mark.parametrize("looks", [1, 2, 4])
async def test_a_late_picture_is_delivered_and_the_words_of_the_failure_go(world: World, looks: int) -> None:
    told = await given_up(world)
    for look in range(looks):
        assert told.due_at is not None
        world.now = told.due_at
        world.restarted()
        world.model.status = DONE if look == looks - 1 else TaskRunning()
        told = await world.advance(told)
    assert isinstance(told.stage, Delivered)
    [(replied, _)] = world.chat.replies
    assert (replied.is_late, replied.sends, replied.status_message_id) == (True, 0, 8)
    assert world.journal.count("settle") == 2
    assert (world.photo_host.hosted, [kind for _, kind in world.files.kept]) == ({}, ["result"])
    assert world.pacing.estimate(told.operation, 0).left_seconds is None


@pytest.mark.parametrize("status", [TaskFailed(Reason.POLICY, ""), TaskMissing()], ids=repr)
async def test_a_task_that_failed_late_is_not_told_of_again(world: World, status: TaskStatus) -> None:
    told = await given_up(world)
    world.model.status = status
    world.pass_seconds(60)
    assert (await world.advance(told)).due_at is None
    assert world.chat.said == []


@pytest.mark.parametrize("error", [TryLater(9), OperatorNeeded(Reason.ACCESS_DENIED)], ids=repr)
async def test_a_late_look_without_an_answer_is_followed_by_the_next(world: World, error: Exception) -> None:
    told = await given_up(world)
    world.pass_seconds(60)
    world.faults["check"].append(error)
    assert (await world.advance(told)).due_at == world.now + timedelta(minutes=4)
    assert world.chat.alerts == []


async def test_a_callback_has_a_late_task_looked_at_at_any_time(world: World) -> None:
    told = await given_up(world, callback_secret="c1")
    world.pass_seconds(3 * 3600)
    assert (await world.advance(told)).due_at is None or told.due_at
    world.model.status = DONE
    called = await world.service.called_back(world.row(told), TASK.id)
    assert called.due_at == world.now
    assert isinstance((await world.advance(told)).stage, Delivered)


async def test_a_callback_that_names_the_task_of_an_edit_that_gave_up_brings_its_picture(
    world: World,
) -> None:
    held = world.holds(stage=Submitting(), submits=2, secret="s3cret", callback_secret="c2")
    failed = await world.advance(held)
    assert (failed.stage, failed.is_late) == (Failed(Reason.SERVICE_DOWN, NOW, None), False)
    world.model.photo_names["told"], world.model.status = "s3cret-a2", DONE
    await world.service.called_back(failed, "told")
    assert isinstance((await world.advance(held)).stage, Delivered)


async def test_a_callback_that_comes_while_the_failure_is_told_is_followed(world: World) -> None:
    held = world.holds(stage=Submitting(), submits=2, secret="s3cret", callback_secret="c2")
    world.model.photo_names["told"], world.model.status = "s3cret-a2", DONE
    world.hooks["withdraw"] = lambda: world.service.called_back(world.row(held), "told")
    told = await world.advance(held)
    assert (told.due_at, world.chat.said) == (NOW + timedelta(minutes=1), ["end"])
    world.pass_seconds(60)
    assert isinstance((await world.advance(held)).stage, Delivered)


async def test_a_callback_of_a_task_that_has_just_failed_promises_no_late_picture(world: World) -> None:
    held = world.holds(stage=Processing(TASK), submits=2, secret="s3cret", callback_secret="c2")
    world.model.status = TaskFailed(Reason.SERVICE_DOWN, "")
    world.hooks["withdraw"] = lambda: world.service.called_back(world.row(held), TASK.id)
    told = await world.advance(held)
    assert (told.due_at, told.is_late, world.chat.said) == (None, False, ["end"])


async def test_try_again_waits_for_the_task_that_there_is(world: World) -> None:
    told = await given_up(world)
    world.pass_seconds(30)
    resumed = await world.service.resume(told)
    assert resumed is not None
    assert (resumed.stage, resumed.is_told) == (Processing(Task(TASK.id, world.now)), False)
    assert await world.service.resume(told) == resumed  # a second press
    world.model.status = DONE
    assert isinstance((await world.advance(told)).stage, Delivered)
    assert "create" not in world.journal


async def test_a_task_gets_a_second_chance_once(world: World) -> None:
    told = await given_up(world)
    await world.service.resume(told)
    world.pass_seconds(300)
    again = await world.advance(told)
    assert (again.failure, again.is_late, again.due_at) == (Reason.TIMED_OUT, False, None)
    assert await world.service.resume(again) is None


@pytest.mark.parametrize("status", [TaskFailed(Reason.SERVICE_DOWN, ""), TaskMissing()], ids=repr)
async def test_try_again_makes_another_one_where_the_task_came_to_nothing(
    world: World, status: TaskStatus
) -> None:
    told = await given_up(world)
    world.model.status = status
    assert await world.service.resume(told) is None


async def test_whoever_does_not_answer_cannot_make_another_one_either(world: World) -> None:
    told = await given_up(world)
    world.faults["check"].append(TryLater(5))
    assert await world.service.resume(told) is not None


@pytest.mark.parametrize("error", [TryLater(5), ResultAway(5)], ids=repr)
async def test_a_task_that_nobody_could_be_asked_about_is_late_too(world: World, error: Exception) -> None:
    held = world.holds(stage=Processing(TASK))
    world.model.status = DONE
    world.faults["fetch" if isinstance(error, ResultAway) else "check"].append(error)
    world.pass_seconds(3601)
    failed = await world.advance(held)
    assert (failed.state, failed.is_late) == ("failed", True)


# How often work on a picture was begun


class Killed(BaseException):
    """Nothing is written any more."""


async def test_a_start_is_noted_before_the_photo_is_decoded_and_six_are_enough(world: World) -> None:
    held, starts = world.holds(), []

    async def die() -> None:
        starts.append(world.row(held).starts)
        raise Killed

    for _ in range(6):
        world.restarted()
        world.hooks["prepare"] = die
        with pytest.raises(Killed):
            await world.service.advance(held.id)
    world.restarted()
    assert (await world.advance(held)).failure is Reason.TOO_HEAVY
    assert (starts, world.journal.count("prepare")) == ([1, 2, 3, 4, 5, 6], 6)


async def test_a_result_that_ends_the_process_is_given_up_as_well(world: World) -> None:
    held = world.holds(stage=Processing(TASK), starts=4)
    world.model.status = DONE

    async def die() -> None:
        raise Killed

    for _ in range(2):
        world.restarted()
        world.hooks["fit"] = die
        with pytest.raises(Killed):
            await world.service.advance(held.id)
    world.restarted()
    assert (await world.advance(held)).failure is Reason.TOO_HEAVY
    assert world.journal.count("fit") == 2


async def test_a_process_that_ends_before_or_after_a_picture_is_decoded_did_not_end_over_it(
    world: World,
) -> None:
    async def die() -> None:
        raise Killed

    held = world.holds(starts=5)
    world.hooks["create"] = die
    with pytest.raises(Killed):
        await world.service.advance(held.id)
    assert (world.row(held).state, world.row(held).starts) == ("submitting", 0)
    painted = world.holds(stage=Processing(TASK), starts=5)
    world.model.status = DONE
    for _ in range(9):
        world.restarted()
        world.hooks["fetch"] = die
        with pytest.raises(Killed):
            await world.service.advance(painted.id)
    assert world.row(painted).starts == 5
    world.hooks.clear()
    assert isinstance((await world.advance(painted)).stage, Delivered)


async def test_pictures_that_may_have_ended_processes_are_begun_one_at_a_time(world: World) -> None:
    innocent, suspects = world.holds(starts=2), [world.holds(starts=3), world.holds(starts=5)]
    begun, go_on = [], asyncio.Event()
    world.restarted()

    async def wait() -> None:
        begun.append([world.row(each).starts for each in (innocent, *suspects)])
        world.hooks["prepare"] = wait
        await go_on.wait()

    world.hooks["prepare"] = wait
    async with asyncio.TaskGroup() as group:
        for each in (*suspects, innocent):
            group.create_task(world.service.advance(each.id))
        await until(lambda: len(begun) == 2)
        await asyncio.sleep(0)
        assert begun[-1] == [3, 4, 5]
        go_on.set()
    assert [world.row(each).state for each in (innocent, *suspects)] == ["processing"] * 3


async def test_waiting_is_no_start(world: World) -> None:
    held = world.holds(stage=Received())
    world.faults["publish"] = [TryLater(1)] * 9
    for _ in range(9):
        waiting = await world.advance(held)
        world.now = waiting.due_at or world.now
    assert (waiting.starts, waiting.state) == (0, "received")
    world.faults["create"].append(OutcomeUnknown())
    assert (await world.advance(held)).state == "submitting"
