"""Counts in the row how often the decoding of an edit's pictures has begun: that may end the process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

from bot.core.edits import Edit
from bot.core.errors import EditFailed, Reason
from bot.core.ports import EditStore

MAX_STARTS = 6
"""Of the same step, each by another process that did not come to its end. A picture alone hardly ends one:
a worker with limits decodes it. Fewer would give up edits of a machine that dies for other reasons."""
_SUSPECTED_FROM = 3
"""From so many starts on, one picture at a time: the next death is the fault of no other of them."""


class Starts:
    """Noted once by each process and step, before pixels are decoded."""

    def __init__(self, store: EditStore) -> None:
        self._store = store
        self._counted: set[str] = set()
        self._one_at_a_time = asyncio.Lock()

    def counted(self, edit_id: str) -> None:
        """The start of the next step was noted together with something else."""
        self._counted.add(edit_id)

    @contextlib.asynccontextmanager
    async def begun(self, edit: Edit) -> AsyncIterator[Edit | None]:
        """Around the decoding. The edit with this process's start in its row; None if it has moved.

        Raises EditFailed where there were enough of them. Those that may have ended processes take turns.
        """
        is_suspect = edit.starts >= _SUSPECTED_FROM
        async with self._one_at_a_time if is_suspect else contextlib.nullcontext():
            yield await self._note(edit)

    async def _note(self, edit: Edit) -> Edit | None:
        if edit.id in self._counted:
            return edit
        if edit.starts >= MAX_STARTS:
            raise EditFailed(Reason.TOO_HEAVY, f"{edit.starts} processes did not come to the end of it")
        noted = await self._store.move(edit, replace(edit, starts=edit.starts + 1))
        if noted is not None:
            self._counted.add(edit.id)
        return noted

    def forget(self, edit_id: str) -> None:
        """There will be no more."""
        self._counted.discard(edit_id)
