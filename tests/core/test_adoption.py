"""Which task an edit takes as its own: that of its create call, whoever names it, and no other."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.callbacks import Callbacks
from bot.core.edits import Edit
from bot.core.errors import GatewayDown, OutcomeUnknown, Reason, TryLater
from bot.core.provider import TaskDone, TaskFailed, TaskStatus
from bot.core.stages import Delivered, Processing, Received, Stage, Submitting, Task
from tests.core.world import World
from tests.factories import NOW, STAGES

FIRST, SECOND = "task-1", "task-2"
SUBMITTING = Submitting()
DONE = TaskDone(("https://result.example/1",), 17.0)


@pytest.fixture
def world() -> World:
    return World()


def cut(world: World, stage: Stage = SUBMITTING, **changes: object) -> Edit:
    """An edit whose create call was cut after it had made "told"."""
    values = {"stage": stage, "submits": 1, "secret": "s3cret", "callback_secret": "c1"}
    world.model.photo_names["told"] = "s3cret"
    return world.holds(**{**values, **changes})


@pytest.mark.parametrize("stage", [Submitting(), Received()], ids=repr)
async def test_a_callback_gives_a_cut_create_call_its_task(world: World, stage: Stage) -> None:
    held = cut(world, stage, attempts=3, due_at=NOW + timedelta(seconds=60))
    adopted = await world.service.called_back(held, "told")
    assert adopted == world.row(held)
    assert (adopted.stage, adopted.due_at, adopted.attempts) == (Processing(Task("told", NOW)), NOW, 0)


@pytest.mark.parametrize("stage", [*STAGES.values()], ids=[*STAGES])
async def test_a_callback_changes_nothing_at_any_other_stage(world: World, stage: Stage) -> None:
    held = cut(world, stage)
    adopted = await world.service.called_back(held, "told")
    assert (adopted == held) is not isinstance(stage, Submitting | Received)


async def test_a_callback_that_came_too_late_finds_the_edit_as_it_is(world: World) -> None:
    held = cut(world)
    world.store.rows[held.id] = running = replace(held, stage=Processing(Task("own", NOW)))
    assert await world.service.called_back(held, "told") == running


async def test_a_task_whose_record_names_another_photo_is_not_taken(world: World) -> None:
    held = cut(world)
    world.model.photo_names["foreign"] = "another"
    for task_id in ("foreign", "unknown", None):
        assert await world.service.called_back(held, task_id) == held


async def test_a_callback_whose_task_cannot_be_looked_up_is_to_come_again(world: World) -> None:
    held = cut(world)
    world.faults["names"].append(TryLater(5))
    with pytest.raises(TryLater):
        await world.service.called_back(held, "told")
    assert world.row(held) == held


async def test_each_create_call_has_a_photo_and_a_secret_of_its_own(world: World) -> None:
    held = world.holds(secret="s3cret")
    orders = world.model.orders
    world.model.status = TaskFailed(Reason.PHOTO_NOT_FETCHED, "fetch failed")
    secrets = [(await world.advance(held)).callback_secret for _ in range(2)]
    assert len({*secrets, None, "s3cret"}) == 4
    assert [order.photos[0].value.rpartition("/")[2] for order in orders] == ["s3cret", "s3cret-a2"]
    assert all(order.callback_url.rpartition("/")[2] in secrets for order in orders)


async def test_every_photo_that_was_hosted_is_taken_down(world: World) -> None:
    world.model.status = TaskFailed(Reason.PHOTO_NOT_FETCHED, "fetch failed")
    held = world.holds()
    for _ in range(3):
        await world.advance(held)
    assert len(world.model.orders) == 2
    assert world.photo_host.hosted == {}


class Story(World):
    """An edit whose first task fails; its second one paints, if the edit still knows of it.

    The first task's callback comes before the outside call number `at`.
    """

    def __init__(self, at: int) -> None:
        super().__init__()
        self.at, self.held = at, self.holds(secret="s3cret")
        self.model.check = self.status_of  # type: ignore[method-assign]

    async def status_of(self, task_id: str) -> TaskStatus:
        await self.call("check")
        return TaskFailed(Reason.SERVICE_DOWN, "internal") if task_id == FIRST else DONE

    async def call(self, name: str) -> None:
        await super().call(name)
        if len(self.journal) == self.at:
            await self.first_calls_back()

    async def first_calls_back(self) -> None:
        """What the web server does: the secret is looked up, and the task that the body names told."""
        first = self.model.orders[0].callback_url.rpartition("/")[2] if self.model.orders else None
        for row in list(self.store.rows.values()):
            if first is not None and row.callback_secret == first:
                await self.service.called_back(row, FIRST)

    async def told(self) -> Edit:
        for _ in range(4):
            await self.advance(self.held)
        return self.row(self.held)


async def test_whenever_the_failed_first_tasks_callback_comes_the_second_ones_picture_arrives() -> None:
    undisturbed = Story(at=0)
    assert isinstance((await undisturbed.told()).stage, Delivered)
    moments = range(1, len(undisturbed.journal) + 1)
    assert len(moments) > 20
    for at in moments:
        story = Story(at)
        ended = await story.told()
        assert isinstance(ended.stage, Delivered), f"{story.journal[at - 1]} ({at})"
        assert ended.task is not None
        assert (ended.task.id, len(story.model.orders)) == (SECOND, 2), f"{story.journal[at - 1]} ({at})"


@pytest.mark.parametrize("moment", ["create", "created"])
async def test_a_callback_that_is_faster_than_the_create_calls_answer_agrees_with_it(
    world: World, moment: str
) -> None:
    held = world.holds(secret="s3cret")
    world.model.photo_names[FIRST] = "s3cret"
    world.hooks[moment] = lambda: world.service.called_back(world.row(held), FIRST)
    running = await world.advance(held)
    assert running.stage == Processing(Task(FIRST, NOW))


async def test_the_create_calls_own_answer_wins_over_any_callback(world: World) -> None:
    held = world.holds(secret="s3cret")
    world.model.photo_names["foreign"] = "s3cret"  # a thief has seen the photo's address
    world.hooks["created"] = lambda: world.service.called_back(world.row(held), "foreign")
    running = await world.advance(held)
    assert running.stage == Processing(Task(FIRST, NOW))


async def test_a_create_call_that_hangs_is_ended_once_a_callback_has_named_its_task(world: World) -> None:
    ended: list[bool] = []

    async def hang() -> None:
        await world.service.called_back(world.row(held), FIRST)
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append(True)
            raise

    held = world.holds(secret="s3cret")
    world.model.photo_names[FIRST] = "s3cret"
    world.hooks["created"] = hang
    world.model.status = DONE
    async with asyncio.timeout(5):
        running = await world.advance(held)
    assert (ended, running.task and running.task.id) == ([True], FIRST)


# A gateway that answers in the service's place


async def after(world: World, held: Edit, seconds: float) -> Edit:
    world.pass_seconds(seconds)
    return await world.advance(held)


@pytest.mark.parametrize("callbacks", [Callbacks(None), Callbacks("https://bot.example")], ids=repr)
async def test_through_an_outage_behind_the_gateway_no_create_call_is_counted(callbacks: Callbacks) -> None:
    world = World(callbacks)
    held = world.holds()
    world.faults["create"] = [GatewayDown()] * 9
    world.faults["credits"] = [TryLater(5)] * 12
    for _ in range(9):
        waiting = await after(world, held, 64)
        assert waiting.is_active
    assert world.journal.count("created") == 0
    world.faults.clear()
    running = await after(world, held, 64)
    assert (running.stage, running.submits) == (Processing(Task(FIRST, world.now)), 1)


async def test_while_the_balance_cannot_be_had_no_other_create_call_is_made(world: World) -> None:
    held = world.holds()
    world.faults["create"] = [GatewayDown()]
    await world.advance(held)
    world.faults["credits"] = [TryLater(5)] * 5
    for _ in range(5):
        waiting = await after(world, held, 64)
    assert (waiting.state, world.journal.count("create")) == ("submitting", 1)


@pytest.mark.parametrize(("paid", "submits"), [(False, 1), (True, 2)])
async def test_a_lower_balance_says_that_a_create_call_counts(world: World, paid: bool, submits: int) -> None:
    held = world.holds()
    world.faults["created" if paid else "create"] = [GatewayDown()]
    await world.advance(held)
    world.model.photo_names.clear()  # no callback comes
    for _ in range(3):
        running = await after(world, held, 61)
    assert (running.state, running.submits) == ("processing", submits)
    assert len(world.model.orders) == submits


async def test_a_callback_still_names_the_task_of_a_call_that_a_gateway_answered(world: World) -> None:
    held = world.holds()
    world.faults["created"] = [GatewayDown()]
    waiting = await world.advance(held)
    assert (await world.service.called_back(waiting, FIRST)).stage == Processing(Task(FIRST, NOW))


async def test_an_outage_of_more_than_an_hour_ends_in_words(world: World) -> None:
    held = world.holds(attempts=6)
    world.faults["create"] = [GatewayDown()]
    world.pass_seconds(3601)
    ended = await world.advance(held)
    assert (ended.failure, ended.submits) == (Reason.SERVICE_DOWN, 1)


async def test_a_cut_create_call_waits_as_long_as_such_tasks_take(world: World) -> None:
    world.pacing.learn(world.model.largest, [6.0] * 10)
    held = world.holds()
    world.faults["create"].append(OutcomeUnknown())
    waiting = await world.advance(held)
    assert (waiting.due_at, waiting.blocked_by) == (NOW + timedelta(seconds=11), Reason.SERVICE_DOWN)
