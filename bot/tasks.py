"""Ends tasks reliably: Python 3.11's wait_for, or a library, may swallow a cancellation."""

import asyncio
import contextlib
from collections.abc import Awaitable, Collection
from typing import TypeVar

T = TypeVar("T")

_TRIES = 5


async def to_its_end(awaitable: Awaitable[T]) -> T:
    """Its result. Whoever is cancelled meanwhile still waits for its end, and only then is cancelled."""
    ending = asyncio.ensure_future(awaitable)  # noqa: TID251 - waited for in any case
    try:
        return await asyncio.shield(ending)
    finally:
        while not ending.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait((ending,))


async def end(tasks: Collection[asyncio.Task[object]], first_seconds: float = 1.0) -> None:
    """Cancel tasks until they have ended. After the first time they get `first_seconds` to clean up."""
    patience = first_seconds
    for _ in range(_TRIES):
        pending = [task for task in tasks if not task.done()]
        if not pending:
            return
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=patience)
        patience = 0.5
