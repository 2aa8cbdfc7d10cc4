"""How many updates are handled at once. Those that wait for Telegram hold no slot."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextvars import ContextVar
from dataclasses import dataclass

AT_ONCE, GROUPS_AT_ONCE = 24, 12
"""On a busy machine an update takes half a second: with fewer, a hundred at once would wait for seconds."""


@dataclass(slots=True)
class _Hold:
    free: asyncio.Semaphore
    is_held: bool = True


_hold: ContextVar[_Hold | None] = ContextVar("hold", default=None)


class Slots:
    """Slots for work with the database, which is short. Groups have their own: nobody waits behind them."""

    def __init__(self, count: int = AT_ONCE) -> None:
        self._free, self._groups = asyncio.Semaphore(count), asyncio.Semaphore(GROUPS_AT_ONCE)

    @contextlib.asynccontextmanager
    async def taken(self, *, by_group: bool = False) -> AsyncIterator[None]:
        """Hold one slot until the block ends."""
        hold = _Hold(self._groups if by_group else self._free)
        await hold.free.acquire()
        token = _hold.set(hold)
        try:
            yield
        finally:
            _hold.reset(token)
            if hold.is_held:
                hold.free.release()

    @contextlib.asynccontextmanager
    async def stepped_aside(self) -> AsyncIterator[None]:
        """Inside a `taken` block: give the slot back while this block waits for something."""
        hold = _hold.get()
        if hold is None or not hold.is_held:
            yield
            return
        hold.is_held = False
        hold.free.release()
        try:
            yield
        finally:
            await hold.free.acquire()
            hold.is_held = True
