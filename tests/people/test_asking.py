"""Every way to ask for an edit, and what the image service is asked for then."""

from pathlib import Path

from bot.app import running
from bot.conversation.features.styles import pick_a_style_text, style_buttons
from bot.conversation.texts import alerts
from bot.conversation.texts.styles import command_title
from bot.core.presets import PRESETS, full_prompt
from bot.sandbox.telegram.people import Message
from bot.settings import Settings
from tests.harness.chats import EN, UNDER_A_PHOTO, answers, hears, next_result, plain
from tests.harness.pictures import encoded, flat, opened, picture, size_of
from tests.harness.world import World, prompts, quick_bot, services


async def test_a_photos_caption_is_the_request_and_the_result_says_what_was_asked(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        asked = world.ada.sends_photo(picture(96, 64), "/edit put a <party> hat on the dog & smile")
        result = await world.result(world.ada.private, asked)
        assert result.text.splitlines()[0] == "put a <party> hat on the dog & smile"
        assert [each["type"] for each in result.entities] == ["italic"]
        assert result.labels == UNDER_A_PHOTO
        assert prompts(world) == ["put a <party> hat on the dog & smile"]
        assert not result.is_silent
        await world.result(world.ada.private, world.ada.sends_photo(picture(96, 65), "no command needed"))
        assert prompts(world)[1:] == ["no command needed"]


async def test_words_after_a_style_are_added_to_its_prompt(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        for caption in ("/sketch in red chalk", "/background a beach at sunset"):
            result = await world.result(ada.private, ada.sends_photo(picture(96, 64), caption))
            assert result.text.splitlines()[0].endswith(" · " + caption.partition(" ")[2])
        assert prompts(world) == [
            full_prompt("sketch", "in red chalk"),
            full_prompt("background", "a beach at sunset"),
        ]
        assert prompts(world)[0].endswith(" in red chalk")
        assert "a beach at sunset" in prompts(world)[1]


async def test_every_style_is_a_command(tmp_path: Path) -> None:
    async with quick_bot(tmp_path, max_active_edits_per_chat=20, rate_limit_edits=0) as world:
        ada, words = world.ada, {True: " a plain wall", False: ""}
        asked = [
            (style, ada.sends_photo(picture(64, 64), f"/{style.name}{words[style.needs_words]}"))
            for style in PRESETS
        ]
        for style, each in asked:
            result = await world.result(ada.private, each)
            assert result.text.startswith(command_title(EN, style.name))
        assert len(prompts(world)) == len(set(prompts(world))) == len(PRESETS) == 14


async def test_a_reply_to_ones_own_photo_or_file_or_sticker_is_a_request(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        ben = world.telegram.people.person("Ben")
        group = world.telegram.people.group("Friends", ada, ben)
        sticker = encoded(flat((120, 90), (255, 0, 0, 128), "RGBA"), "WEBP", lossless=True)
        photo = ben.sends_photo(picture(96, 64), chat=group)
        file = ada.sends_file(picture(97, 65, "PNG"), "cat.png", "image/png", chat=group)
        still = ben.sends_sticker(sticker, chat=group)
        for original in (photo, file, still):
            ada.writes("/sketch@nanobanana_bot", chat=group, reply_to=original)
        results = [await world.result(group, original) for original in (photo, file, still)]
        assert results[0].photo_size == (96, 64)
        assert results[1].document_name == "cat-sketch.png"
        assert results[2].document_name == "sticker-sketch.png"
        assert [size_of(each.content()) for each in results] == [(96, 64), (97, 65), (120, 90)]
        assert opened(results[2].content()).getchannel("A").getextrema() == (128, 128)


async def test_a_photo_first_and_then_words_or_a_command(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        photo = ada.sends_photo(picture(96, 64))
        await hears(ada.private, photo, pick_a_style_text(EN))
        ada.writes("put a party hat on the dog")
        result = await next_result(ada.private, photo, await style_picker(world, photo))
        assert result.photo_size == (96, 64)
        ada.writes("/oil")  # of the latest picture, which is the result
        await ada.private.wait_for(lambda messages: bool(pictures(messages, result)))
        assert prompts(world) == ["put a party hat on the dog", full_prompt("oil", "")]


async def test_a_photo_is_remembered_over_a_restart(tmp_path: Path) -> None:
    async with services(0.2) as (telegram, nanobanana, defaults):
        made = Settings(data_dir=tmp_path, **{**defaults, "poll_interval_seconds": 0.2})
        ada = telegram.people.person("Ada")
        async with running(made):
            photo = ada.sends_photo(picture(96, 64))
            await hears(ada.private, photo, pick_a_style_text(EN))
        async with running(made):
            ada.writes("make it blue")
            await ada.private.wait_for(lambda messages: bool(pictures(messages, photo)))
        assert [(create.body or {})["prompt"] for create in nanobanana.creates] == ["make it blue"]


async def test_a_bare_photo_gets_buttons_and_each_is_a_style(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        photo = ada.sends_photo(picture(96, 64))
        picker = await style_picker(world, photo)
        keyboard = style_buttons(EN)
        assert picker.labels == [button.text for row in keyboard for button in row]
        assert not [label for label in picker.labels if "Background" in label]
        for label in ("Comic", "Pixel art"):
            answer = await ada.presses(picker, label).answer()
            assert answer.text == alerts.started(EN)
            assert not answer.show_alert
        await ada.private.wait_for(lambda messages: len(pictures(messages, photo)) == 2)
        assert sorted(prompts(world)) == sorted([full_prompt("comic", ""), full_prompt("pixelart", "")])


async def test_an_image_file_without_words_gets_buttons_too_and_comes_back_as_a_file(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        file = ada.sends_file(picture(101, 67, "PNG"), "dog.png", "image/png")
        await ada.presses(await style_picker(world, file), "Sketch").answer()
        await ada.private.wait_for(lambda messages: bool(pictures(messages, file)))
        assert pictures(ada.private.messages(), file)[0].document_name == "dog-sketch.png"


async def test_a_reply_to_the_bots_own_result_edits_that_result(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        first = await world.result(ada.private, ada.sends_photo(picture(96, 64), "/sketch"))
        ada.writes("/edit now in blue", reply_to=first)
        second = await world.result(ada.private, first)
        assert second.photo_size == (96, 64)
        received = [task.photo for task in world.nanobanana.tasks.values()]
        assert received[0] != received[1]


async def test_every_photo_of_an_album_is_edited_at_its_size_and_a_bare_album_is_asked_about_once(
    tmp_path: Path,
) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        sizes = [(96, 64), (64, 70), (64, 80)]
        parts = [
            ada.sends_photo(picture(*size), "/sketch" if number == 1 else "", media_group_id="77")
            for number, size in enumerate(sizes)
        ]
        card = await world.words(ada.private, parts[0], "Sketch · 3 of 3 done")
        *album, last = answers(ada.private.messages(), parts[0])
        assert [each.photo_size for each in album] == sizes
        assert len({each.raw["media_group_id"] for each in album}) == 1
        assert card == last
        bare = [ada.sends_photo(picture(64, size), media_group_id="78") for size in (70, 80, 90)]
        await hears(ada.private, bare[0], "3 photos. What shall I do with them?")
        await hears(ada.private, ada.writes("/styles"), "Styles")
        assert [len(answers(ada.private.messages(), each)) for each in bare] == [1, 0, 0]
        assert len(prompts(world)) == 3


async def test_two_photos_combine_into_one_picture_of_the_first_ones_size(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        first = ada.sends_photo(picture(96, 64), "/combine put this dress on her", media_group_id="77")
        ada.sends_photo(picture(64, 70), media_group_id="77")
        assert (await world.result(ada.private, first)).photo_size == (96, 64)
        [create] = world.nanobanana.creates
        assert isinstance(urls := (create.body or {})["imageUrls"], list)
        assert len(urls) == 2
        assert prompts(world) == ["put this dress on her"]


async def test_a_forwarded_photos_caption_is_somebody_elses_and_no_request(tmp_path: Path) -> None:
    async with quick_bot(tmp_path) as world:
        ada = world.ada
        photo = ada.sends_photo(picture(96, 64))
        await style_picker(world, photo)
        origin = {"type": "hidden_user", "sender_user_name": "A channel", "date": 1}
        raw = {**photo.raw, "caption": "Sunset over the lake", "forward_origin": origin}
        ada.sends_raw_update({"message": raw})
        question = plain(pick_a_style_text(EN))
        await ada.private.wait_for(
            lambda messages: [m.text for m in answers(messages, photo)] == [question, question]
        )
        assert not prompts(world)


def pictures(messages: list[Message], asked: Message) -> list[Message]:
    return [each for each in answers(messages, asked) if each.file_id is not None]


async def style_picker(world: World, photo: Message) -> Message:
    return await hears(world.ada.private, photo, pick_a_style_text(EN))
