"""What several ask for at the same time, done as one: a transaction costs no more for a hundred rows."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


@dataclass(slots=True)
class _Batch(Generic[T, R]):
    items: list[T] = field(default_factory=list)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    result: R | None = None
    error: BaseException | None = None


class Together(Generic[T, R]):
    """Calls `work` with all items that came while the last call ran. Nobody waits for company.

    `work` may be repeated: if who made a call is cancelled, the others make it again.
    """

    def __init__(self, work: Callable[[Sequence[T]], Awaitable[R]]) -> None:
        self._work = work
        self._gathering = _Batch[T, R]()
        self._turn = asyncio.Lock()

    async def do(self, item: T) -> R | None:
        """The result of the call that this item was part of; its error is raised for each of them."""
        batch = self._gathering
        batch.items.append(item)
        if len(batch.items) == 1:
            await self._lead(batch)
        else:
            await batch.ended.wait()
            if isinstance(batch.error, asyncio.CancelledError):
                return await self.do(item)
        if batch.error is not None:
            raise batch.error
        return batch.result

    async def _lead(self, batch: _Batch[T, R]) -> None:
        """Who came first makes the call, once the one before has ended. The next batch gathers meanwhile."""
        try:
            async with self._turn:
                self._gathering = _Batch()
                batch.result = await self._work(batch.items)
        except BaseException as error:  # noqa: BLE001 - raised by `do`
            batch.error = error
        finally:
            if self._gathering is batch:  # cancelled before its turn
                self._gathering = _Batch()
            batch.ended.set()
