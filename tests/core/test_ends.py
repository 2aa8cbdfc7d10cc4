"""How an edit ends: cancelled or abandoned at any stage, and settled once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.edits import ACTIVE, CANCELLABLE, Edit
from bot.core.errors import ChatGone, EditFailed, OperatorNeeded, Reason, TryLater
from bot.core.provider import TaskDone, TaskFailed, TaskStatus
from bot.core.requests import PhotoKind, PhotoRef
from bot.core.stages import (
    Cancelled,
    Delivered,
    EditState,
    Failed,
    Held,
    Processing,
    Ready,
    Received,
    Stage,
    Submitting,
)
from tests.core.world import World
from tests.factories import NOW, RESULT, STAGES, TASK, edit

READY = Ready(TASK, RESULT)
FAILED = Failed(Reason.POLICY, NOW, TASK)


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.parametrize("state", EditState)
async def test_cancelling_moves_what_can_be_cancelled_and_waits_for_nothing(
    world: World, state: EditState
) -> None:
    held = world.holds(stage=STAGES[state], due_at=None, status_message_id=8)
    world.pass_seconds(5)
    cancelled = await world.service.cancel(held)
    assert (cancelled is not None) is (state in CANCELLABLE)
    if cancelled:
        assert world.journal == ["move"]
        ended = replace(held, stage=Cancelled(world.now, held.task), due_at=world.now)
        assert replace(world.row(held), runs_until=None) == ended
        assert world.observer.states == ["cancelled"]
    else:
        assert world.row(held) == held


@pytest.mark.parametrize("state", EditState)
async def test_abandoning_ends_whatever_has_not_ended(world: World, state: EditState) -> None:
    held = world.holds(stage=STAGES[state], due_at=None, status_message_id=8)
    abandoned = await world.service.abandon(held)
    assert (abandoned is not None) is (state in ACTIVE)
    if abandoned:
        ended = replace(held, stage=Failed(Reason.CHAT_GONE, NOW, held.task), due_at=NOW)
        assert replace(world.row(held), runs_until=None) == ended
    else:
        assert world.row(held) == held


@pytest.mark.parametrize("state", EditState)
async def test_stopping_cancels_whatever_has_not_ended(world: World, state: EditState) -> None:
    held = world.holds(stage=STAGES[state], due_at=None, status_message_id=8)
    stopped = await world.service.stop(held)
    assert (stopped is not None) is (state in ACTIVE)
    ended = replace(held, stage=Cancelled(NOW, held.task), due_at=NOW)
    assert replace(world.row(held), runs_until=None) == (ended if stopped else held)


async def test_a_picture_that_was_on_its_way_when_its_edit_was_stopped_is_not_kept(world: World) -> None:
    held = world.holds(stage=STAGES[EditState.READY], status_message_id=8)
    await world.files.put(held.id, "result", b"picture")
    assert await world.service.stop(held)
    settled = await world.service.advance(held.id)
    assert settled is not None
    assert settled.due_at is None
    assert await world.files.get(held.id, "result") is None


async def test_an_edit_that_takes_a_step_just_now_is_cancelled_all_the_same(world: World) -> None:
    held = world.holds()

    async def step() -> None:
        world.store.rows[held.id] = replace(held, stage=Submitting())

    world.hooks["move"] = step
    assert await world.service.cancel(held)
    assert isinstance(world.row(held).stage, Cancelled)


async def test_an_edit_that_has_become_ready_just_now_is_not_cancelled(world: World) -> None:
    held = world.holds()
    world.store.rows[held.id] = ready = replace(held, stage=STAGES[EditState.READY])
    assert not await world.service.cancel(held)
    assert world.row(held) == ready


async def test_another_replicas_edit_can_be_cancelled_and_is_its_to_settle(world: World) -> None:
    held = world.holds(owner="another")
    assert await world.service.cancel(held)
    assert await world.service.advance(held.id) is None
    assert world.row(held).owner == "another"
    assert "settle" not in world.journal


@pytest.mark.parametrize(
    ("kind", "state", "keeps"),
    [
        (PhotoKind.PHOTO, EditState.DELIVERED, True),
        (PhotoKind.PHOTO, EditState.FAILED, False),
        (PhotoKind.DOCUMENT, EditState.DELIVERED, True),
        (PhotoKind.STICKER, EditState.DELIVERED, True),
    ],
)
async def test_a_result_is_kept_once_it_is_delivered_because_it_may_be_changed_further(
    world: World, kind: PhotoKind, state: EditState, keeps: bool
) -> None:
    held = world.holds(stage=STAGES[state], photos=(PhotoRef("x", kind),))
    world.files.kept[held.id, "result"] = b"a picture"
    await world.advance(held)
    assert bool(world.files.kept) is keeps


async def test_two_who_cancel_are_told_of_one_cancellation(world: World) -> None:
    held = world.holds()
    assert [await world.service.cancel(held) is not None for _ in range(2)] == [True, False]
    await world.advance(held)
    assert world.journal.count("settle") == 1


@pytest.mark.parametrize("stage", [STAGES[state] for state in EditState if state not in ACTIVE], ids=repr)
async def test_an_end_is_settled_once(world: World, stage: Stage) -> None:
    held = world.holds(stage=stage, status_message_id=8, secret="s")
    world.files.kept[held.id, "photo"] = world.photo_host.hosted["s"] = b"a photo"
    settled = await world.advance(held)
    assert (settled.due_at, settled.status_message_id, settled.is_told) == (None, None, True)
    assert (world.files.kept, world.photo_host.hosted) == ({}, {})
    await world.advance(held)
    assert world.journal == ["settle", "withdraw", "move"]


@pytest.mark.parametrize("error", [ChatGone(), EditFailed(Reason.CANNOT_SEND)], ids=repr)
async def test_a_chat_that_cannot_be_told_is_left_in_peace(world: World, error: Exception) -> None:
    world.faults["settle"].append(error)
    assert (await world.advance(world.holds(stage=FAILED))).due_at is None
    assert world.journal.count("settle") == 1


async def test_an_end_that_could_not_be_told_is_told_later_and_the_photo_goes_at_once(world: World) -> None:
    held = world.holds(stage=FAILED, secret="s")
    world.photo_host.hosted["s"] = b"a photo"
    world.faults["settle"].append(TryLater(4))
    later = await world.advance(held)
    assert (later.due_at, later.is_told) == (NOW + timedelta(seconds=4), False)
    assert world.photo_host.hosted == {}
    world.pass_seconds(4)
    assert (await world.advance(held)).due_at is None
    assert world.chat.said == ["end"]


@pytest.mark.parametrize("error", [TryLater(1), OperatorNeeded(Reason.ACCESS_DENIED), OSError()], ids=repr)
async def test_however_often_the_photo_has_to_be_tried_nothing_is_said_again(
    world: World, error: Exception
) -> None:
    held = world.holds(stage=FAILED)
    world.faults["withdraw"] = [error] * 3
    for _ in range(3):
        later = await world.advance(held)
        assert later.is_told
        assert later.due_at is not None
        world.now = later.due_at
        world.restarted()
    assert (await world.advance(held)).due_at is None
    assert world.chat.said == ["end"]
    assert world.journal.count("settle") == 1


async def test_a_message_sent_anew_is_the_card_that_a_repeat_edits(world: World) -> None:
    """Killed between the message and the last write."""
    held = world.holds(stage=FAILED)
    world.faults["move"] = [ConnectionError(), ConnectionError()]
    with pytest.raises(ConnectionError):
        await world.advance(held)
    assert world.row(held).status_message_id == 500
    world.restarted()
    world.pass_seconds(60)
    assert (await world.advance(held)).due_at is None
    assert world.chat.said == ["end"]


async def test_a_card_that_comes_after_the_end_is_settled_too(world: World) -> None:
    held = world.holds(stage=Cancelled(NOW))

    async def card_comes() -> None:
        await world.store.note_card(held, 77, world.now)

    world.hooks["withdraw"] = card_comes
    seen: list[int | None] = []
    settle = world.chat.settle

    async def look(edit: Edit) -> int | None:
        seen.append(edit.status_message_id)
        return await settle(edit)

    world.chat.settle = look  # type: ignore[method-assign]
    assert (await world.advance(held)).due_at is None
    assert seen == [None, 77]


async def test_what_cannot_be_settled_for_hours_is_let_be(world: World) -> None:
    held = world.holds(stage=FAILED, attempts=6)
    world.faults["settle"].append(TryLater(1))
    world.pass_seconds(3601)
    ended = await world.advance(held)
    assert (ended.stage, ended.due_at) == (FAILED, None)


async def test_a_cancelled_edit_gets_no_step_of_an_active_one(world: World) -> None:
    held = world.holds(stage=Received())
    await world.service.cancel(held)
    await world.advance(held)
    assert not {"place", "post_card", "create"} & set(world.journal)


@pytest.mark.parametrize(
    ("stage", "seconds"),
    [(Held(NOW), None), (Received(), None), (Submitting(), 300), (Processing(TASK), 296), (READY, None)],
)
async def test_a_task_that_runs_is_in_flight_until_its_time_is_up(
    world: World, stage: Stage, seconds: int | None
) -> None:
    held = world.holds(stage=stage)
    world.pass_seconds(5)
    ended = await world.service.abandon(held)
    assert ended is not None
    assert ended.runs_until == (None if seconds is None else world.now + timedelta(seconds=seconds))


@pytest.mark.parametrize("status", [TaskDone((), 3.0), TaskFailed(Reason.POLICY, "")])
async def test_a_cancelled_task_is_watched_until_it_has_ended(world: World, status: TaskStatus) -> None:
    held = world.holds(stage=Processing(TASK), status_message_id=8)
    await world.service.cancel(held)
    watched = await world.advance(held)
    assert watched.due_at == NOW + timedelta(seconds=5)
    world.pass_seconds(5)
    for error in (TryLater(1), OperatorNeeded(Reason.OUT_OF_CREDIT)):  # these say nothing about the task
        world.faults["check"].append(error)
        watched = await world.advance(held)
        assert watched.due_at is not None
        world.pass_seconds((watched.due_at - world.now).total_seconds())
    assert watched.runs_until is not None
    world.model.status = status
    ended = await world.advance(held)
    assert (ended.stage, ended.due_at, ended.runs_until) == (Cancelled(NOW, TASK), None, None)
    assert world.chat.said == []


async def test_a_cancelled_task_is_watched_no_longer_than_its_time(world: World) -> None:
    held = world.holds(stage=Processing(TASK), status_message_id=8)
    await world.service.cancel(held)
    watched = await world.advance(held)
    world.pass_seconds(301)
    watched = await world.advance(held)
    assert (watched.due_at, watched.runs_until) == (None, None)


@pytest.mark.parametrize(
    ("stage", "changes", "is_wasted"),
    [
        (Cancelled(NOW, TASK), {"submits": 1}, True),
        (Cancelled(NOW), {"submits": 1}, True),
        (Cancelled(NOW), {}, False),
        (Failed(Reason.POLICY, NOW, TASK), {"submits": 1}, True),
        (Failed(Reason.POLICY, NOW), {"submits": 1}, False),
        (Failed(Reason.CHAT_GONE, NOW, TASK), {"submits": 1}, True),
        (Failed(Reason.CHAT_GONE, NOW), {}, False),
        (Failed(Reason.CANNOT_SEND, NOW, TASK), {"blocked_by": Reason.MAY_NOT_SEND}, True),
        (Failed(Reason.CANNOT_SEND, NOW, TASK), {"blocked_by": Reason.TELEGRAM_AWAY}, False),
        (Failed(Reason.COULD_NOT_GENERATE, NOW, TASK), {"submits": 2}, False),
        (Failed(Reason.TIMED_OUT, NOW, TASK), {"submits": 1}, False),
    ],
)
def test_what_was_paid_for_in_vain_by_the_doing_of_the_person(
    stage: Stage, changes: dict[str, object], is_wasted: bool
) -> None:
    assert edit(stage=stage, **changes).is_wasted is is_wasted


async def test_a_result_that_is_taken_back_is_forgotten_at_once(world: World) -> None:
    delivered = Delivered(TASK, RESULT, 900, NOW, PhotoRef("x", PhotoKind.PHOTO))
    held = world.holds(stage=delivered, due_at=None)
    world.files.kept[held.id, "result"] = b"a picture"

    async def move() -> None:
        world.store.rows[held.id] = replace(held, owner="another")

    world.hooks["move"] = move  # in between
    await world.service.forget_result(held)
    assert world.files.kept == {}
    assert world.row(held) == replace(held, owner="another", stage=replace(delivered, photo=None))
    await world.service.forget_result(world.row(held))
    assert world.journal == ["move", "move"]


async def test_what_is_under_way_has_no_result_to_be_forgotten(world: World) -> None:
    held = world.holds()
    await world.service.forget_result(held)
    assert world.journal == []
