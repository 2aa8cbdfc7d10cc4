"""Work that is done in order within a lane, with all lanes at the same time."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.tasks import end

logger = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(slots=True)
class _Lane(Generic[T]):
    items: deque[T]
    moved: asyncio.Event = field(default_factory=asyncio.Event)


class Lanes(Generic[T]):
    """Calls `work` with each item. A lane has a task while it has items, and works on the first of them."""

    def __init__(self, work: Callable[[T], Awaitable[None]]) -> None:
        self._work = work
        self._lanes: dict[Hashable, _Lane[T]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def put(self, key: Hashable, item: T) -> None:
        """Add an item to the end of a lane."""
        if key in self._lanes:
            self._lanes[key].items.append(item)
            return
        self._lanes[key] = _Lane(deque([item]))
        task = asyncio.create_task(self._run(key))  # noqa: TID251 - owned: see close()
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def until_shorter(self, key: Hashable, length: int) -> None:
        """Wait until a lane has fewer than `length` items."""
        while (lane := self._lanes.get(key)) is not None and len(lane.items) >= length:
            await lane.moved.wait()

    async def close(self) -> None:
        """Cancel the running work and drop the rest."""
        await end(list(self._tasks))

    async def _run(self, key: Hashable) -> None:
        lane = self._lanes[key]
        try:
            while lane.items:
                try:
                    await self._work(lane.items[0])
                except Exception:
                    logger.exception("lane %s goes on", key)
                lane.items.popleft()
                lane.moved.set()
                lane.moved.clear()
        finally:
            del self._lanes[key]
