"""Asks Telegram for updates and loses none: they are committed before they are acknowledged.

python-telegram-bot's Updater keeps the offset, the retries and the shutdown. Our HTTP transport commits every
raw update before it returns, and gives the Updater only stubs: updates that cannot be parsed are stored too.
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
from bot.telegram.inbox.doorbell import UPDATES_A_CALL, stub
from bot.telegram.inbox.raw_updates import Inbox, line_of
from bot.telegram.outbox.turns import Priority
from bot.telegram.transport import BoundedRequest

logger = logging.getLogger(__name__)

ALLOWED_UPDATES = ("message", "edited_message", "callback_query", "my_chat_member")
LONG_POLL_SECONDS = 50
UPDATE_CALLS = 2
"""Connections for getUpdates: the long poll, and the acknowledgement when it stops."""
_LEAVE_WITHIN_SECONDS = 2


def durable_request(
    inbox: Inbox,
    owner: Callable[[], str],
    now: Clock,
    transport: httpx.AsyncBaseTransport,
    on_call: Callable[[str], None] = lambda _: None,
) -> BoundedRequest:
    """The transport for getUpdates. It returns an update only after it is committed."""

    async def on_response(method: str, status: int, body: bytes) -> bytes:
        """If this raises, the offset stays the same and Telegram delivers again."""
        on_call(str(status))
        if method != "getUpdates":
            return body
        if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND}:
            # The library would take this for a wrong token and stop asking for ever.
            raise NetworkError(f"getUpdates was answered with HTTP {status}")
        if status != HTTPStatus.OK:
            return body
        updates = json.loads(body)["result"]
        if updates:
            raws = [
                (each["update_id"], line_of(each), json.dumps(each, ensure_ascii=False)) for each in updates
            ]
            await inbox.keep(raws, now(), owner())
        is_all = len(updates) < UPDATES_A_CALL
        stubs = [stub(each["update_id"], is_last=is_all) for each in updates]
        return json.dumps({"ok": True, "result": stubs}).encode()

    return BoundedRequest(
        on_response=on_response,
        connect_timeout=10,
        read_timeout=10,
        httpx_kwargs={"transport": transport},
    )


class Polling:
    """Polls while `poll` says so. Puts each update's stub into `doorbell`."""

    def __init__(self, bot: ExtBot[Priority], doorbell: asyncio.Queue[object]) -> None:
        self._updater = Updater(bot, doorbell)
        self._polls, self._rests = asyncio.Event(), asyncio.Event()

    def poll(self, wanted: bool) -> None:  # noqa: FBT001 - a switch
        """Start or stop asking Telegram for updates."""
        (self._polls if wanted else self._rests).set()
        (self._rests if wanted else self._polls).clear()

    async def run(self) -> None:
        """Poll, or wait for `poll`, until cancelled."""
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
        """Stop the Updater. It acknowledges its last updates, which must not take long."""
        if self._updater.running:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LEAVE_WITHIN_SECONDS):
                    await self._updater.stop()


def _log_polling_error(error: TelegramError) -> None:
    if isinstance(error, Conflict):
        logger.error("another process takes this bot's updates: %s", error)
    else:
        logger.warning("getUpdates: %s: %s", type(error).__name__, error)
