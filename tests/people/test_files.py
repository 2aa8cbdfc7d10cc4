"""Pictures as people have them: what comes back has the very size, the kind and the transparency it had."""

from pathlib import Path

from PIL import Image
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.conversation.features.file import sending_alert
from bot.conversation.texts.reasons import reason_sentence
from bot.core.errors import Reason
from bot.sandbox.faults import Action
from bot.sandbox.telegram.api import too_many_requests
from bot.sandbox.telegram.people import Answer, Chat
from tests.harness.chats import AS_FILE, EN, UNDER_A_FILE, UNDER_A_PHOTO, answers, hears, limits_line
from tests.harness.pictures import encoded, flat, four_corners, opened, picture, size_of
from tests.harness.world import quick_bot
from tests.images.image_files import exif, lying


async def test_a_large_picture_comes_back_as_it_was_sent_and_at_its_exact_size(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        asked = ada.sends_file(picture(2047, 1531, "PNG"), "Holiday 2024.PNG", "image/png", "/watercolor")
        result = await world.result(ada.private, asked)
        assert result.document_name == "Holiday_2024-watercolor.png"
        assert size_of(result.content()) == (2047, 1531)
        assert opened(result.content()).format == "PNG"
        assert result.labels == UNDER_A_FILE
        sharp = ada.sends_photo(picture(2600, 1700), "/sketch", hd=True)
        assert sharp.photo_size == (2560, 1674)
        assert (await world.result(ada.private, sharp)).photo_size == (2560, 1674)


async def test_files_of_every_kind_come_back_as_what_they_were(tmp_path: Path) -> None:
    turned = encoded(lying(four_corners((120, 80)), 6), "JPEG", exif=exif(6), quality=95)
    assert size_of(turned) == (80, 120)
    deep = Image.new("I;16", (70, 50), 40_000)
    files = {
        "turned.jpg": ("image/jpeg", turned, (120, 80), "JPEG"),
        "deep.png": ("image/png", encoded(deep, "PNG"), (70, 50), "PNG"),
        "palette.png": ("image/png", encoded(flat((71, 51)).convert("P"), "PNG"), (71, 51), "PNG"),
        "ink.jpg": ("image/jpeg", encoded(flat((72, 52), (0, 90, 90, 0), "CMYK"), "JPEG"), (72, 52), "JPEG"),
        "web.webp": ("image/webp", encoded(flat((73, 53)), "WEBP"), (73, 53), "WEBP"),
        "still.gif": ("image/gif", encoded(flat((74, 54)).convert("P"), "GIF"), (74, 54), "PNG"),
        "nameless": ("image/png", encoded(flat((75, 55)), "PNG"), (75, 55), "PNG"),
    }
    async with quick_bot(tmp_path, max_active_edits_per_chat=20) as world:
        ada = world.ada
        asked = {
            name: ada.sends_file(content, name, kind, "/edit keep it")
            for name, (kind, content, _, _) in files.items()
        }
        for name, (_, _, size, kind) in files.items():
            result = await world.result(ada.private, asked[name])
            image = opened(result.content())
            assert (image.size, image.format) == (size, kind), name
            assert (
                result.document_name == f"{Path(name).stem}-edit.{'jpg' if kind == 'JPEG' else kind.lower()}"
            )
            assert not image.getexif()


async def test_a_transparent_png_keeps_its_outline(tmp_path: Path) -> None:
    cut_out = flat((120, 90), (200, 30, 30, 0), "RGBA")
    cut_out.paste((200, 30, 30, 255), (30, 20, 90, 70))
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        asked = ada.sends_file(encoded(cut_out, "PNG"), "cut.png", "image/png", "/oil")
        result = opened((await world.result(ada.private, asked)).content())
        assert result.mode == "RGBA"
        assert result.getchannel("A").tobytes() == cut_out.getchannel("A").tobytes()
        elsewhere = ada.sends_file(encoded(cut_out, "PNG"), "c.png", "image/png", "/background a beach")
        assert opened((await world.result(ada.private, elsewhere)).content()).mode == "RGB"


async def test_a_photo_that_telegram_shrinks_comes_as_a_file_as_well(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        world.telegram.faults.at("sendPhoto", shrinks(ada.private), phase="after", times=1)
        world.telegram.faults.answer("sendDocument", too_many_requests(1))
        asked = ada.sends_photo(picture(2000, 1500), "/sketch", hd=True)
        await ada.private.wait_for(lambda messages: len(answers(messages, asked)) == 2)
        await ada.private.wait_for(
            lambda messages: [m.document_name for m in answers(messages, asked)] == [None, "photo-sketch.jpg"]
        )
        photo, file = answers(ada.private.messages(), asked)
        assert photo.labels == UNDER_A_PHOTO
        assert size_of(file.content()) == (2000, 1500)
        assert not file.buttons
        assert len(world.telegram.calls_of("sendPhoto")) == 1


async def test_a_chat_without_files_gets_the_photo_and_it_is_no_failure(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        world.telegram.faults.at("sendPhoto", shrinks(ada.private), phase="after", times=1)
        ada.private.refuses("documents")
        asked = ada.sends_photo(picture(2000, 1500), "/sketch", hd=True)
        result = await world.result(ada.private, asked)
        answer = await ada.presses(result, AS_FILE).answer()
        assert answer == Answer(sending_alert(EN), show_alert=False)
        await hears(ada.private, asked, reason_sentence(EN, Reason.CANNOT_SEND))
        assert await limits_line(ada) == "Used: 1. Left: 19."


async def test_a_chat_without_photos_gets_the_result_as_a_file(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        ada.private.refuses("photos")
        asked = ada.sends_photo(picture(96, 64), "/sketch")
        result = await world.result(ada.private, asked)
        assert result.document_name == "photo-sketch.jpg"
        assert size_of(result.content()) == (96, 64)


def shrinks(chat: Chat) -> Action:
    """Telegram took the photo and kept no size over 1280."""

    async def answer(_: Request) -> Response:
        sent = chat.bot_messages()[-1].raw
        sizes = [size for size in sent["photo"] if size["width"] <= 1280]
        return JSONResponse({"ok": True, "result": {**sent, "photo": sizes}})

    return answer
