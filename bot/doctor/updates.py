"""Checks whether another process takes this bot's updates."""

import contextlib
from collections.abc import AsyncIterator

from telegram.error import Conflict, TelegramError
from telegram.ext import ExtBot

from bot.doctor.finding import Finding, mend
from bot.doctor.words import in_words
from bot.settings import Settings
from bot.storage.database import AlreadyRunning, lock_database_file
from bot.telegram.outbox.turns import Priority
from bot.wiring.outside import opened_database, telegram_client

_WHY = "What people send is handed out once: each of two gets a part."


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
                yield await _second_poller(telegram_client(settings), stack)
    except AlreadyRunning:
        yield Finding("updates", "this bot is running here and takes them; it was left in peace")
    except OSError:  # nobody can tell whether a bot runs here
        advice = "mend what is said about folder and database first"
        yield mend("updates", "not asked for: whether a bot runs here cannot be told", _WHY, advice)


async def _second_poller(bot: ExtBot[Priority], stack: contextlib.AsyncExitStack) -> Finding:
    stack.push_async_callback(bot.shutdown)
    try:
        await bot.initialize()
        await bot.get_updates(limit=1, timeout=3, offset=0)
    except Conflict as error:
        if "webhook" in error.message.lower():
            return mend(
                "updates", "they go to the webhook", _WHY, "mend what is said about the webhook first"
            )
        return mend(
            "updates", "another process takes this bot's updates", _WHY,
            "stop it: one bot token has one receiver",
        )  # fmt: skip
    except TelegramError as error:
        return mend("updates", in_words(error), _WHY, "mend what is said about Telegram first")
    return Finding("updates", "nobody else takes them")
