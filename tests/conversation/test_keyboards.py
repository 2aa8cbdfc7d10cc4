from dataclasses import replace

import pytest
from telegram import InlineKeyboardMarkup

from bot.conversation.keyboards import (
    Press,
    Verb,
    card_keyboard,
    failure_keyboard,
    parse_press,
    result_keyboard,
    styles_keyboard,
)
from bot.conversation.texts.i18n import LANGUAGES, translations
from bot.core.edits import CANCELLABLE, EditState, PhotoKind
from bot.core.errors import RETRY_HELPS, Reason
from bot.core.presets import PRESETS, preset
from tests.conversation.texts.texts_ground import EDIT as SHORT

EN = translations("en")
EDIT = replace(SHORT, id="0123456789abcdefABCDEF_-0123456789")


def presses(keyboard: InlineKeyboardMarkup | None) -> list[Press]:
    """What the buttons mean, read back from the data that Telegram would carry."""
    assert keyboard is not None
    found = []
    for row in keyboard.inline_keyboard:
        for button in row:
            assert isinstance(button.callback_data, str)
            assert len(button.callback_data.encode()) <= 64
            press = parse_press(button.callback_data)
            assert press is not None
            found.append(press)
    return found


@pytest.mark.parametrize("verb", Verb)
@pytest.mark.parametrize("argument", ["x", "sketch", "A-z_09", "a" * 48])
def test_a_press_comes_back_as_it_was_sent(verb: Verb, argument: str) -> None:
    press = Press(verb, argument)
    assert parse_press(press.data) == press
    assert len(press.data.encode()) <= 64


@pytest.mark.parametrize(
    "data",
    [
        None,
        "",
        "c",
        "c:",
        ":abc",
        "x:abc",
        "C:abc",
        "cc:abc",
        "c:abc:def",
        "c:abc\n",
        "\nc:abc",
        " c:abc",
        "c: abc",
        "c:" + "a" * 49,
        "c:a.b",
        "c:../../etc",
        "c:'; DROP TABLE edits",
        "c:é",
        "c:\u0661\u0662",
        "c:\x00",
        "c:🍌",
    ],
)
def test_data_of_no_button_of_ours_means_nothing(data: str | None) -> None:
    assert parse_press(data) is None


@pytest.mark.parametrize("state", EditState)
def test_an_edit_can_be_cancelled_until_it_is_ready(state: EditState) -> None:
    keyboard = card_keyboard(EN, replace(EDIT, state=state))
    if state in CANCELLABLE:
        assert presses(keyboard) == [Press(Verb.CANCEL, EDIT.id)]
    else:
        assert keyboard is None


def test_a_photo_can_be_had_again_and_as_a_file() -> None:
    assert presses(result_keyboard(EN, EDIT)) == [Press(Verb.AGAIN, EDIT.id), Press(Verb.FILE, EDIT.id)]


@pytest.mark.parametrize("kind", [PhotoKind.DOCUMENT, PhotoKind.STICKER])
def test_what_is_a_file_already_can_only_be_had_again(kind: PhotoKind) -> None:
    assert presses(result_keyboard(EN, replace(EDIT, photo_kind=kind))) == [Press(Verb.AGAIN, EDIT.id)]


@pytest.mark.parametrize("reason", [*Reason, None])
def test_trying_again_is_offered_only_where_it_may_help(reason: Reason | None) -> None:
    keyboard = failure_keyboard(EN, replace(EDIT, state=EditState.FAILED, failure=reason))
    if reason in RETRY_HELPS:
        assert presses(keyboard) == [Press(Verb.RETRY, EDIT.id)]
    else:
        assert keyboard is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_styles_that_need_no_words_are_three_to_a_row(language: str) -> None:
    keyboard = styles_keyboard(translations(language))
    offered = presses(keyboard)
    assert [press.argument for press in offered] == [known.name for known in PRESETS if not known.needs_words]
    assert {press.verb for press in offered} == {Verb.STYLE}
    assert all(preset(press.argument) for press in offered)
    assert all(len(row) == 3 for row in keyboard.inline_keyboard[:-1])
    assert 1 <= len(keyboard.inline_keyboard[-1]) <= 3


def test_buttons_speak_the_persons_language() -> None:
    keyboard = card_keyboard(translations("fr"), EDIT)
    assert keyboard is not None
    assert keyboard.inline_keyboard[0][0].text.endswith("Annuler")
