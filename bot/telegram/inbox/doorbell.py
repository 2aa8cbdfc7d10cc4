"""Tells the intake that there is something new in the inbox, and whether Telegram has more."""

import asyncio
import contextlib
from typing import Any

from telegram import Update

UPDATES_A_CALL = 100
"""What getUpdates gives at the most. After so many, Telegram mostly has more."""
_MORE = "more"
_LOOK_AGAIN_SECONDS = 5
_FETCH_FIRST_SECONDS = 1.0


def stub(update_id: int, *, is_last: bool) -> dict[str, Any]:
    """What python-telegram-bot is given of an update, and puts into the doorbell.

    `is_last`: Telegram has no more for now.
    """
    return {"update_id": update_id} if is_last else {"update_id": update_id, _MORE: True}


class Doorbell(asyncio.Queue[object]):
    """Has a stub for each update that was fetched.

    Telegram's backlog is fetched first, because handling would slow that down. `is_fetched`: there is none.
    """

    def __init__(self) -> None:
        super().__init__()
        self.is_fetched = asyncio.Event()
        self.is_fetched.set()

    def _put(self, item: object) -> None:
        """Called by the queue for each new item."""
        if isinstance(item, Update) and _MORE in item.api_kwargs:
            self.is_fetched.clear()
        elif isinstance(item, Update):
            self.is_fetched.set()
        super()._put(item)

    async def rung(self) -> None:
        """Wait until it rings, but a few seconds at the most, and then until Telegram has no more."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_AGAIN_SECONDS):
                await self.get()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FETCH_FIRST_SECONDS):
                await self.is_fetched.wait()
        self.is_fetched.set()
        while not self.empty():
            self.get_nowait()
