"""What cannot be done is said in one sentence, before anything is paid or counted."""

import asyncio
from pathlib import Path

from bot.conversation.features.styles import pick_a_style_text
from bot.conversation.texts.questions import question
from bot.conversation.texts.reasons import prompt_too_long, reason_sentence
from bot.core.errors import Reason
from bot.core.presets import MAX_PROMPT_CHARACTERS, full_prompt
from bot.core.wishes import Missing, Wish
from bot.sandbox.telegram.people import Message, Person
from tests.harness.chats import EN, UNTOUCHED, answers, failure_of, hears, limits_line, plain
from tests.harness.pictures import encoded, flat, picture
from tests.harness.world import prompts, quick_bot
from tests.images.image_files import gif_header, png_header

LONG = "x" * (MAX_PROMPT_CHARACTERS + 3)
MOVING = encoded(flat(), "GIF", save_all=True, append_images=[flat(colour=(1, 2, 3))])
NOISE = bytes(range(256)) * 40


async def test_what_a_request_lacks_is_asked_for_at_once(tmp_path: Path) -> None:
    words, photo, blue = Missing.WORDS, Missing.PICTURE, Wish("edit", "make it blue")
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        asked = [
            (ada.writes("/edit"), question(EN, Wish("edit"), words)),
            (ada.writes("/sketch"), question(EN, Wish("sketch"), photo)),
            (ada.writes("/edit make it blue"), question(EN, blue, photo)),
            (ada.writes("make it blue"), question(EN, blue, photo)),
            (ada.sends_photo(picture(64, 64), "/edit"), question(EN, Wish("edit"), words)),
            (ada.sends_photo(picture(64, 65), "/background"), question(EN, Wish("background"), words)),
            (ada.sends_photo(picture(64, 66), f"/edit {LONG}"), prompt_too_long(EN, len(LONG))),
            (
                ada.sends_photo(picture(64, 67), f"/sketch {LONG}"),
                prompt_too_long(EN, len(full_prompt("sketch", LONG))),
            ),
        ]
        await are_refused(ada, asked)
        assert not prompts(world)


async def test_files_that_are_no_still_picture_are_refused_at_once(tmp_path: Path) -> None:
    sentence = reason_sentence
    moves, no_image = sentence(EN, Reason.ANIMATED), sentence(EN, Reason.NOT_AN_IMAGE)
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        animation, sticker = ada.sends_animation(MOVING), ada.sends_sticker(b"tgs", animated=True)
        text = ada.sends_file(b"hello", "notes.txt", "text/plain")
        asked = [
            (animation, moves),
            (sticker, moves),
            (ada.sends_animation(MOVING, "/sketch"), moves),
            (ada.writes("/sketch", reply_to=animation), moves),
            (ada.writes("/edit smile", reply_to=sticker), moves),
            (text, no_image),
            (ada.sends_file(b"%PDF", "paper.pdf", "application/pdf", "/sketch"), no_image),
            (ada.writes("/sketch", reply_to=text), no_image),
            (
                ada.sends_file(bytes(20_000_001), "large.png", "image/png", "/sketch"),
                sentence(EN, Reason.FILE_TOO_BIG),
            ),
            (ada.sends_photo(picture(300, 31), "/sketch"), sentence(EN, Reason.TOO_SMALL)),
            (ada.sends_photo(picture(1280, 60), "/sketch"), sentence(EN, Reason.TOO_ELONGATED)),
        ]
        await are_refused(ada, asked)
        assert not world.telegram.calls_of("getFile")
        assert not prompts(world)


BAD_FILES = {
    "truncated.jpg": (picture(200, 150)[:1500], Reason.UNREADABLE),
    "empty.png": (b"", Reason.UNREADABLE),
    "renamed.jpg": (b"Dear diary, today I learned to rename files." * 9, Reason.NOT_AN_IMAGE),
    "noise.jpg": (b"\xff\xd8\xff\xe0" + NOISE, Reason.UNREADABLE),
    "bomb.png": (png_header(60_000, 60_000), Reason.TOO_LARGE),
    "bomb.gif": (gif_header(60_000, 60_000), Reason.TOO_LARGE),
    "large.png": (png_header(10_000, 5_001), Reason.TOO_LARGE),
    "small.png": (encoded(flat((300, 31)), "PNG"), Reason.TOO_SMALL),
    "long.png": (encoded(flat((1300, 64)), "PNG"), Reason.TOO_ELONGATED),
    "moving.gif": (MOVING, Reason.ANIMATED),
}


async def test_files_that_turn_out_to_be_no_good_are_refused_in_words(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, max_active_edits_per_chat=20) as world:
        ada = world.ada
        asked = {
            name: ada.sends_file(content, name, f"image/{name[-3:]}".replace("jpg", "jpeg"), "/sketch")
            for name, (content, _) in BAD_FILES.items()
        }
        for name, (_, reason) in BAD_FILES.items():
            card = await failure_of(ada.private, asked[name], reason_sentence(EN, reason))
            assert not card.labels, name
        assert not prompts(world)
        assert await limits_line(ada) == UNTOUCHED
        await world.result(ada.private, ada.sends_photo(picture(96, 64), "/sketch"))


async def test_a_photo_that_telegram_no_longer_has_is_asked_for_again(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        asked = ada.sends_photo(picture(96, 64))
        await hears(ada.private, asked, pick_a_style_text(EN))
        world.telegram.world.files._files.clear()
        command = ada.writes("/sketch")
        await failure_of(ada.private, command, reason_sentence(EN, Reason.PHOTO_GONE))
        assert await limits_line(ada) == UNTOUCHED


async def are_refused(ada: Person, asked: list[tuple[Message, str]]) -> None:
    """Each gets its sentence and nothing else, and the limit stays as it was.

    A question with a button goes when the next one comes.
    """
    for message, sentence in asked:
        await hears(ada.private, message, sentence)
    assert await limits_line(ada) == UNTOUCHED
    await asyncio.sleep(0.2)
    for message, sentence in asked:
        assert [m.text for m in answers(ada.private.messages(), message)] in ([plain(sentence)], [])
