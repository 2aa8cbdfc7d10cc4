"""In which form a result arrives."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest

from bot.core.edits import PhotoKind, PhotoRef
from tests.telegram.outbox.edit_world import ADA, READY, REPLY, EditWorld, an_edit


@pytest.fixture
async def world() -> AsyncIterator[EditWorld]:
    async with aclosing(EditWorld()) as world:
        yield world


@pytest.mark.parametrize("has_spoiler", [True, False])
async def test_a_result_is_sent_as_its_photo_was(world: EditWorld, has_spoiler: bool) -> None:
    edit = an_edit(photo=PhotoRef("f1", PhotoKind.PHOTO, has_spoiler=has_spoiler), stage=READY)
    size = {"file_id": "a", "file_unique_id": "a", "width": 96, "height": 64}
    chat = {"id": ADA, "type": "private"}
    world.telegram.will_return("sendPhoto", {"message_id": 900, "date": 1, "chat": chat, "photo": [size]})
    assert await world.chat.deliver(edit, REPLY) == 900
    [sent] = world.telegram.of("sendPhoto")
    assert (sent["caption"], sent["reply_parameters"]["message_id"]) == ("caption", 60)
    assert bool(sent.get("has_spoiler")) is has_spoiler
    assert world.telegram.methods == ["sendPhoto"]


async def test_a_photo_that_telegram_shrank_has_a_file_beside_it(world: EditWorld) -> None:
    await world.chat.deliver(an_edit(stage=READY), REPLY)
    assert world.telegram.methods == ["sendPhoto", "sendDocument"]


async def test_what_telegram_refuses_as_a_photo_goes_as_a_file(world: EditWorld) -> None:
    world.telegram.will_refuse("sendPhoto", 400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    assert await world.chat.deliver(an_edit(stage=READY), REPLY) == 501
    assert world.telegram.methods == ["sendPhoto", "sendDocument"]


async def test_a_result_that_may_have_arrived_takes_the_cards_place(world: EditWorld) -> None:
    edit = replace(await world.posted(an_edit()), stage=READY, sends=1)
    assert await world.chat.deliver(edit, REPLY) == edit.status_message_id
    world.telegram.will_refuse("editMessageMedia", 400, "Bad Request: message to edit not found")
    assert await world.chat.deliver(edit, REPLY) != edit.status_message_id


@pytest.mark.parametrize("is_protected", [True, False])
@pytest.mark.parametrize("kind", [PhotoKind.PHOTO, PhotoKind.DOCUMENT])
async def test_what_may_not_be_saved_comes_back_so(
    world: EditWorld, kind: PhotoKind, is_protected: bool
) -> None:
    """The card too, which may become the result."""
    edit = an_edit(photo=PhotoRef("f1", kind, is_protected=is_protected), stage=READY)
    await world.chat.post_card(edit)
    await world.chat.deliver(edit, REPLY)
    calls = [call.data for call in world.telegram.calls if call.method.startswith("send")]
    assert len(calls) == (3 if kind is PhotoKind.PHOTO else 2)
    assert {bool(call.get("protect_content")) for call in calls} == {is_protected}


async def test_no_file_uncovers_a_covered_photo(world: EditWorld) -> None:
    """A file cannot be covered: the exact size is there for who asks for it."""
    covered = PhotoRef("f1", PhotoKind.PHOTO, has_spoiler=True)
    await world.chat.deliver(an_edit(photo=covered, stage=READY), REPLY)
    assert world.telegram.methods == ["sendPhoto"]


async def test_a_card_that_becomes_a_covered_photos_result_is_covered(world: EditWorld) -> None:
    covered = PhotoRef("f1", PhotoKind.PHOTO, has_spoiler=True)
    edit = replace(await world.posted(an_edit(photo=covered)), stage=READY, sends=1)
    await world.chat.deliver(edit, REPLY)
    [turned] = world.telegram.of("editMessageMedia")
    assert turned["media"]["has_spoiler"] is True
