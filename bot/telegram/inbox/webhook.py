"""Updates by webhook: committed to the same inbox before Telegram gets "ok"."""

import hashlib
import hmac
import json
import logging
from collections.abc import Callable
from http import HTTPStatus

from telegram.ext import ExtBot

from bot.core.clock import Clock
from bot.storage.database import DATABASE_ERRORS
from bot.telegram.inbox.polling import ALLOWED_UPDATES
from bot.telegram.inbox.raw_updates import LARGEST_ID, Inbox, line_of
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
        """Commit one update. Anything but OK makes Telegram deliver it again, chat by chat in order."""
        if not hmac.compare_digest(shown_secret.encode(errors="replace"), self._secret):
            return HTTPStatus.FORBIDDEN
        try:
            update_id, line, raw = _read(body)
        except (ValueError, KeyError, TypeError, RecursionError):
            logger.warning("the webhook got something that is no update")
            return HTTPStatus.BAD_REQUEST
        try:
            await self._inbox.keep([(update_id, line, raw)], self._now(), self._owner())
        except DATABASE_ERRORS as error:
            logger.warning("update %s could not be stored: %s", update_id, type(error).__name__)
            return HTTPStatus.SERVICE_UNAVAILABLE
        self._ring()
        return HTTPStatus.OK


def _read(body: bytes) -> tuple[int, int, str]:
    """The update's id, whose line it stands in, and its JSON. Raises where it can be no update."""
    update = json.loads(body, parse_int=_id)
    return _id(update["update_id"]), line_of(update), json.dumps(update, ensure_ascii=False, allow_nan=False)


def _id(number: str | int) -> int:
    """A whole number that Telegram, and a database, may call something by."""
    if not -LARGEST_ID < int(number) < LARGEST_ID:
        raise ValueError("too large for an id")
    return int(number)


async def set_webhook(bot: ExtBot[Priority], public_url: str, secret: str) -> None:
    """Tell Telegram where updates go; harmless to repeat from every replica."""
    await bot.set_webhook(
        public_url + PATH,
        secret_token=secret,
        allowed_updates=ALLOWED_UPDATES,
        max_connections=_CONNECTIONS,
    )
