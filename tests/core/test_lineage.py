"""An edit that changes the result of another one: which bytes it starts from, and which size it ends at."""

from dataclasses import replace

import pytest

from bot.core.errors import PhotoRefused, Reason
from bot.core.pictures import Size
from bot.core.provider import TaskDone
from bot.core.requests import PhotoKind, PhotoRef
from bot.core.stages import Delivered, Failed, Processing, Ready, Task
from tests.core.world import World
from tests.factories import NOW, RESULT, TASK

REPLY = PhotoRef("Telegram's copy", PhotoKind.PHOTO)
PARENT = Delivered(TASK, RESULT, 71_004, NOW, REPLY)


@pytest.fixture
def world() -> World:
    world = World()
    parent = world.holds(id="the-parent", stage=PARENT, due_at=None)
    world.files.kept[parent.id, "result"] = b"full quality"
    return world


async def test_it_starts_from_the_bytes_of_its_parents_result(world: World) -> None:
    held = world.holds(parent="the-parent", step=2, photos=(REPLY,), secret="s")
    await world.advance(held)
    assert "download" not in world.journal
    assert world.photo_host.hosted["s"] == b"prepared full quality"


async def test_it_keeps_them_even_if_the_parents_go(world: World) -> None:
    held = world.holds(parent="the-parent", photos=(REPLY,))
    await world.advance(held)
    world.files.kept.pop(("the-parent", "result"))
    world.model.status = TaskDone(("https://result.example/1",), 17.0)
    world.pass_seconds(60)
    await world.advance(held)
    content = world.chat.replies[0][1].content
    assert isinstance(content, bytes)
    assert content.endswith(b" for full quality")
    assert "download" not in world.journal


@pytest.mark.parametrize("parent", ["the-parent", "long-forgotten"])
async def test_where_they_are_gone_it_starts_from_telegrams_copy(world: World, parent: str) -> None:
    world.files.kept.clear()
    held = world.holds(parent=parent, photos=(REPLY,), secret="s")
    await world.advance(held)
    assert world.photo_host.hosted["s"] == b"prepared Telegram's copy"


@pytest.mark.parametrize("reason", [Reason.PHOTO_GONE, Reason.FILE_TOO_BIG])
async def test_where_telegram_gives_none_either_it_says_so(world: World, reason: Reason) -> None:
    world.files.kept.clear()
    world.faults["download"] = [PhotoRefused(reason)]
    ended = await world.advance(world.holds(parent="the-parent", photos=(REPLY,)))
    assert ended.stage == Failed(Reason.RESULT_GONE, NOW)


async def test_only_the_first_photo_is_the_parents_result(world: World) -> None:
    photos = (REPLY, PhotoRef("another", PhotoKind.PHOTO))
    await world.advance(world.holds(parent="the-parent", photos=photos, secret="s"))
    assert world.photo_host.hosted["s-1"] == b"prepared another"
    world.faults["download"] = [PhotoRefused(Reason.PHOTO_GONE)]
    ended = await world.advance(world.holds(parent="the-parent", photos=photos))
    assert ended.stage == Failed(Reason.PHOTO_GONE, NOW, photo=2)


@pytest.mark.parametrize(
    ("parent", "size"),
    [("the-parent", RESULT.size), ("long-forgotten", Size(len("Telegram's copy"), 100))],
)
async def test_its_size_is_its_parents_whatever_telegram_made_of_it(
    world: World, parent: str, size: Size
) -> None:
    world.files.kept.clear()
    held = world.holds(parent=parent, photos=(REPLY,))
    await world.advance(held)
    assert world.model.orders[0].shape == size
    world.model.status = TaskDone(("https://result.example/1",), 17.0)
    world.pass_seconds(60)
    ended = await world.advance(held)
    assert ended.result is not None
    assert ended.result.size == size


async def test_a_parent_without_a_result_has_no_size_to_give(world: World) -> None:
    running = world.holds(id="running", stage=Processing(Task("task-0", NOW)), due_at=None)
    held = world.holds(parent=running.id, photos=(REPLY,))
    await world.advance(held)
    assert world.model.orders[0].shape == Size(len("Telegram's copy"), 100)


async def test_a_delivered_edit_knows_its_reply_as_telegram_has_it(world: World) -> None:
    held = world.holds(stage=Ready(TASK, RESULT))
    world.files.kept[held.id, "result"] = b"a picture"
    ended = await world.advance(held)
    assert ended.result_photo == PhotoRef("reply 500", PhotoKind.PHOTO)
    assert replace(ended, stage=Processing(TASK)).result_photo is None
