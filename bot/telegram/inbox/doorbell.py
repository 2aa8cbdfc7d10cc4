"""Tells the intake that there is something new in the inbox."""

import asyncio
import contextlib

UPDATES_A_CALL = 100
"""What getUpdates gives at the most. After so many at a time, Telegram mostly has more."""
_LOOK_AGAIN_SECONDS = 5
_FETCH_FIRST_SECONDS = 1.0


class Doorbell(asyncio.Queue[object]):
    """Has an item for each time that it rang: python-telegram-bot puts one for each update it has fetched.

    Telegram's backlog is fetched first, because handling would slow that down. `is_fetched`: there is none.
    """

    def __init__(self) -> None:
        super().__init__()
        self.is_fetched = asyncio.Event()
        self.is_fetched.set()

    async def rung(self) -> None:
        """Wait until it rings, but a few seconds at the most, and then until Telegram has no more."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_AGAIN_SECONDS):
                await self.get()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FETCH_FIRST_SECONDS):
                while self._silenced() >= UPDATES_A_CALL:
                    self.is_fetched.clear()
                    await self.get()
        self.is_fetched.set()

    def _silenced(self) -> int:
        """How often it rang since the last look."""
        rang = 1
        while not self.empty():
            self.get_nowait()
            rang += 1
        return rang
