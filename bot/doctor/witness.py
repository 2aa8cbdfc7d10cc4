"""Whether others than this machine reach an address: Telegram is asked to fetch it, for an admin."""

import contextlib

from telegram.error import BadRequest, Forbidden, TelegramError

from bot.settings import Settings
from bot.wiring.outside import telegram_client

_NOT_FETCHED = (
    "failed to get http url content",
    "wrong file identifier/http url",
    "wrong type of the web page",
)
_FETCHED = ("photo_invalid_dimensions", "image_process_failed")
"""It looked at the picture, and did not like it."""


async def telegram_fetches(settings: Settings, url: str, stack: contextlib.AsyncExitStack) -> bool | None:
    """Whether Telegram gets the photo at `url`; None where it cannot be asked.

    The photo goes to an admin without a sound, and is deleted at once.
    """
    bot = telegram_client(settings)
    stack.push_async_callback(bot.shutdown)
    with contextlib.suppress(TelegramError):
        await bot.initialize()
        for admin in sorted(settings.admin_ids):
            try:
                message = await bot.send_photo(admin, url, disable_notification=True)
            except BadRequest as error:
                said = error.message.lower()
                if any(sign in said for sign in (*_NOT_FETCHED, *_FETCHED)):
                    return not any(sign in said for sign in _NOT_FETCHED)
                continue
            except Forbidden:
                continue  # this admin has blocked the bot
            await bot.delete_message(admin, message.message_id)
            return True
    return None
