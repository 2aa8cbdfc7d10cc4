from collections.abc import AsyncIterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from telegram import InputMediaPhoto

from bot.sandbox.serve import serving
from bot.sandbox.telegram.people import Person
from tests.harness.clock import ManualClock
from tests.harness.pictures import opened
from tests.sandbox.telegram.harness import Client, picture, telegram


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with telegram() as client:
        yield client


@pytest.fixture
def ann(client: Client) -> Person:
    ann = client.sandbox.people.person("Ann")
    ann.writes("/start")
    return ann


async def test_a_photo_is_reencoded_and_a_document_is_not(client: Client, ann: Person) -> None:
    content = picture(1500, 700)
    photo = await client.bot.send_photo(ann.id, content)
    assert max((size.width, size.height) for size in photo.photo) == (1500, 700)
    document = await client.bot.send_document(ann.id, content, filename="hat.png")
    assert document.document is not None
    assert document.document.mime_type == "image/png"
    assert document.document.thumbnail is not None
    as_photo, as_document = ann.private.bot_messages()
    assert opened(as_photo.content()).format == "JPEG"
    assert as_document.content() == content


async def test_a_file_id_is_sent_again_as_what_it_is(client: Client, ann: Person) -> None:
    photo = await client.bot.send_photo(ann.id, picture(300, 200))
    again = await client.bot.send_photo(ann.id, photo.photo[0].file_id, caption="again")
    assert again.photo == photo.photo
    refused = await client.refusal("sendDocument", chat_id=ann.id, document=photo.photo[0].file_id)
    assert refused == "Bad Request: can't use file of type Photo as Document"
    refused = await client.refusal("sendPhoto", chat_id=ann.id, photo="made-up")
    assert refused == "Bad Request: wrong file identifier/HTTP URL specified"


async def test_a_photo_is_fetched_from_a_url_that_has_one(client: Client, ann: Person) -> None:
    async def answer(request: Request) -> Response:
        kind = "image/png" if request.url.path == "/cat.png" else "text/html"
        return Response(picture(300, 200), 404 if request.url.path == "/gone.png" else 200, media_type=kind)

    async with serving(Starlette(routes=[Route("/{path:path}", answer)])) as url:
        photo = await client.bot.send_photo(ann.id, f"{url}/cat.png")
        assert (photo.photo[-1].width, photo.photo[-1].height) == (300, 200)
        for path, said in (
            (f"{url}/page.html", "wrong type of the web page content"),
            (f"{url}/gone.png", "failed to get HTTP URL content"),
            ("http://127.0.0.1:1/cat.png", "wrong file identifier/HTTP URL specified"),
        ):
            refused = await client.refusal("sendPhoto", chat_id=ann.id, photo=path)
            assert refused == f"Bad Request: {said}"


async def test_a_downloaded_file_is_what_was_sent(client: Client, ann: Person) -> None:
    content = picture(600, 400)
    sent = ann.sends_file(content, "cat.png", "image/png")
    file = await client.bot.get_file(sent.raw["document"]["file_id"])
    assert bytes(await file.download_as_bytearray()) == content
    assert file.file_size == len(content)


async def test_a_file_over_20_mb_is_not_downloaded(client: Client, ann: Person) -> None:
    for size, allowed in ((20 << 20, True), ((20 << 20) + 1, False)):
        sent = ann.sends_file(b"x" * size, "big.bin", "application/octet-stream")
        body = await client.call("getFile", file_id=sent.file_id)
        assert body["ok"] is allowed
        assert allowed or body["description"] == "Bad Request: file is too big"
    refused = await client.refusal("getFile", file_id="made-up")
    assert refused == "Bad Request: wrong file_id or the file is temporarily unavailable"


async def test_a_download_link_is_good_for_an_hour() -> None:
    clock = ManualClock()
    async with telegram(clock=clock) as client:
        ann = client.sandbox.people.person("Ann")
        sent = ann.sends_photo(picture(50, 50))
        path = (await client.result("getFile", file_id=sent.file_id))["file_path"]
        address = f"{client.url}/file/bot{client.sandbox.token}/{path}"
        assert (await client.http.get(address)).content == sent.content()
        clock.now += 3601
        assert (await client.http.get(address)).status_code == 404


async def test_an_album_is_one_group_of_messages(client: Client, ann: Person) -> None:
    album = [InputMediaPhoto(picture(30, 30), caption="one"), InputMediaPhoto(picture(40, 30))]
    sent = await client.bot.send_media_group(ann.id, album)
    assert [message.caption for message in sent] == ["one", None]
    assert len({message.media_group_id for message in sent}) == 1
    mixed = [{"type": "photo", "media": "x"}, {"type": "document", "media": "y"}]
    refused = await client.refusal("sendMediaGroup", chat_id=ann.id, media=mixed)
    assert refused == "Bad Request: can't use the media of the specified type in the album"


async def test_a_gif_sent_as_a_file_becomes_an_animation_unless_told_not_to(
    client: Client, ann: Person
) -> None:
    content = picture(30, 30, "GIF")
    sent = await client.bot.send_document(ann.id, content, filename="a.gif")
    assert sent.animation is not None
    sent = await client.bot.send_document(
        ann.id, content, filename="a.gif", disable_content_type_detection=True
    )
    assert sent.animation is None
