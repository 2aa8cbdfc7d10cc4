"""The open pages: each gets everything once, and then what changes, as server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable

from bot.sandbox.telegram.values import Json

_LONGEST_QUEUE = 2000
_QUIET_SECONDS = 15.0


class Pages:
    """What is said here is heard by every page that is open."""

    def __init__(self) -> None:
        self._queues: set[asyncio.Queue[Json]] = set()

    def say(self, kind: str, **values: object) -> None:
        for queue in list(self._queues):
            if queue.qsize() >= _LONGEST_QUEUE:  # a page that sleeps: it connects anew and gets everything
                self._queues.discard(queue)
                continue
            queue.put_nowait({"kind": kind, **values})

    async def stream(self, everything: Callable[[], Json]) -> AsyncIterator[str]:
        """One page's events, until it goes away."""
        queue: asyncio.Queue[Json] = asyncio.Queue()
        self._queues.add(queue)
        try:
            yield _event({"kind": "everything", **everything()})
            while queue in self._queues:
                try:
                    yield _event(await asyncio.wait_for(queue.get(), _QUIET_SECONDS))
                except TimeoutError:
                    yield ": still here\n\n"
        finally:
            self._queues.discard(queue)


def _event(values: Json) -> str:
    return f"data: {json.dumps(values, ensure_ascii=False)}\n\n"
