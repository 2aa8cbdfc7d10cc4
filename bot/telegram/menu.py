"""The command menus that Telegram shows, per scope and language, and the bot's description of itself.

None of it is essential: if Telegram refuses something, that is logged and the bot goes on.
"""

import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias, TypeVar

from telegram import (
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
)
from telegram.ext import ExtBot

from bot.core.errors import BotError
from bot.telegram.outbox.errors import translated
from bot.telegram.outbox.turns import Priority

logger = logging.getLogger(__name__)

T = TypeVar("T")

Menu: TypeAlias = Callable[[str, bool], Sequence[tuple[str, str]]]
"""Called with a language and whether the chat is private; returns commands as (name, description)."""
About: TypeAlias = Callable[[str], tuple[str, str]]
"""Called with a language; returns the bot's description and short description."""


async def publish_menu(bot: ExtBot[Priority], languages: Sequence[str], menu: Menu) -> None:
    """Set the menus. The first language is also shown to people whose language is not listed."""
    scopes: tuple[tuple[BotCommandScope, bool], ...] = (
        (BotCommandScopeDefault(), False),
        (BotCommandScopeAllPrivateChats(), True),
        (BotCommandScopeAllGroupChats(), False),
    )
    for scope, is_private in scopes:
        for language in languages:
            commands = [BotCommand(name, said) for name, said in menu(language, is_private)]
            code = _code(language, languages)
            await _decorate("commands", bot.set_my_commands(commands, scope, code))


async def publish_description(bot: ExtBot[Priority], languages: Sequence[str], about: About) -> None:
    """Set the texts of the empty chat and the profile, unless the operator has set some already."""
    described = await _decorate("description", bot.get_my_description())
    described_shortly = await _decorate("short description", bot.get_my_short_description())
    for language in languages:
        description, short = about(language)
        code = _code(language, languages)
        if described is not None and not described.description:
            await _decorate("description", bot.set_my_description(description, code))
        if described_shortly is not None and not described_shortly.short_description:
            await _decorate("short description", bot.set_my_short_description(short, code))


async def _decorate(what: str, call: Awaitable[T]) -> T | None:
    try:
        with translated(repeatable=True):
            return await call
    except BotError as error:
        logger.warning("Telegram did not take the bot's %s: %s", what, error)
        return None


def _code(language: str, languages: Sequence[str]) -> str | None:
    return None if language == languages[0] else language
