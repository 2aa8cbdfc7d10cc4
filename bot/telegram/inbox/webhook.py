"""Updates by webhook: committed to the same inbox before Telegram gets "ok"."""

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from http import HTTPStatus

from telegram.ext import ExtBot

from bot.core.clock import Clock
from bot.core.errors import BotError
from bot.storage.database import DATABASE_ERRORS
from bot.telegram.inbox.polling import ALLOWED_UPDATES
from bot.telegram.inbox.raw_updates import Inbox, line_of
from bot.telegram.outbox.errors import translated
from bot.telegram.outbox.turns import Priority

logger = logging.getLogger(__name__)

PATH = "/telegram"
_CONNECTIONS = 20


def webhook_secret(token: str) -> str:
    """The secret that Telegram sends with each update. The same for all replicas; hides the token."""
    return hmac.new(token.encode(), b"webhook", hashlib.sha256).hexdigest()


class Webhook:
    """Receives updates, one per call."""

    def __init__(
        self, inbox: Inbox, secret: str, owner: Callable[[], str], ring: Callable[[], None], now: Clock
    ) -> None:
        self._inbox, self._secret = inbox, secret.encode()
        self._owner, self._ring, self._now = owner, ring, now

    async def take(self, shown_secret: str, body: bytes) -> HTTPStatus:
        """Commit one update; returns the status to answer. After anything but OK, Telegram sends it again.

        A body that is no update gets OK too: otherwise it would come again for a day and block its chat.
        """
        if not hmac.compare_digest(shown_secret.encode(errors="replace"), self._secret):
            return HTTPStatus.FORBIDDEN
        try:
            update = json.loads(body)
            update_id = int(update["update_id"])
        except (ValueError, KeyError, TypeError):
            logger.warning("the webhook got something that is no update")
            return HTTPStatus.OK
        try:
            raw = json.dumps(update, ensure_ascii=False)
            await self._inbox.keep([(update_id, line_of(update), raw)], self._now(), self._owner())
        except DATABASE_ERRORS as error:
            logger.warning("update %s could not be stored: %s", update_id, type(error).__name__)
            return HTTPStatus.SERVICE_UNAVAILABLE
        self._ring()
        return HTTPStatus.OK


async def set_webhook(bot: ExtBot[Priority], public_url: str, secret: str) -> None:
    """Tell Telegram where to send updates; tries until it works. Every replica may do it."""
    pause = 1.0
    while True:
        try:
            with translated(repeatable=True):
                await bot.set_webhook(
                    public_url + PATH,
                    secret_token=secret,
                    allowed_updates=ALLOWED_UPDATES,
                    max_connections=_CONNECTIONS,
                )
        except BotError as error:
            logger.warning("Telegram was not told where updates go (%s); next try in %.0f s", error, pause)
            await asyncio.sleep(pause)
            pause = min(pause * 2, 60)
        else:
            return
