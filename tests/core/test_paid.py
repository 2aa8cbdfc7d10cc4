"""What an edit has cost is noted on it before each create call, and taken back where none was made."""

import pytest

from bot.core.edits import Edit
from bot.core.errors import EditFailed, GatewayDown, OperatorNeeded, OutcomeUnknown, Reason, TryLater
from bot.core.provider import TaskFailed
from bot.core.stages import Processing, Submitting, Task
from tests.core.world import World
from tests.factories import NOW


@pytest.fixture
def world() -> World:
    return World()


async def after(world: World, held: Edit, seconds: float) -> Edit:
    world.pass_seconds(seconds)
    return await world.advance(held)


async def test_the_price_is_noted_before_the_create_call(world: World) -> None:
    held, seen = world.holds(), list[float]()

    async def look() -> None:
        seen.append(world.row(held).credits)

    world.hooks["create"] = look
    assert (await world.advance(held)).credits == 4.0
    assert seen == [4.0]


async def test_a_second_try_costs_again(world: World) -> None:
    held = world.holds(stage=Processing(Task("first", NOW)), submits=1, credits=4.0)
    world.model.status = TaskFailed(Reason.COULD_NOT_GENERATE, "internal")
    assert (await world.advance(held)).credits == 8.0


@pytest.mark.parametrize(
    "error",
    [TryLater(5), EditFailed(Reason.POLICY), OperatorNeeded(Reason.OUT_OF_CREDIT)],
    ids=["busy", "refused", "no credit"],
)
async def test_a_create_call_that_was_refused_cost_nothing(world: World, error: Exception) -> None:
    held = world.holds()
    world.faults["create"] = [error]
    assert (await world.advance(held)).credits == 0.0


async def test_a_second_create_call_that_was_refused_leaves_what_the_first_cost(world: World) -> None:
    held = world.holds(submits=1, credits=4.0)
    world.faults["create"] = [TryLater(5)]
    assert (await world.advance(held)).credits == 4.0


async def test_a_create_call_that_was_cut_may_have_cost(world: World) -> None:
    held = world.holds()
    world.faults["create"] = [OutcomeUnknown()]
    waiting = await world.advance(held)
    assert (waiting.stage, waiting.credits) == (Submitting(), 4.0)
    world.pacing.learn(world.model.largest, [6.0])
    assert (await after(world, held, 400)).credits == 8.0


@pytest.mark.parametrize(("made", "paid"), [(False, 4.0), (True, 8.0)])
async def test_the_balance_says_whether_a_gateways_answer_cost(world: World, made: bool, paid: float) -> None:
    held = world.holds()
    world.faults["created" if made else "create"] = [GatewayDown()]
    await world.advance(held)
    world.model.photo_names.clear()  # no callback comes
    for _ in range(3):
        running = await after(world, held, 61)
    assert (running.state, running.credits) == ("processing", paid)


async def test_the_log_says_what_an_edit_cost(world: World, caplog: pytest.LogCaptureFixture) -> None:
    held = world.holds(stage=Processing(Task("first", NOW)), submits=2, credits=8.0)
    world.model.status = TaskFailed(Reason.POLICY, "sensitive")
    with caplog.at_level("INFO"):
        await after(world, held, 9)
    assert "9.0 s, 8 credits, policy)" in caplog.text
