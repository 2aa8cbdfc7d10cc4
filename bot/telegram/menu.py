"""The command menus that Telegram shows, per scope and language, and the bot's description of itself."""

from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeDefault,
)

from bot.conversation.texts import bot_description, bot_short_description, command_descriptions
from bot.conversation.texts.i18n import LANGUAGES, translations
from bot.telegram.outbox.errors import translated

_PRIVATE_ONLY = frozenset({"start"})


async def publish_menus(bot: Bot) -> None:
    """Set the menus: English is also what people of every other language get."""
    scopes: tuple[BotCommandScope, ...] = (
        BotCommandScopeDefault(),
        BotCommandScopeAllPrivateChats(),
        BotCommandScopeAllGroupChats(),
    )
    for scope in scopes:
        private = isinstance(scope, BotCommandScopeAllPrivateChats)
        for language in LANGUAGES:
            commands = [
                BotCommand(name, description)
                for name, description in command_descriptions(translations(language))
                if private or name not in _PRIVATE_ONLY
            ]
            with translated():
                await bot.set_my_commands(commands, scope, None if language == "en" else language)
    with translated():
        await _describe(bot)


async def _describe(bot: Bot) -> None:
    """What an empty chat and the profile show, unless who runs the bot has written something there."""
    described = (await bot.get_my_description()).description
    described_shortly = (await bot.get_my_short_description()).short_description
    for language in LANGUAGES:
        t, code = translations(language), None if language == "en" else language
        if not described:
            await bot.set_my_description(bot_description(t), code)
        if not described_shortly:
            await bot.set_my_short_description(bot_short_description(t), code)
