"""What is known of a reply once it has arrived."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.core.ports import Arrived
from bot.core.requests import PhotoKind, PhotoRef
from tests.telegram.outbox.edit_world import ADA, READY, REPLY, EditWorld, an_edit


@pytest.fixture
async def world() -> AsyncIterator[EditWorld]:
    world = EditWorld()
    yield world
    await world.aclose()


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
    arrived = await world.chat.deliver(edit, REPLY)
    assert (arrived.message_id, arrived.photo) == (900, photo)


async def test_where_a_card_was_the_result_already_telegram_does_not_tell_which(world: EditWorld) -> None:
    world.telegram.will_refuse("editMessageMedia", 400, "Bad Request: message is not modified")
    edit = an_edit(stage=READY, status_message_id=900, sends=1)
    assert await world.chat.deliver(edit, REPLY) == Arrived(900, None)


async def test_a_file_that_was_added_to_a_shrunken_photo_is_known_too(world: EditWorld) -> None:
    shrunken = {**SENT, "photo": SIZES[2:]}
    world.telegram.will_return("sendPhoto", shrunken)
    arrived = await world.chat.deliver(an_edit(stage=READY), REPLY)
    assert (arrived.message_id, arrived.file_message_id) == (900, 501)
    world.telegram.will_return("sendPhoto", shrunken)
    world.telegram.will_refuse("sendDocument", 400, "Bad Request: not enough rights")
    assert (await world.chat.deliver(an_edit(stage=READY), REPLY)).file_message_id is None
