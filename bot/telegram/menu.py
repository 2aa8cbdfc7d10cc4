"""The command menus that Telegram shows, per scope and language, and the bot's description of itself.

All of it is decoration, told by `introduction`.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
)
from telegram.ext import ExtBot

from bot.telegram.introduction import Part
from bot.telegram.outbox.turns import Priority

Menu: TypeAlias = Callable[[str, bool], Sequence[tuple[str, str]]]
"""Called with a language and whether the chat is private; returns commands as (name, description)."""
About: TypeAlias = Callable[[str], tuple[str, str]]
"""Called with a language; returns the bot's description and short description."""


def menus(bot: ExtBot[Priority], languages: Sequence[str], menu: Menu) -> list[Part]:
    """The menus; the first language is also what people of every language not listed get."""
    scopes: tuple[tuple[BotCommandScope, bool], ...] = (
        (BotCommandScopeDefault(), False),
        (BotCommandScopeAllPrivateChats(), True),
        (BotCommandScopeAllGroupChats(), False),
    )
    parts = list[Part]()
    for scope, is_private in scopes:
        for language in languages:
            commands = [BotCommand(name, said) for name, said in menu(language, is_private)]
            code = _code(language, languages)
            parts.append(("commands", partial(bot.set_my_commands, commands, scope, code)))
    return parts


def descriptions(bot: ExtBot[Priority], languages: Sequence[str], about: About) -> list[Part]:
    """What an empty chat and the profile show, unless who runs the bot has written something there.

    The first language comes last: as long as it is missing, the rest may be too.
    """

    async def describe() -> None:
        if not (await bot.get_my_description()).description:
            for language in reversed(languages):
                await bot.set_my_description(about(language)[0], _code(language, languages))

    async def describe_shortly() -> None:
        if not (await bot.get_my_short_description()).short_description:
            for language in reversed(languages):
                await bot.set_my_short_description(about(language)[1], _code(language, languages))

    return [("description", describe), ("short description", describe_shortly)]


def _code(language: str, languages: Sequence[str]) -> str | None:
    return None if language == languages[0] else language
