from collections.abc import AsyncIterator

import pytest
from telegram import InputMediaPhoto

from bot.sandbox.telegram.people import Person

from .telegram_ground import Ground, Hands, opened, picture, telegram


@pytest.fixture
async def ground() -> AsyncIterator[Ground]:
    async with telegram() as ground:
        yield ground


@pytest.fixture
def ann(ground: Ground) -> Person:
    ann = ground.sandbox.people.person("Ann")
    ann.writes("/start")
    return ann


async def test_a_photo_is_reencoded_and_a_document_is_not(ground: Ground, ann: Person) -> None:
    content = picture(1500, 700)
    photo = await ground.bot.send_photo(ann.id, content)
    assert max((size.width, size.height) for size in photo.photo) == (1500, 700)
    document = await ground.bot.send_document(ann.id, content, filename="hat.png")
    assert document.document is not None
    assert document.document.mime_type == "image/png"
    assert document.document.thumbnail is not None
    as_photo, as_document = ann.private.bot_messages()
    assert opened(as_photo.content()).format == "JPEG"
    assert as_document.content() == content


async def test_a_file_id_is_sent_again_as_what_it_is(ground: Ground, ann: Person) -> None:
    photo = await ground.bot.send_photo(ann.id, picture(300, 200))
    again = await ground.bot.send_photo(ann.id, photo.photo[0].file_id, caption="again")
    assert again.photo == photo.photo
    refused = await ground.refusal("sendDocument", chat_id=ann.id, document=photo.photo[0].file_id)
    assert refused == "Bad Request: can't use file of type Photo as Document"
    refused = await ground.refusal("sendPhoto", chat_id=ann.id, photo="made-up")
    assert refused == "Bad Request: wrong file identifier/HTTP URL specified"


async def test_a_downloaded_file_is_what_was_sent(ground: Ground, ann: Person) -> None:
    content = picture(600, 400)
    sent = ann.sends_file(content, "cat.png", "image/png")
    file = await ground.bot.get_file(sent.raw["document"]["file_id"])
    assert bytes(await file.download_as_bytearray()) == content
    assert file.file_size == len(content)


async def test_a_file_over_20_mb_is_not_downloaded(ground: Ground, ann: Person) -> None:
    for size, allowed in ((20 << 20, True), ((20 << 20) + 1, False)):
        sent = ann.sends_file(b"x" * size, "big.bin", "application/octet-stream")
        body = await ground.call("getFile", file_id=sent.file_id)
        assert body["ok"] is allowed
        assert allowed or body["description"] == "Bad Request: file is too big"
    refused = await ground.refusal("getFile", file_id="made-up")
    assert refused == "Bad Request: wrong file_id or the file is temporarily unavailable"


async def test_a_download_link_is_good_for_an_hour() -> None:
    clock = Hands()
    async with telegram(clock=clock) as ground:
        ann = ground.sandbox.people.person("Ann")
        sent = ann.sends_photo(picture(50, 50))
        path = (await ground.result("getFile", file_id=sent.file_id))["file_path"]
        address = f"{ground.url}/file/bot{ground.sandbox.token}/{path}"
        assert (await ground.http.get(address)).content == sent.content()
        clock.now += 3601
        assert (await ground.http.get(address)).status_code == 404


async def test_an_album_is_one_group_of_messages(ground: Ground, ann: Person) -> None:
    album = [InputMediaPhoto(picture(30, 30), caption="one"), InputMediaPhoto(picture(40, 30))]
    sent = await ground.bot.send_media_group(ann.id, album)
    assert [message.caption for message in sent] == ["one", None]
    assert len({message.media_group_id for message in sent}) == 1
    mixed = [{"type": "photo", "media": "x"}, {"type": "document", "media": "y"}]
    refused = await ground.refusal("sendMediaGroup", chat_id=ann.id, media=mixed)
    assert refused == "Bad Request: can't use the media of the specified type in the album"


async def test_a_gif_sent_as_a_file_becomes_an_animation_unless_told_not_to(
    ground: Ground, ann: Person
) -> None:
    content = picture(30, 30, "GIF")
    sent = await ground.bot.send_document(ann.id, content, filename="a.gif")
    assert sent.animation is not None
    sent = await ground.bot.send_document(
        ann.id, content, filename="a.gif", disable_content_type_detection=True
    )
    assert sent.animation is None
