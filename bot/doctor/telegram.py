"""Checks Telegram: the token, what the bot may read in groups, and where updates go."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta

from telegram import WebhookInfo
from telegram.error import InvalidToken, TelegramError

from bot.core.clock import utc_now
from bot.doctor.finding import Finding, short
from bot.settings import Settings
from bot.telegram.inbox.webhook import PATH
from bot.wiring.outside import telegram_client

_RECENT = timedelta(minutes=10)


async def telegram(settings: Settings, stack: contextlib.AsyncExitStack) -> AsyncIterator[Finding]:
    """The token, privacy mode and the webhook."""
    bot = telegram_client(settings)
    stack.push_async_callback(bot.shutdown)
    try:
        await bot.initialize()
        webhook = await bot.get_webhook_info()
    except InvalidToken:
        yield Finding("Telegram", "refuses the token", "copy TELEGRAM_BOT_TOKEN anew from @BotFather")
        return
    except TelegramError as error:
        yield Finding(
            "Telegram", short(error), f"check that {settings.telegram_api_url} can be reached from here"
        )
        return
    yield Finding("Telegram", f"the token is @{bot.username}'s")
    if bot.bot.can_read_all_group_messages:
        yield Finding("groups", "the bot sees every message (privacy mode is off); it answers commands only")
    else:
        yield Finding(
            "groups", f"privacy mode is on: it sees commands; in captions people write /edit@{bot.username}"
        )
    yield _webhook(settings, webhook)


def _webhook(settings: Settings, webhook: WebhookInfo) -> Finding:
    """Where Telegram sends updates, and where it should."""
    ours = settings.public_url + PATH if settings.telegram_webhook else ""
    waiting = f"{webhook.pending_update_count} updates wait"
    if webhook.url != ours:
        if not webhook.url:
            return Finding("webhook", "not set yet; `python -m bot run` does it")
        remedy = "removes it" if not ours else "sets this bot's own"
        return Finding(
            "webhook",
            "one of another address is set, so updates go there",
            f"`python -m bot run` {remedy}; stop whatever uses it",
        )
    if not ours:
        return Finding("webhook", "none in the way")
    failed_at = webhook.last_error_date
    if failed_at is not None and utc_now() - failed_at < _RECENT:
        said = f"Telegram failed to reach this bot's address: {webhook.last_error_message}; {waiting}"
        return Finding("webhook", said, "PUBLIC_URL has to lead to the running bot, by HTTPS")
    return Finding("webhook", f"this bot's own address is set; {waiting}")
