"""Asks Telegram for updates so that none is lost: they are committed before Telegram hears that they arrived.

python-telegram-bot's Updater keeps the offset, the retries and the shutdown. Its HTTP transport commits every
raw update before it returns, and hands the Updater only stubs: what cannot be parsed is stored all the same.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from http import HTTPStatus

import httpx
from telegram.error import Conflict, NetworkError, TelegramError
from telegram.ext import ExtBot, Updater

from bot.core.clock import Clock
from bot.telegram.inbox.raw_updates import Inbox, line_of
from bot.telegram.outbox.turns import Priority
from bot.telegram.transport import BoundedRequest

logger = logging.getLogger(__name__)

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
LONG_POLL_SECONDS = 50
UPDATE_CALLS = 2
"""Connections for getUpdates: the long poll, and the last word to Telegram at the end."""
_LEAVE_WITHIN_SECONDS = 2


def durable_request(
    inbox: Inbox,
    owner: Callable[[], str],
    now: Clock,
    transport: httpx.AsyncBaseTransport,
    on_call: Callable[[str], None] = lambda _: None,
) -> BoundedRequest:
    """The transport of getUpdates: an update that it returns has been committed."""

    async def on_response(method: str, status: int, body: bytes) -> bytes:
        """Raising keeps the offset where it is: Telegram delivers again."""
        on_call(str(status))
        if method != "getUpdates":
            return body
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND}:
            # To the library that is a wrong token, and it would stop asking for good.
            raise NetworkError(f"getUpdates was answered with HTTP {status}")
        if status != HTTPStatus.OK:
            return body
        updates = json.loads(body)["result"]
        if updates:
            raws = [
                (each["update_id"], line_of(each), json.dumps(each, ensure_ascii=False)) for each in updates
            ]
            await inbox.keep(raws, now(), owner())
        stubs = [{"update_id": each["update_id"]} for each in updates]
        return json.dumps({"ok": True, "result": stubs}).encode()

    return BoundedRequest(
        on_response,
        connect_timeout=10,
        read_timeout=10,
        httpx_kwargs={"transport": transport},
    )


class Polling:
    """Asks while `poll` says so; `doorbell` is rung at whatever has come."""

    def __init__(self, bot: ExtBot[Priority], doorbell: asyncio.Queue[object]) -> None:
        self._updater = Updater(bot, doorbell)
        self._polls, self._rests = asyncio.Event(), asyncio.Event()

    def poll(self, wanted: bool) -> None:  # noqa: FBT001 - a switch
        """Ask Telegram for updates from now on, or leave that to another."""
        (self._polls if wanted else self._rests).set()
        (self._rests if wanted else self._polls).clear()

    async def run(self) -> None:
        """Until cancelled."""
        await self._updater.initialize()  # its shutdown would be the bot's, which others still use
        try:
            while True:
                await self._polls.wait()
                await self._updater.start_polling(
                    timeout=LONG_POLL_SECONDS,
                    allowed_updates=ALLOWED_UPDATES,
                    bootstrap_retries=-1,
                    error_callback=_log_polling_error,
                )
                await self._rests.wait()
                await self._stop()
        finally:
            await self._stop()

    async def _stop(self) -> None:
        """The Updater would tell Telegram at the end what it has taken; Telegram may not listen."""
        if self._updater.running:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LEAVE_WITHIN_SECONDS):
                    await self._updater.stop()


def _log_polling_error(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        logger.error("another process takes this bot's updates: %s", error)
    else:
        logger.warning("getUpdates: %s: %s", type(error).__name__, error)
