"""Counts in the row how often work on an edit's pictures was begun: it may be what ends the process."""

from dataclasses import replace

from bot.core.edits import Edit
from bot.core.errors import EditFailed, Reason
from bot.core.ports import EditStore

MAX_STARTS = 6
"""Of the same step, each by another process that did not come to its end. A picture alone hardly ends one:
a worker with limits decodes it. Fewer would give up edits of a machine that dies for other reasons."""


class Starts:
    """Noted once by each process and step, before pixels are decoded."""

    def __init__(self, store: EditStore) -> None:
        self._store = store
        self._counted: set[str] = set()

    def counted(self, edit_id: str) -> None:
        """The start of the next step was noted together with something else."""
        self._counted.add(edit_id)

    async def note(self, edit: Edit) -> Edit | None:
        """The edit with this process's start in its row. EditFailed where there were enough of them."""
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
