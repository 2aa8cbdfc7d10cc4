"""Clocks that tests move by hand, and waiting for what really takes time."""

import asyncio
import heapq
import itertools
import time
from collections.abc import Callable

from bot.sandbox.nanobanana.api import NanoBananaSandbox

PATIENCE = 120.0
"""Seconds for what has to happen but need not be quick: a busy machine is no reason to fail."""


class ManualClock:
    """Seconds, as the test says."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Alarm:
    def __init__(self, ring: Callable[[], None]) -> None:
        self.ring: Callable[[], None] | None = ring

    def cancel(self) -> None:
        self.ring = None


class VirtualTime:
    """Moves only when told to, from alarm to alarm; real tasks do what they can at each moment."""

    def __init__(self) -> None:
        self._now = 1000.0
        self._numbers = itertools.count()
        self._alarms: list[tuple[float, int, Alarm]] = []

    def __call__(self) -> float:
        return self._now

    def later(self, seconds: float, callback: Callable[[], None]) -> Alarm:
        alarm = Alarm(callback)
        heapq.heappush(self._alarms, (self._now + seconds, next(self._numbers), alarm))
        return alarm

    async def sleep(self, seconds: float) -> None:
        over = asyncio.Event()
        self.later(seconds, over.set)
        await over.wait()

    async def settle(self) -> None:
        for _ in range(8):
            await asyncio.sleep(0)

    async def run(self, seconds: float) -> None:
        end = self._now + seconds
        await self.settle()
        while self._alarms and self._alarms[0][0] <= end:
            self._now, _, alarm = heapq.heappop(self._alarms)
            if alarm.ring is not None:
                alarm.ring()
                await self.settle()
        self._now = end

    @property
    def alarms(self) -> int:
        return sum(alarm.ring is not None for _, _, alarm in self._alarms)


async def until(happened: Callable[[], object], timeout: float = PATIENCE) -> None:
    """Wait for something that says no word when it happens: to look takes a thirtieth of the time at most."""
    async with asyncio.timeout(timeout):
        began = time.thread_time()
        while not happened():
            await asyncio.sleep(max(0.02, 30 * (time.thread_time() - began)))
            began = time.thread_time()


def finish_tasks(nanobanana: NanoBananaSandbox) -> None:
    """Each task that runs now is done within half a second, however long it was to take."""
    for task in nanobanana.tasks.values():
        task.seconds = 0
