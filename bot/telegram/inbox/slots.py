"""How many updates are handled at once. Those that wait for Telegram hold no slot."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextvars import ContextVar
from dataclasses import dataclass

AT_ONCE = 8


@dataclass(slots=True)
class _Hold:
    is_held: bool


_hold: ContextVar[_Hold | None] = ContextVar("hold", default=None)


class Slots:
    """Slots for work with the database, which is short."""

    def __init__(self, count: int = AT_ONCE) -> None:
        self._free = asyncio.Semaphore(count)

    @contextlib.asynccontextmanager
    async def taken(self) -> AsyncIterator[None]:
        """Hold one slot until the block ends."""
        await self._free.acquire()
        hold = _Hold(is_held=True)
        token = _hold.set(hold)
        try:
            yield
        finally:
            _hold.reset(token)
            if hold.is_held:
                self._free.release()

    @contextlib.asynccontextmanager
    async def stepped_aside(self) -> AsyncIterator[None]:
        """Inside a `taken` block: give the slot back while this block waits for something."""
        hold = _hold.get()
        if hold is None or not hold.is_held:
            yield
            return
        hold.is_held = False
        self._free.release()
        try:
            yield
        finally:
            await self._free.acquire()
            hold.is_held = True
