import re
from gettext import NullTranslations

import pytest

from bot.conversation.feature import all_features, commands_of
from bot.conversation.features.help import (
    bot_description,
    bot_short_description,
    help_text,
    start_text,
)
from bot.conversation.features.styles import styles_text
from bot.conversation.texts import questions
from bot.conversation.texts.i18n import said
from bot.conversation.texts.reasons import reason_sentence
from bot.core.errors import Reason
from tests.conversation.fakes import Room
from tests.conversation.samples import in_group, message
from tests.conversation.texts.samples import en, every_language, utf16_units
from tests.harness.chats import plain


@every_language
def test_help_has_an_example_for_each_way_of_asking_in_private(t: NullTranslations) -> None:
    text = help_text(t, username="nano_bot", private=True, reads_group_messages=False)
    examples = re.findall("<code>(.*?)</code>", text)
    assert [example.split()[0] for example in examples if example[0] == "/"] == [
        "/edit",
        "/sketch",
        "/enhance",
    ]
    assert len(examples) == 4
    assert "nano_bot" not in text
    assert "20" in text
    assert utf16_units(plain(text)) <= 4096


@every_language
def test_help_in_groups_explains_what_the_bot_sees(t: NullTranslations) -> None:
    shy = help_text(t, username="nano_bot", private=False, reads_group_messages=False)
    open_ = help_text(t, username="nano_bot", private=False, reads_group_messages=True)
    assert shy != open_
    assert "<code>/edit@nano_bot " in shy
    assert "<code>/edit " in open_
    assert "<code>/sketch@nano_bot</code>" in open_
    plain(shy)
    plain(open_)


@every_language
@pytest.mark.parametrize("private", [True, False])
def test_help_has_the_line_of_every_feature(t: NullTranslations, private: bool) -> None:
    text = help_text(t, username="nano_bot", private=private, reads_group_messages=False)
    lines = [said(t, feature.help) for feature in all_features() if feature.help]
    assert len(lines) >= 4
    assert text.splitlines()[-len(lines) :] == lines


def test_help_names_only_commands_that_exist() -> None:
    pages = [
        start_text(en(), bot_name="Bot"),
        help_text(en(), username="nano_bot", private=True, reads_group_messages=False),
        help_text(en(), username="nano_bot", private=False, reads_group_messages=False),
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


async def test_start_welcomes_in_private_and_explains_in_a_group() -> None:
    welcome = await Room().say(message("start"))
    assert welcome.html == start_text(en(), bot_name="Nano & <Co>")
    explained = await Room().say(in_group("start"))
    assert explained.html == help_text(en(), username="nano_bot", private=False, reads_group_messages=False)
    assert explained.silent


@pytest.mark.parametrize("reads", [True, False])
async def test_help_fits_the_chat_and_what_the_bot_sees_there(reads: bool) -> None:
    room = Room(reads_group_messages=reads)
    for asked in (message("help"), in_group("help")):
        assert (await room.say(asked)).html == help_text(
            en(), username="nano_bot", private=asked.chat.is_private, reads_group_messages=reads
        )
