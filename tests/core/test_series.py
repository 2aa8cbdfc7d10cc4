"""Several edits of one album: when they go, together, and who sends them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.edits import Edit
from bot.core.errors import BotError, EditFailed, OutcomeUnknown, Reason, TryLater
from bot.core.provider import TaskDone
from bot.core.requests import PhotoKind, PhotoRef
from bot.core.series import MOST_BYTES_TOGETHER, PATIENCE, fitting, to_be_sent
from bot.core.stages import Delivered, EditState, Failed, Held, Processing, Ready, Task
from tests.core.world import World
from tests.factories import NOW, PHOTO, RESULT, edit

TASK = Task("task-1", NOW - timedelta(seconds=RESULT.task_seconds))
READY, RUNNING = Ready(TASK, RESULT), Processing(TASK)
SENT = Delivered(TASK, RESULT, 5, NOW, PHOTO)
FILE = PhotoRef("file", PhotoKind.DOCUMENT)
UPDATE = 777


@pytest.fixture
def world() -> World:
    return World()


def numbers(edits: list[Edit]) -> list[int]:
    return [each.request.series_number for each in edits]


def series(*stages: object, **changes: object) -> list[Edit]:
    numbered = enumerate(stages, 1)
    return [edit(stage=each, series_number=n, series_count=len(stages), **changes) for n, each in numbered]


async def under_way(world: World, *stages: object, **changes: object) -> list[Edit]:
    """A series as rows, with a card."""
    held = [
        world.holds(
            stage=stage,
            update_id=UPDATE,
            series_number=n,
            series_count=len(stages),
            **{"sends": 0, **changes},
        )
        for n, stage in enumerate(stages, 1)
    ]
    world.store.rows[held[0].id] = held[0] = replace(held[0], status_message_id=40)
    for each in held:
        await world.files.put(each.id, "result", b"a picture")
    world.journal.clear()
    return held


def sent(world: World) -> list[str]:
    return [said for said in world.chat.said if said.startswith("album")]


def states(world: World, edits: list[Edit]) -> list[EditState]:
    return [world.row(each).state for each in edits]


# When


def test_a_finished_picture_waits_for_the_others_for_a_while() -> None:
    edits = series(READY, RUNNING, READY)
    assert to_be_sent(edits, NOW + PATIENCE - timedelta(seconds=1)) == []
    assert numbers(to_be_sent(edits, NOW + PATIENCE)) == [1, 3]


def test_what_has_failed_is_not_waited_for() -> None:
    assert numbers(to_be_sent(series(READY, Failed(Reason.POLICY, NOW), READY), NOW)) == [1, 3]


def test_what_comes_after_the_first_reply_waits_for_nothing() -> None:
    assert numbers(to_be_sent(series(SENT, READY, RUNNING), NOW)) == [2]


def test_photos_and_files_go_apart() -> None:
    edits = [*series(READY, READY), *series(READY, photos=(FILE,))]
    assert to_be_sent(edits, NOW) == edits[:2]
    assert to_be_sent(edits[::-1], NOW) == edits[2:]


def test_an_album_is_what_telegram_takes_and_what_memory_holds() -> None:
    assert fitting([1] * 12) == 10
    assert fitting([MOST_BYTES_TOGETHER // 2] * 3) == 2
    assert fitting([MOST_BYTES_TOGETHER * 2, 1]) == 1


# Together


async def test_the_first_of_them_sends_for_all(world: World) -> None:
    edits = await under_way(world, READY, READY, READY)
    await world.advance(edits[1])
    assert (sent(world), world.woken) == ([], [edits[0].id])
    await world.advance(edits[0])
    assert sent(world) == ["album of 1, 2, 3"]
    assert states(world, edits) == ["delivered"] * 3
    rows = [world.row(each) for each in edits]
    ids = [row.result_message_id for row in rows]
    assert ids == sorted(ids, key=lambda each: each or 0)
    assert [row.sends for row in rows] == [1, 1, 1]


async def test_what_hangs_follows_silently(world: World) -> None:
    edits = await under_way(world, READY, RUNNING, READY)
    await world.advance(edits[0])
    assert sent(world) == []
    world.pass_seconds(PATIENCE.total_seconds())
    await world.advance(edits[0])
    assert sent(world) == ["album of 1, 3"]
    world.model.status = TaskDone(("https://result.example/1",), 70.0)
    await world.advance(edits[1])
    assert sent(world) == ["album of 1, 3", "album of 2 silently"]


async def test_nothing_is_sent_twice_while_it_is_being_sent(world: World) -> None:
    """A third one is finished while the upload of the first two takes its time."""
    edits = await under_way(world, RUNNING, READY, READY)
    world.pass_seconds(PATIENCE.total_seconds())

    async def the_first_is_finished() -> None:
        world.store.rows[edits[0].id] = replace(edits[0], stage=READY, status_message_id=40)
        await world.advance(edits[0])

    world.hooks["deliver_series"] = the_first_is_finished
    await world.advance(edits[1])
    assert sent(world) == ["album of 2, 3"]
    assert edits[0].id in world.woken
    await world.advance(edits[0])
    assert sent(world) == ["album of 2, 3", "album of 1 silently"]


async def test_an_album_that_may_have_arrived_is_sent_again_without_a_ring(world: World) -> None:
    edits = await under_way(world, READY, READY)
    world.faults["delivered_series"].append(OutcomeUnknown("cut"))
    await world.advance(edits[0])
    assert [world.row(each).sends for each in edits] == [1, 1]
    world.restarted()
    world.pass_seconds(5)
    await world.advance(edits[0])
    assert sent(world) == ["album of 1, 2", "album of 1, 2 silently"]


async def test_what_has_arrived_but_could_not_be_written_is_not_sent_with_what_comes_later(
    world: World,
) -> None:
    edits = await under_way(world, RUNNING, READY, READY)
    world.pass_seconds(PATIENCE.total_seconds())

    async def go_away() -> None:
        world.faults["move_all"] = [ConnectionError("away")]

    world.hooks["delivered_series"] = go_away
    await world.advance(edits[1])
    assert sent(world) == ["album of 2, 3"]
    world.store.rows[edits[0].id] = replace(world.row(edits[0]), stage=READY)
    await world.advance(edits[0])
    assert sent(world) == ["album of 2, 3", "album of 1 silently"]
    assert states(world, edits) == [EditState.DELIVERED] * 3


@pytest.mark.parametrize("error", [TryLater(1, "busy"), EditFailed(Reason.CANNOT_SEND)])
async def test_an_album_that_cannot_have_arrived_takes_its_attempts_back(
    world: World, error: BotError
) -> None:
    edits = await under_way(world, READY, READY)
    world.faults["deliver_series"] += [error, error]
    await world.advance(edits[0])
    assert [world.row(each).sends for each in edits] == [0, 0]


async def test_what_telegram_does_not_take_together_goes_one_by_one(world: World) -> None:
    """Of which one is refused alone, too."""
    edits = await under_way(world, READY, READY, READY)
    world.faults["deliver_series"] += [EditFailed(Reason.CANNOT_SEND)] * 2
    for _ in range(2):
        for each in edits:
            await world.advance(each)
    assert sent(world) == ["album of 2", "album of 3 silently"]
    assert states(world, edits) == ["failed", "delivered", "delivered"]


async def test_a_file_that_is_gone_is_fetched_again_before_anything_is_sent(world: World) -> None:
    edits = await under_way(world, READY, READY)
    await world.files.remove(edits[1].id, "result")
    await world.advance(edits[0])
    assert (sent(world), states(world, edits)) == ([], ["ready", "processing"])
    assert edits[1].id in world.woken


async def test_another_replicas_edits_are_left_to_it(world: World) -> None:
    edits = await under_way(world, READY, READY)
    world.store.rows[edits[1].id] = replace(edits[1], owner="somebody else")
    await world.advance(edits[0])
    assert sent(world) == ["album of 1"]


# The card


async def test_a_series_has_one_card(world: World) -> None:
    first, second = (world.holds(update_id=UPDATE, series_number=n, series_count=2) for n in (1, 2))
    await world.advance(second)
    await world.advance(first)
    assert world.row(first).status_message_id is not None
    assert world.row(second).status_message_id is None


async def test_the_card_says_how_all_of_it_ended_once_all_has(world: World) -> None:
    edits = await under_way(world, Failed(Reason.POLICY, NOW), RUNNING)
    await world.advance(edits[0])
    assert not world.row(edits[0]).is_told
    world.model.status = TaskDone(("https://result.example/1",), 17.0)
    await world.advance(edits[1])
    assert edits[0].id in world.woken
    await world.advance(edits[0])
    assert world.chat.said[-1] == "end of failed, delivered"
    assert [world.row(each).due_at for each in edits] == [None, None]


async def test_a_late_end_is_said_on_the_card_anew(world: World) -> None:
    edits = await under_way(world, SENT, RUNNING)
    head = replace(world.row(edits[0]), is_told=True, due_at=None)
    world.store.rows[head.id] = head
    world.store.rows[edits[1].id] = replace(edits[1], stage=Failed(Reason.TIMED_OUT, NOW))
    await world.advance(edits[1])
    assert world.woken[-1] == head.id
    await world.advance(head)
    assert world.chat.said[-1] == "end of delivered, failed"


async def test_a_series_whose_place_has_come_begins_whole(world: World) -> None:
    edits = await under_way(world, Held(NOW), Held(NOW))
    await world.advance(edits[0])
    assert edits[1].id in world.woken


async def test_after_an_absence_all_of_a_series_is_shown_on_its_card_again(world: World) -> None:
    """The replica has another name then, and has forgotten its cards."""
    first, *others = await under_way(world, RUNNING, RUNNING, READY)
    for name, shown in ((world.replica.name, True), (world.replica.name, False), ("new", True)):
        world.replica.name = name
        world.store.rows[first.id] = replace(world.row(first), owner=name)
        world.chat.shown.clear()
        await world.service.advance(first.id)
        ids = {each.id for each in world.chat.shown}
        assert [each.id in ids for each in others] == [shown] * 2
