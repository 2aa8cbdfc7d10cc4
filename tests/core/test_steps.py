"""What the step of each stage does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.callbacks import NOWHERE, Callbacks
from bot.core.edits import Edit
from bot.core.errors import OutcomeUnknown, Reason
from bot.core.pictures import ImageFormat, Size
from bot.core.presets import full_prompt
from bot.core.provider import Order, Place, PublicUrl, TaskDone, TaskFailed, TaskMissing
from bot.core.requests import PhotoKind, PhotoRef
from bot.core.stages import (
    Cancelled,
    Delivered,
    Failed,
    Processing,
    Ready,
    Received,
    Result,
    Submitting,
    Task,
)
from tests.core.world import World
from tests.factories import NOW, RESULT

DONE = TaskDone(("https://result.example/1",), 17.0)
TASK = Task("task-1", NOW)
READY = Ready(TASK, RESULT)


@pytest.fixture
def world() -> World:
    return World()


# Received: the create call


async def test_an_order_says_what_to_paint_from_which_photos_and_where_to_call_back(world: World) -> None:
    photos = (PhotoRef("first", PhotoKind.DOCUMENT), PhotoRef("another", PhotoKind.PHOTO))
    held = world.holds(command="oil", words="in blue", photos=photos, secret="s3cret")
    await world.advance(held)
    urls = (PublicUrl("https://photos.example/s3cret"), PublicUrl("https://photos.example/s3cret-1"))
    assert world.model.orders == [
        Order(
            "nano-banana@1K",
            full_prompt("oil", "in blue"),
            urls,
            Size(len("first"), 100),
            f"https://bot.example/callback/{world.row(held).callback_secret}",
        )
    ]
    assert world.photo_host.hosted["s3cret-1"] == b"prepared another"


async def test_where_nobody_can_call_back_the_provider_is_sent_nowhere() -> None:
    world = World(Callbacks(None))
    await world.advance(world.holds())
    assert [order.callback_url for order in world.model.orders] == [NOWHERE]


async def test_submitting_is_noted_before_the_create_call(world: World) -> None:
    held = world.holds(operation="an older model")
    seen: list[Edit] = []

    async def look() -> None:
        seen.append(world.row(held))

    world.hooks["create"] = look
    running = await world.advance(held)
    assert seen[0].stage == Submitting()
    assert (seen[0].submits, seen[0].operation) == (1, world.model.largest)
    assert seen[0].due_at == NOW + timedelta(seconds=60)
    assert (running.stage, running.due_at, running.status_message_id) == (Processing(TASK), NOW, 500)


async def test_what_held_it_up_before_is_over_once_it_is_painted(world: World) -> None:
    held = world.holds(attempts=4, blocked_by=Reason.OUT_OF_CREDIT)
    running = await world.advance(held)
    assert (running.attempts, running.blocked_by) == (0, None)


async def test_while_others_go_first_there_is_a_card_and_nothing_else(world: World) -> None:
    world.budget.line = Place(3)
    held = world.holds()
    for _ in range(3):
        assert (await world.advance(held)).stage == Received()
    assert world.chat.said == ["card"]
    assert world.chat.carded == [Place(3)]
    assert set(world.journal) == {"place", "post_card", "note_card"}


async def test_the_third_create_call_is_never_made(world: World) -> None:
    ended = await world.advance(world.holds(submits=2))
    assert ended.failure is Reason.SERVICE_DOWN
    assert "create" not in world.journal


async def test_who_was_cancelled_while_the_photo_was_published_pays_nothing(world: World) -> None:
    held = world.holds()
    world.hooks["enter"] = lambda: world.service.cancel(world.row(held))
    ended = await world.advance(held)
    assert (ended.stage, ended.due_at) == (Cancelled(NOW), None)
    assert "create" not in world.journal
    assert (world.photo_host.hosted, world.files.kept) == ({}, {})


async def test_photos_published_for_what_another_replica_has_settled_are_taken_down(world: World) -> None:
    held = world.holds()

    async def settle_elsewhere() -> None:
        world.store.rows[held.id] = replace(held, owner="another", stage=Cancelled(NOW), due_at=None)

    world.hooks["enter"] = settle_elsewhere
    assert await world.service.advance(held.id) is None
    assert (world.photo_host.hosted, world.files.kept) == ({}, {})


async def test_a_photo_that_is_still_kept_is_not_downloaded_again(world: World) -> None:
    held = world.holds()
    world.files.kept[held.id, "photo"] = b"kept"
    await world.advance(held)
    assert "download" not in world.journal
    assert list(world.photo_host.hosted.values()) == [b"prepared kept"]


# Submitting, found later


async def test_a_create_call_that_nobody_heard_of_again_is_made_once_more(world: World) -> None:
    running = await world.advance(world.holds(stage=Submitting(), submits=1))
    assert (running.stage, running.submits) == (Processing(TASK), 2)


# Processing


async def test_a_running_task_is_left_alone_without_a_write(world: World) -> None:
    held = world.holds(stage=Processing(TASK))
    assert await world.service.advance(held.id) == held
    assert world.journal == ["check"]
    assert world.chat.shown == [held]


async def test_a_finished_task_is_fetched_fitted_and_kept_before_it_is_ready(world: World) -> None:
    held = world.holds(stage=Processing(TASK), photos=(PhotoRef("a photo", PhotoKind.PHOTO),), attempts=2)
    world.model.status = DONE
    world.pass_seconds(20)
    seen: list[Edit] = []

    async def look() -> None:
        seen.append(world.row(held))

    world.hooks["deliver"] = look
    await world.advance(held)
    assert seen[0].stage == Ready(TASK, Result(17.0, Size(len("a photo"), 100), ImageFormat.JPEG, 0.25))
    assert seen[0].attempts == 0
    assert world.images.shapes == [tuple(world.model.shapes)]  # what it was extended by is cut off
    assert world.files.kept[held.id, "result"] == b"result at https://result.example/1 for a photo"
    assert world.observer.durations == [(17.0, 3.0)]


async def test_how_long_a_task_took_is_guessed_where_nobody_says(world: World) -> None:
    held = world.holds(stage=Processing(TASK))
    world.pass_seconds(10)
    await world.advance(held)
    world.pass_seconds(10)
    world.model.status = TaskDone(("https://result.example/1",), None)
    await world.advance(held)
    assert world.observer.durations == [(15.0, 5.0)]


async def test_no_more_is_learned_of_a_task_than_was_seen_whatever_the_providers_clock_says(
    world: World,
) -> None:
    world.model.status = TaskDone(("https://result.example/1",), 600.0)
    for _ in range(10):
        held = world.holds(stage=Processing(Task("task-1", world.now)))
        world.pass_seconds(20)
        await world.advance(held)
    assert world.pacing.usual_longest(held.operation) == 20.0


async def test_a_document_comes_back_in_its_own_format_and_a_sticker_as_png(world: World) -> None:
    world.model.status = DONE
    formats = []
    for kind in PhotoKind:
        ended = await world.advance(world.holds(stage=Processing(TASK), photos=(PhotoRef("x", kind),)))
        formats.append(ended.result and ended.result.format)
    assert formats == [ImageFormat.JPEG, ImageFormat.PNG, ImageFormat.PNG]


@pytest.mark.parametrize("reason", [Reason.COULD_NOT_GENERATE, Reason.PHOTO_NOT_FETCHED, Reason.SERVICE_DOWN])
async def test_a_task_that_failed_by_chance_is_made_once_more(world: World, reason: Reason) -> None:
    world.model.status = TaskFailed(reason, "internal")
    held = world.holds(stage=Processing(Task("first", NOW)), submits=1, attempts=2)
    attempts: list[int] = []

    async def look() -> None:
        attempts.append(world.row(held).attempts)

    world.hooks["place"] = look
    again = await world.advance(held)
    assert attempts == [0]
    assert (again.stage, again.submits, again.attempts) == (Processing(TASK), 2, 0)
    ended = await world.advance(held)
    assert ended.stage == Failed(reason, NOW, TASK)


async def test_a_task_that_was_declined_is_not_made_again(world: World) -> None:
    world.model.status = TaskFailed(Reason.POLICY, "sensitive")
    held = world.holds(stage=Processing(TASK), submits=1)
    assert (await world.advance(held)).stage == Failed(Reason.POLICY, NOW, TASK)
    assert "create" not in world.journal


async def test_a_task_that_nobody_knows_is_lost_after_a_while(world: World) -> None:
    world.model.status = TaskMissing()
    held = world.holds(stage=Processing(TASK))
    world.pass_seconds(90)
    assert await world.advance(held) == held
    world.pass_seconds(1)
    assert (await world.advance(held)).failure is Reason.TASK_LOST


async def test_a_task_that_takes_too_long_is_given_up(world: World) -> None:
    held = world.holds(stage=Processing(TASK))
    world.pass_seconds(299)
    assert await world.advance(held) == held
    world.pass_seconds(1)
    assert (await world.advance(held)).failure is Reason.TIMED_OUT


async def test_a_result_without_an_image_is_looked_at_four_times_whatever_restarts(world: World) -> None:
    world.model.status = TaskDone((), 17.0)
    held = world.holds(stage=Processing(TASK))
    for looks in range(1, 4):
        seen = await world.advance(held)
        assert (seen.stage, seen.attempts) == (held.stage, looks)
        assert seen.due_at is not None
        assert seen.due_at > world.now
        assert await world.advance(held) == seen  # not before it is due
        world.now = seen.due_at
        world.restarted()
    assert (await world.advance(held)).stage == Failed(Reason.NO_IMAGE, world.now, TASK)
    assert world.journal.count("check") == 4


# Ready


async def test_an_attempt_is_noted_before_the_reply(world: World) -> None:
    held = world.holds(stage=READY, attempts=3, sends=1, blocked_by=Reason.CANNOT_SEND)
    world.files.kept[held.id, "result"] = b"a picture"
    sends: list[int] = []

    async def look() -> None:
        sends.append(world.row(held).sends)

    world.hooks["deliver"] = look
    ended = await world.advance(held)
    [(told, reply)] = world.chat.replies
    assert (sends, told.sends) == ([2], 1)  # the chat is told of those before
    assert (reply.content, reply.size, reply.format) == (b"a picture", RESULT.size, RESULT.format)
    assert ended.stage == Delivered(TASK, RESULT, 500, NOW, PhotoRef("reply 500", PhotoKind.PHOTO))
    assert (ended.attempts, ended.blocked_by) == (0, None)


async def test_the_first_attempt_is_noted_together_with_the_finished_result(world: World) -> None:
    world.model.status = DONE
    held = world.holds(stage=Processing(TASK))
    seen: list[Edit] = []

    async def look() -> None:
        seen.append(world.row(held))

    world.hooks["deliver"] = look
    await world.advance(held)
    assert (seen[0].state, seen[0].sends) == ("ready", 1)
    assert world.chat.replies[0][0].sends == 0  # nothing was sent before: it may ring
    assert world.journal.count("move") == 3  # ready, delivered, settled


async def test_a_replica_that_leaves_notes_no_attempt_that_it_will_not_make(world: World) -> None:
    world.model.status = DONE
    held = world.holds(stage=Processing(TASK))

    async def leave() -> None:
        world.replica.may_begin = False

    world.hooks["fetch"] = leave
    ready = await world.advance(held)
    assert (ready.state, ready.sends) == ("ready", 0)
    world.replica.may_begin = True
    await world.advance(held)
    assert world.chat.replies[0][0].sends == 0


async def test_a_second_attempt_is_noted_by_itself(world: World) -> None:
    world.model.status = DONE
    held = world.holds(stage=Processing(TASK))
    world.faults["deliver"].append(OutcomeUnknown())
    assert (await world.advance(held)).sends == 1
    world.pass_seconds(60)
    assert (await world.advance(held)).sends == 2
    assert world.chat.replies[0][0].sends == 1


async def test_a_result_that_was_lost_on_our_side_is_fetched_again(world: World) -> None:
    world.model.status = DONE
    held = world.holds(stage=READY)
    assert isinstance((await world.advance(held)).stage, Delivered)
    assert world.journal.index("fetch") < world.journal.index("deliver")


async def test_the_first_photo_alone_is_extended_to_a_shape_that_the_model_paints(world: World) -> None:
    photos = tuple(PhotoRef(f"photo {number}", PhotoKind.PHOTO) for number in range(2))
    await world.advance(world.holds(photos=photos))
    assert world.images.shapes == [tuple(world.model.shapes), ()]
