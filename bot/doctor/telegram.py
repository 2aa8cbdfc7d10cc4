"""Whether Telegram takes the token, what the bot sees in groups, where updates go, and whom it reaches."""

import contextlib
from collections.abc import AsyncIterator
from datetime import timedelta
from urllib.parse import urlsplit

from telegram import WebhookInfo
from telegram.error import InvalidToken, TelegramError
from telegram.ext import ExtBot

from bot.core.clock import utc_now
from bot.core.errors import BotError, PhotoRefused
from bot.doctor.finding import Finding, know, mend
from bot.doctor.words import in_words
from bot.settings import Settings
from bot.telegram.inbox.webhook import PATH
from bot.telegram.outbox.turns import Priority
from bot.urls import shown_url
from bot.wiring.outside import file_downloader, telegram_client

_RECENT = timedelta(minutes=10)
_PORTS = {None, 443, 80, 88, 8443}
_NEEDED = "Everything that people send and get goes through it."


async def telegram(settings: Settings, stack: contextlib.AsyncExitStack) -> AsyncIterator[Finding]:
    """The token, privacy mode, the webhook, the admins and one file."""
    bot = telegram_client(settings)
    stack.push_async_callback(bot.shutdown)
    try:
        await bot.initialize()
        known = await bot.get_webhook_info()
    except InvalidToken:
        advice = "copy TELEGRAM_BOT_TOKEN anew from @BotFather"
        yield mend("Telegram", "refuses the token", _NEEDED, advice)
        return
    except TelegramError as error:
        where = shown_url(settings.telegram_api_url)
        yield mend("Telegram", in_words(error), _NEEDED, f"check that {where} can be reached from here")
        return
    yield Finding("Telegram", f"the token is @{bot.username}'s")
    yield Finding("groups", _privacy(bot))
    yield webhook(settings, known)
    for admin in sorted(settings.admin_ids):
        yield await _admin(bot, admin)
    yield await _file(settings, bot, stack)


def _privacy(bot: ExtBot[Priority]) -> str:
    if bot.bot.can_read_all_group_messages:
        return (
            "privacy mode is off: it sees every message of its groups; it answers commands and its name only"
        )
    return (
        f"privacy mode is on: in groups it sees only commands that name it (/edit@{bot.username}), also in "
        "captions, and replies to its own messages"
    )


def webhook(settings: Settings, known: WebhookInfo) -> Finding:
    """Where Telegram sends updates, and where it should."""
    ours = settings.public_url + PATH if settings.telegram_webhook else ""
    if ours and (port := urlsplit(ours).port) not in _PORTS and _is_telegrams_own(settings.telegram_api_url):
        advice = "publish the bot at the https address without a port, or at one of these ports"
        why = "Telegram calls ports 443, 80, 88 and 8443 only, and takes no other address."
        return mend("webhook", f"PUBLIC_URL has port {port}", why, advice)
    waiting = f"{known.pending_update_count} updates wait"
    if known.url != ours:
        if not known.url:
            return Finding("webhook", "not set yet; `python -m bot run` does it")
        remedy = "removes it" if not ours else "sets this bot's own"
        advice = f"`python -m bot run` {remedy}; stop whatever uses it"
        return mend("webhook", "one of another address is set", "Updates go there, not here.", advice)
    if not ours:
        return Finding("webhook", "none in the way")
    failed_at, said = known.last_error_date, known.last_error_message
    if failed_at is None:
        return Finding("webhook", f"this bot's own address is set, and nothing failed there; {waiting}")
    if utc_now() - failed_at < _RECENT:
        why = f"Telegram keeps what people send for a day and tries again; {waiting}."
        advice = "PUBLIC_URL has to lead to the running bot, by HTTPS"
        return mend("webhook", f"Telegram could not reach this bot: {said}", why, advice)
    last = f"it last failed at {failed_at:%Y-%m-%d %H:%M} UTC ({said})"
    return Finding("webhook", f"this bot's own address is set; {last}; {waiting}")


def _is_telegrams_own(api_url: str) -> bool:
    """A Bot API server of one's own calls any port."""
    return urlsplit(api_url).hostname == "api.telegram.org"


async def _admin(bot: ExtBot[Priority], admin: int) -> Finding:
    """What only the admin sees: "typing", for a moment."""
    try:
        await bot.send_chat_action(admin, "typing")
    except TelegramError as error:
        why = "Alerts (credit, key) do not arrive there."
        advice = "that person has to open the bot and press Start; or correct ADMIN_IDS"
        return mend("admins", f"{admin} cannot be written to: {in_words(error)}", why, advice)
    return Finding("admins", f"{admin} can be written to")


async def _file(settings: Settings, bot: ExtBot[Priority], stack: contextlib.AsyncExitStack) -> Finding:
    """Photos come another way than messages: fetch a profile picture as if somebody had sent it."""
    why = "Photos come by another way than messages; whether that is open was not tried."
    try:
        for owner in (bot.id, *sorted(settings.admin_ids)):
            if pictures := (await bot.get_user_profile_photos(owner, limit=1)).photos:
                content = await file_downloader(settings, bot, stack).download(pictures[0][-1].file_id)
                return Finding("files", f"a picture of {len(content):,} bytes came from Telegram")
    except TelegramError:
        return know("files", "Telegram names no profile picture to fetch", why)
    except PhotoRefused:
        advice = "check TELEGRAM_API_URL: the server there answers calls, and does not hand out files"
        return mend("files", "Telegram has a picture, and does not hand it out", "No photo arrives.", advice)
    except BotError as error:
        advice = (
            f"check that files of {shown_url(settings.telegram_api_url)} can be reached from here; "
            "a Bot API server of your own does not hand out files by itself: see TELEGRAM_FILES_URL"
        )
        return mend("files", in_words(error), "No photo arrives.", advice)
    advice = "give the bot a picture (/setuserpic at @BotFather)"
    return know("files", "there is no profile picture to fetch", why, advice)
