"""Ends tasks reliably: Python 3.11's wait_for, or a library, may swallow a cancellation."""

import asyncio
from collections.abc import Collection

_TRIES = 5


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
