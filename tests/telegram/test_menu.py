"""The menus and what the bot says of itself."""

from collections.abc import Callable, Sequence

import pytest
from telegram.ext import ExtBot

from bot.telegram.introduction import Introduction, Part
from bot.telegram.menu import descriptions, menus
from bot.telegram.outbox.turns import Priority
from tests.telegram.fake_telegram import FakeTelegram

LANGUAGES = ("en", "fr")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.telegram.introduction._FIRST_PAUSE", 0.0)


def menu(language: str, private: bool) -> Sequence[tuple[str, str]]:
    return [("start", language), ("help", language)] if private else [("help", language)]


def about(language: str) -> tuple[str, str]:
    return f"long {language}", f"short {language}"


async def told(telegram: FakeTelegram, parts: Callable[[ExtBot[Priority]], list[Part]]) -> None:
    await Introduction(parts(telegram.bot())).run()


async def test_each_scope_has_its_commands_in_each_language() -> None:
    telegram = FakeTelegram()
    await told(telegram, lambda bot: menus(bot, LANGUAGES, menu))
    known = [
        (each["scope"]["type"], each.get("language_code"), [c["command"] for c in each["commands"]])
        for each in telegram.of("setMyCommands")
    ]
    assert known == [
        ("default", None, ["help"]),
        ("default", "fr", ["help"]),
        ("all_private_chats", None, ["start", "help"]),
        ("all_private_chats", "fr", ["start", "help"]),
        ("all_group_chats", None, ["help"]),
        ("all_group_chats", "fr", ["help"]),
    ]


async def test_the_bot_says_what_it_is_where_nobody_has_said_anything() -> None:
    telegram = FakeTelegram()
    telegram.will_return("getMyDescription", {"description": ""})
    telegram.will_return("getMyShortDescription", {"short_description": "mine"})
    await told(telegram, lambda bot: descriptions(bot, LANGUAGES, about))
    assert [each["description"] for each in telegram.of("setMyDescription")] == ["long fr", "long en"]
    assert telegram.of("setMyShortDescription") == []


async def test_a_description_that_was_half_told_is_told_to_the_end() -> None:
    """Once the first language has one, the bot could not know it for its own."""
    telegram = FakeTelegram()
    for _ in range(2):
        telegram.will_return("getMyDescription", {"description": ""})
    telegram.will_return("getMyShortDescription", {"short_description": "mine"})
    telegram.will_refuse("setMyDescription", 500, "Internal Server Error")
    await told(telegram, lambda bot: descriptions(bot, LANGUAGES, about))
    texts = [each["description"] for each in telegram.of("setMyDescription")]
    assert texts == ["long fr", "long fr", "long en"]
