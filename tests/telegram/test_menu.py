"""The menus and what the bot says of itself."""

from collections.abc import Sequence

from bot.telegram.menu import publish_description, publish_menu
from tests.telegram.fake_telegram import FakeTelegram

LANGUAGES = ("en", "fr")


def menu(language: str, private: bool) -> Sequence[tuple[str, str]]:
    return [("start", language), ("help", language)] if private else [("help", language)]


def about(language: str) -> tuple[str, str]:
    return f"long {language}", f"short {language}"


async def test_each_scope_has_its_commands_in_each_language() -> None:
    telegram = FakeTelegram()
    telegram.will_refuse("setMyCommands", 400, "Bad Request: BOT_COMMAND_INVALID")
    await publish_menu(telegram.bot(), LANGUAGES, menu)
    told = [
        (each["scope"]["type"], each.get("language_code"), [c["command"] for c in each["commands"]])
        for each in telegram.of("setMyCommands")
    ]
    assert told == [
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
    await publish_description(telegram.bot(), LANGUAGES, about)
    assert [each["description"] for each in telegram.of("setMyDescription")] == ["long en", "long fr"]
    assert telegram.of("setMyShortDescription") == []


async def test_without_an_answer_nothing_is_overwritten_and_nothing_ends() -> None:
    telegram = FakeTelegram()
    for method in ("getMyDescription", "getMyShortDescription"):
        telegram.will_refuse(method, 500, "Internal Server Error")
    await publish_description(telegram.bot(), LANGUAGES, about)
    assert telegram.methods == ["getMyDescription", "getMyShortDescription"]
