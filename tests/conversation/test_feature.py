"""What features declare: commands, the menu, and what buttons carry."""

import re
from dataclasses import replace

import pytest

from bot.conversation import asking, guests
from bot.conversation.feature import (
    ChoiceButton,
    EditButton,
    all_features,
    buttons_of,
    commands_of,
    menu,
    number_in,
    pressed_button,
)
from bot.conversation.features import (
    again,
    cancel,
    change,
    chats,
    compare,
    delete,
    edit,
    file,
    finer,
    help,  # noqa: A004 - a feature
    history,
    hold,
    owner,
    privacy,
    reword,
    series,
    styles,
)
from bot.conversation.texts.i18n import LANGUAGES, translations
from bot.core.clock import random_id
from bot.core.presets import PRESETS
from tests.conversation.texts.samples import EDIT

FEATURES = all_features()
BUTTONS = buttons_of(FEATURES)


def test_each_verb_is_one_buttons() -> None:
    assert len(BUTTONS) == sum(len(feature.buttons) for feature in FEATURES)
    assert all(re.fullmatch("[a-z]{1,8}", verb) for verb in BUTTONS)


def test_each_command_is_one_features() -> None:
    commands = commands_of(FEATURES)
    assert len(commands) == sum(len(feature.commands) for feature in FEATURES)
    assert set(commands) == {
        "edit",
        *(preset.name for preset in PRESETS),
        *("combine", "styles", "status", "history", "cancel", "limits", "start", "help", "privacy", "quiet"),
        *("id", "owner", "imagine"),
    }


def test_the_features_stand_in_one_order_and_one_of_them_handles_plain_words() -> None:
    assert len({feature.order for feature in FEATURES}) == len(FEATURES)
    assert [feature for feature in FEATURES if feature.plain] == [edit.FEATURE]


def test_buttons_in_peoples_chats_keep_their_meaning() -> None:
    """They were pressed before this version, and will be after it."""
    handlers = {verb: button.press for verb, button in BUTTONS.items()}
    assert handlers == {
        "c": cancel.press,
        "a": again.again,
        "finer": finer.finer,
        "new": asking.choose_new,
        "f": file.send,
        "r": again.try_again,
        "change": change.change,
        "words": reword.reword,
        "compare": compare.compare,
        "delete": delete.delete,
        "h": history.turn,
        "s": styles.choose,
        "y": asking.consent,
        "n": asking.decline,
        "k": asking.choose_command,
        "m": asking.choose_manner,
        "start": help.choose,
        "erase": privacy.press,
        "allow": guests.allow,
        "owner": owner.press,
        "refuse": guests.refuse,
        "hold": hold.hold,
        "first": hold.first,
        "all": series.change,
        "allagain": series.again,
        "files": series.files,
        "retryall": series.try_again,
        "retryrst": series.try_rest_again,
        "wait": hold.hold_pressed,
        "limit": chats.choose_limit,
    }


@pytest.mark.parametrize("verb", BUTTONS)
@pytest.mark.parametrize("argument", ["x", "sketch", "A-z_09", "a" * 48])
def test_a_press_comes_back_as_it_was_sent(verb: str, argument: str) -> None:
    button = BUTTONS[verb]
    if isinstance(button, EditButton):
        sent = button.of(replace(EDIT, id=argument), translations("en"))
    else:
        sent = button.of("Words", argument)
    assert sent.data == f"{verb}:{argument}"
    assert len(sent.data.encode()) <= 64
    assert pressed_button(sent.data, BUTTONS) == (button, argument)


def test_the_ids_of_edits_fit_a_button() -> None:
    for _ in range(20):
        assert pressed_button(f"a:{random_id()}", BUTTONS) is not None


@pytest.mark.parametrize(
    "data",
    [
        "",
        "c",
        "c:",
        ":abc",
        "x:abc",
        "C:abc",
        "cc:abc",
        "abcdefghi:abc",
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
def test_data_of_no_button_of_ours_means_nothing(data: str) -> None:
    assert pressed_button(data, BUTTONS) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("7", 7), ("-7", -7), ("9" * 18, 10**18 - 1), ("9" * 19, None), ("-" + "9" * 47, None)]
    + [(text, None) for text in ("", "-", "--1", "1-2", "1_2", "x", "\u0663")],
)
def test_a_number_on_a_button_is_one_that_a_database_takes(text: str, number: int | None) -> None:
    assert number_in(text) == number


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_menu_is_what_telegram_takes(language: str) -> None:
    commands = menu(FEATURES, language)
    names = [name for name, _ in commands]
    assert len(set(names)) == len(names) <= 100
    assert set(names) == set(commands_of(FEATURES)) - {"start", "quiet", "id", "owner"}
    assert all(re.fullmatch(r"[a-z0-9_]{1,32}", name) for name in names)
    assert all(0 < len(description) <= 100 and "<" not in description for _, description in commands)


def test_the_menu_begins_with_what_the_bot_is_for_and_ends_with_help() -> None:
    names = [name for name, _ in menu(FEATURES, "en")]
    assert (names[0], names[-1]) == ("edit", "help")


def test_a_button_speaks_the_persons_language() -> None:
    buttons = [button for button in BUTTONS.values() if isinstance(button, EditButton)]
    labels = {button.verb: button.of(EDIT, translations("fr")).text for button in buttons}
    assert labels["c"].endswith("Annuler")
    assert all(labels[button.verb] != button.label for button in buttons)
    assert isinstance(BUTTONS["s"], ChoiceButton)
