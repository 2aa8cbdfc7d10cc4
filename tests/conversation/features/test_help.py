import re
from collections.abc import Callable
from dataclasses import replace
from gettext import NullTranslations

import pytest
from PIL import Image

from bot.conversation.feature import all_features, commands_of
from bot.conversation.features.help import (
    PICTURE,
    bot_description,
    bot_short_description,
    help_text,
    start_text,
)
from bot.conversation.features.privacy import privacy_text
from bot.conversation.features.styles import styles_text
from bot.conversation.outgoing import Alert, Destination, Say, SayWithPicture
from bot.conversation.texts import questions
from bot.conversation.texts.groups import group_help_text
from bot.conversation.texts.i18n import said
from bot.conversation.texts.reasons import reason_sentence
from bot.core.errors import Reason
from tests.conversation.fakes import Room
from tests.conversation.samples import PRIVATE, data_of, in_group, message, press
from tests.conversation.texts.samples import en, every_language, utf16_units
from tests.harness.chats import plain


@every_language
def test_help_has_an_example_for_each_way_of_asking_in_private(t: NullTranslations) -> None:
    text = help_text(t)
    examples = re.findall("<code>(.*?)</code>", text)
    assert [example.split()[0] for example in examples if example[0] == "/"] == [
        "/edit",
        "/sketch",
        "/enhance",
        "/edit",
        "/sketch",
        "/combine",
        "/combine",
        "/combine",
        "/imagine",
    ]
    assert len(examples) == 10
    assert "20" in text
    assert utf16_units(plain(text)) <= 4096


@every_language
def test_help_in_a_group_is_four_lines_and_tells_what_the_bot_sees(t: NullTranslations) -> None:
    shy, open_ = (group_help_text(t, "nano_bot", sees_all=sees_all) for sees_all in (False, True))
    assert shy != open_
    for text in (shy, open_):
        assert len(plain(text).splitlines()) == 4
        assert "<code>/edit@nano_bot " in text
        assert "<code>/sketch@nano_bot</code>" in text


@every_language
def test_help_has_the_line_of_every_feature(t: NullTranslations) -> None:
    lines = [said(t, feature.help) for feature in all_features() if feature.help]
    assert len(lines) >= 4
    assert help_text(t).splitlines()[-len(lines) :] == lines


def test_help_names_only_commands_that_exist() -> None:
    pages = [
        start_text(en(), bot_name="Bot"),
        help_text(en()),
        group_help_text(en(), "nano_bot", sees_all=False),
        styles_text(en()),
        questions.unknown_command(en(), "x", [], has_picture=False).replace("/x", ""),
        *(reason_sentence(en(), reason) for reason in Reason),
    ]
    named = {name for page in pages for name in re.findall(r"(?<![\w<&])/(\w+)", page)}
    assert {"edit", "styles", "limits"} <= named <= set(commands_of(all_features()))


@every_language
def test_what_is_not_ours_is_escaped(t: NullTranslations) -> None:
    assert "Nano &amp; &lt;Co&gt;" in start_text(t, bot_name="Nano & <Co>")


@every_language
def test_descriptions_fit_the_profile(t: NullTranslations) -> None:
    assert 0 < len(bot_description(t)) <= 512
    assert 0 < len(bot_short_description(t)) <= 120


@every_language
def test_the_welcome_fits_under_a_picture(t: NullTranslations) -> None:
    assert utf16_units(plain(start_text(t, bot_name="x" * 64))) <= 1024
    assert PICTURE.stat().st_size < 150_000
    with Image.open(PICTURE) as picture:
        assert max(picture.size) <= 1280


async def test_start_welcomes_with_a_picture_and_what_to_look_at_next() -> None:
    [welcome] = await Room().handle(message("start"))
    assert isinstance(welcome, SayWithPicture)
    assert welcome.html == start_text(en(), bot_name="Nano & <Co>")
    assert welcome.picture == PICTURE.read_bytes()
    assert data_of(welcome.buttons) == [
        "start:styles",
        "start:privacy",
        "https://t.me/nano_bot?startgroup=added",
    ]


@pytest.mark.parametrize(("choice", "text"), [("styles", styles_text), ("privacy", privacy_text)])
async def test_the_buttons_of_the_welcome_say_what_their_commands_say(
    choice: str, text: Callable[[NullTranslations], str]
) -> None:
    pressed = press(f"start:{choice}")
    alert, said = await Room().handle(pressed)
    assert alert == Alert(pressed.press_id)
    assert isinstance(said, Say)
    assert (said.to, said.html) == (Destination(PRIVATE.id), text(en()))


@pytest.mark.parametrize(("link", "text"), [("help", help_text), ("privacy", privacy_text)])
async def test_a_link_into_the_private_chat_leads_to_what_it_names(
    link: str, text: Callable[[NullTranslations], str]
) -> None:
    assert (await Room().say(message("start", link))).html == text(en())


async def test_start_in_a_group_is_help_but_for_the_button_that_added_the_bot() -> None:
    """Then Telegram writes it, and the greeting has said enough."""
    explained = await Room().say(in_group("start"))
    assert explained == replace(await Room().say(in_group("help")), to=explained.to)
    assert await Room().handle(in_group("start", "added")) == ()


@pytest.mark.parametrize("reads", [True, False])
async def test_help_fits_the_chat_and_what_the_bot_sees_there(reads: bool) -> None:
    room = Room(reads_group_messages=reads)
    assert (await room.say(message("help"))).html == help_text(en())
    said = await room.say(in_group("help"))
    assert said.html == group_help_text(en(), "nano_bot", sees_all=reads)
    assert said.silent
    assert data_of(said.buttons) == ["https://t.me/nano_bot?start=help"]
