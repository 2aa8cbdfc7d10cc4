"""Checks whether another process takes this bot's updates."""

import contextlib
from collections.abc import AsyncIterator

from telegram.error import Conflict, TelegramError
from telegram.ext import ExtBot

from bot.doctor.finding import Finding, short
from bot.settings import Settings
from bot.storage.database import AlreadyRunning, lock_database_file
from bot.telegram.outbox.turns import Priority
from bot.wiring.outside import opened_database, telegram_client


async def updates(settings: Settings, stack: contextlib.AsyncExitStack) -> AsyncIterator[Finding]:
    """Whether another process polls with this token. Asking ends its poll, so not while a bot runs here."""
    if settings.telegram_webhook:
        yield Finding("updates", "they come by the webhook")
        return
    try:
        async with opened_database(settings) as database:
            if database.path is None:
                yield Finding("updates", "not asked for: that would end the poll of a bot that runs")
                return
            with lock_database_file(database.path):
                async for finding in _second_poller(telegram_client(settings), stack):
                    yield finding
    except AlreadyRunning:
        yield Finding("updates", "this bot is running here and takes them")
    except OSError as error:  # so it is not known whether a bot runs here
        advice = "mend what is said about the database first, and let this user write in its folder"
        yield Finding("updates", f"not asked for: {short(error)}", advice)


async def _second_poller(bot: ExtBot[Priority], stack: contextlib.AsyncExitStack) -> AsyncIterator[Finding]:
    stack.push_async_callback(bot.shutdown)
    try:
        await bot.initialize()
        await bot.get_updates(limit=1, timeout=3, offset=0)
    except Conflict as error:
        if "webhook" in error.message.lower():
            yield Finding("updates", "they go to the webhook", "mend what is said about the webhook first")
            return
        yield Finding(
            "updates", "another process takes this bot's updates", "stop it: one bot token has one receiver"
        )
    except TelegramError as error:
        yield Finding("updates", type(error).__name__, "mend what is said about Telegram first")
    else:
        yield Finding("updates", "nobody else takes them")
