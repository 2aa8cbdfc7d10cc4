"""The Bot API's client."""

import asyncio
import logging
from collections.abc import Callable

import httpx
from telegram.error import InvalidToken
from telegram.ext import ExtBot
from telegram.request import BaseRequest

from bot.telegram.outbox.flood_control import FloodControl
from bot.telegram.outbox.turns import Priority
from bot.telegram.transport import BoundedRequest

logger = logging.getLogger(__name__)

CALLS_AT_ONCE = 32


def telegram_bot(
    token: str,
    api_url: str,
    transport: httpx.AsyncBaseTransport,
    *,
    flood_control: FloodControl | None = None,
    updates: BaseRequest | None = None,
    on_call: Callable[[str], None] = lambda _: None,
) -> ExtBot[Priority]:
    """A bot whose calls wait for their turn. `on_call` is called with each answer's HTTP status.

    `updates` is the transport for getUpdates, for a bot that polls.
    """

    async def on_response(_: str, status: int, body: bytes) -> bytes:
        on_call(str(status))
        return body

    return ExtBot(
        token,
        base_url=f"{api_url}/bot",
        base_file_url=f"{api_url}/file/bot",
        request=BoundedRequest(
            on_response=on_response,
            connection_pool_size=CALLS_AT_ONCE,
            connect_timeout=10,
            read_timeout=20,
            write_timeout=20,
            media_write_timeout=60,
            pool_timeout=30,
            httpx_kwargs={"transport": transport},
        ),
        get_updates_request=updates,
        rate_limiter=flood_control or FloodControl(),
    )


async def initialized(bot: ExtBot[Priority]) -> None:
    """Learn the bot's own name; tries until Telegram answers. InvalidToken if there is no such bot."""
    pause = 1.0
    while True:
        try:
            return await bot.initialize()
        except InvalidToken:
            raise
        except Exception as error:  # noqa: BLE001 - an answer that the library cannot read, too
            logger.warning("Telegram does not answer (%r); next try in %.0f s", error, pause)
        await asyncio.sleep(pause)
        pause = min(pause * 2, 30)
