"""In which form a result arrives."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace

import pytest

from bot.core.ports import Arrived
from bot.core.requests import PhotoKind, PhotoRef
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
    assert (await world.chat.deliver(edit, REPLY)).message_id == 900
    [sent] = world.telegram.of("sendPhoto")
    assert (sent["caption"], sent["reply_parameters"]["message_id"]) == ("caption", 60)
    assert bool(sent.get("has_spoiler")) is has_spoiler
    assert world.telegram.methods == ["sendPhoto"]


async def test_a_photo_that_telegram_shrank_has_a_file_beside_it(world: EditWorld) -> None:
    await world.chat.deliver(an_edit(stage=READY), REPLY)
    assert world.telegram.methods == ["sendPhoto", "sendDocument"]
    ringing = [
        each.get("disable_notification")
        for each in (*world.telegram.of("sendPhoto"), *world.telegram.of("sendDocument"))
    ]
    assert ringing == [None, True]  # one picture rings once


async def test_what_telegram_refuses_as_a_photo_goes_as_a_file(world: EditWorld) -> None:
    world.telegram.will_refuse("sendPhoto", 400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
    assert (await world.chat.deliver(an_edit(stage=READY), REPLY)).message_id == 501
    assert world.telegram.methods == ["sendPhoto", "sendDocument"]


async def test_a_result_that_may_have_arrived_takes_the_cards_place(world: EditWorld) -> None:
    edit = replace(await world.posted(an_edit()), stage=READY, sends=1)
    assert (await world.chat.deliver(edit, REPLY)).message_id == edit.status_message_id
    world.telegram.will_refuse("editMessageMedia", 400, "Bad Request: message to edit not found")
    assert (await world.chat.deliver(edit, REPLY)).message_id != edit.status_message_id


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


async def test_what_telegram_does_not_take_as_a_photo_is_a_file_that_cannot_be_covered(
    world: EditWorld,
) -> None:
    covered = PhotoRef("f1", PhotoKind.PHOTO, has_spoiler=True)
    world.telegram.will_refuse("sendPhoto", 400, "Bad Request: not enough rights to send photos to the chat")
    await world.chat.deliver(an_edit(photo=covered, stage=READY), REPLY)
    assert world.telegram.methods == ["sendPhoto", "sendDocument"]
    [file] = world.telegram.of("sendDocument")
    assert "has_spoiler" not in file, "Telegram has no such thing for files"


SIZES = [
    {"file_id": f"id{side}", "file_unique_id": f"u{side}", "width": side, "height": side // 2}
    for side in (90, 96, 64)
]
SENT = {"message_id": 900, "date": 1, "chat": {"id": ADA, "type": "private"}}
AS_PHOTO = {**SENT, "photo": SIZES}
AS_FILE = {**SENT, "document": {"file_id": "id-file", "file_unique_id": "u"}}


@pytest.mark.parametrize(
    ("method", "sends", "sent", "photo"),
    [
        ("sendPhoto", 0, AS_PHOTO, PhotoRef("id96", PhotoKind.PHOTO, "cat.png", has_spoiler=True)),
        ("sendDocument", 0, AS_FILE, PhotoRef("id-file", PhotoKind.DOCUMENT, "cat.png", has_spoiler=True)),
        ("editMessageMedia", 1, AS_PHOTO, PhotoRef("id96", PhotoKind.PHOTO, "cat.png", has_spoiler=True)),
    ],
)
async def test_a_reply_is_known_as_telegram_has_it(
    world: EditWorld, method: str, sends: int, sent: dict[str, object], photo: PhotoRef
) -> None:
    """With all that was known of the photo, so that it can be changed further in the same manner."""
    original = replace(photo, file_id="f1", kind=PhotoKind.STICKER if sent is AS_FILE else PhotoKind.PHOTO)
    world.telegram.will_return(method, sent)
    edit = an_edit(photo=original, stage=READY, status_message_id=900, sends=sends)
    assert await world.chat.deliver(edit, REPLY) == Arrived(900, photo)


async def test_where_a_card_was_the_result_already_telegram_does_not_tell_which(world: EditWorld) -> None:
    world.telegram.will_refuse("editMessageMedia", 400, "Bad Request: message is not modified")
    edit = an_edit(stage=READY, status_message_id=900, sends=1)
    assert await world.chat.deliver(edit, REPLY) == Arrived(900, None)
