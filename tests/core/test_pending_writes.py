"""What has happened outside is written once the database is back, and not done twice."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.provider import Place, TaskDone
from bot.core.stages import Cancelled, Delivered, EditState, Processing, Ready, Task
from tests.core.world import World
from tests.factories import NOW, RESULT, STAGES, TASK

STATUS = TaskDone(("https://result.example/1",), 17.0)
AWAY = ConnectionError("the database is away")


@pytest.fixture
def world() -> World:
    return World()


async def test_a_task_that_was_made_while_the_database_went_away_is_not_made_again(world: World) -> None:
    held = world.holds()
    world.faults["move"] = [AWAY] * 4
    for _ in range(2):  # what follows from the error cannot be written either
        with pytest.raises(ConnectionError):
            await world.advance(held)
    running = await world.advance(held)
    assert running.stage == Processing(Task("task-1", NOW))
    assert world.journal.count("create") == 1


async def test_what_is_pending_does_not_wait_until_the_edit_is_due(world: World) -> None:
    held = world.holds()
    world.faults["move"] = [AWAY] * 2
    with pytest.raises(ConnectionError):
        await world.advance(held)
    assert (world.row(held).due_at or NOW) > NOW
    assert (await world.advance(held)).state is EditState.PROCESSING


async def test_a_picture_that_arrived_while_the_database_went_away_is_not_sent_again(world: World) -> None:
    held = world.holds(stage=Ready(TASK, RESULT))
    world.files.kept[held.id, "result"] = b"a picture"

    async def go_away() -> None:
        world.faults["move"] = [AWAY] * 2

    world.hooks["deliver"] = go_away
    with pytest.raises(ConnectionError):
        await world.advance(held)
    ended = await world.advance(held)
    assert isinstance(ended.stage, Delivered)
    assert (ended.stage.message_id, ended.due_at) == (500, None)
    assert world.chat.said == ["result"]


async def test_a_finished_result_is_not_fetched_again(world: World) -> None:
    world.model.status = STATUS
    held = world.holds(stage=Processing(TASK))
    world.faults["move"] = [AWAY]
    await world.advance(held)
    ended = await world.advance(held)
    assert isinstance(ended.stage, Delivered)
    assert world.journal.count("fetch") == 1
    assert world.chat.replies[0][0].sends == 0  # and it may ring


async def test_a_card_that_was_sent_while_the_database_went_away_is_not_sent_again(world: World) -> None:
    world.budget.line = Place(1)
    held = world.holds()
    world.faults["note_card"] = [AWAY] * 2
    await world.advance(held)
    world.pass_seconds(60)
    await world.advance(held)
    world.pass_seconds(60)
    assert (await world.advance(held)).status_message_id == 500
    assert world.chat.said == ["card"]


async def test_a_write_that_arrived_although_its_answer_did_not_is_not_repeated(world: World) -> None:
    held = world.holds(stage=STAGES[EditState.READY])
    world.files.kept[held.id, "result"] = b"a picture"
    write = world.store.write

    async def answer_is_lost() -> None:
        async def arrives() -> None:
            noted = world.row(held)
            write(noted, replace(noted, stage=Delivered(TASK, RESULT, 500, NOW), due_at=NOW))

        world.hooks["move"] = arrives
        world.faults["move"] = [AWAY] * 2

    world.hooks["deliver"] = answer_is_lost
    with pytest.raises(ConnectionError):
        await world.advance(held)
    ended = await world.advance(held)
    assert isinstance(ended.stage, Delivered)
    assert world.chat.said == ["result"]


async def test_somebody_elses_move_meanwhile_counts(world: World) -> None:
    """The task was made, the database did not take it, and a person cancelled from another replica."""
    held = world.holds()
    world.faults["move"] = [AWAY] * 2
    with pytest.raises(ConnectionError):
        await world.advance(held)
    submitting = world.row(held)
    world.store.rows[held.id] = replace(submitting, stage=Cancelled(NOW), due_at=NOW)
    ended = await world.advance(held)
    assert (ended.stage, ended.due_at) == (Cancelled(NOW), None)


async def test_what_changed_meanwhile_beside_the_move_is_kept(world: World) -> None:
    held = world.holds()
    world.faults["move"] = [AWAY] * 2
    with pytest.raises(ConnectionError):
        await world.advance(held)
    world.store.rows[held.id] = replace(world.row(held), due_at=NOW + timedelta(hours=1), owner="replica-1")
    running = await world.advance(held)
    assert (running.state, running.due_at, running.status_message_id) == (EditState.PROCESSING, NOW, 500)
