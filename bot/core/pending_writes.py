"""Notes what has happened outside, and does not forget it while the database is away."""

from dataclasses import fields, replace
from datetime import datetime

from bot.core.edits import Edit
from bot.core.ports import EditStore


class Noting:
    """Moves that tell of a task made, a card or a picture sent.

    One that the database did not take is kept in memory and made up for before anything else is done for the
    edit: as long as the process lives, an answer that has come is never asked for twice.
    """

    def __init__(self, store: EditStore) -> None:
        self._store = store
        self._owed: dict[str, tuple[Edit, Edit]] = {}
        self._cards: dict[str, tuple[int, datetime]] = {}

    async def note(self, before: Edit, after: Edit) -> Edit | None:
        """The store's `move`; owed from now on if that raises."""
        self._owed[before.id] = before, after
        moved = await self._store.move(before, after)
        self._owed.pop(before.id, None)
        return moved

    async def note_card(self, edit: Edit, message_id: int, now: datetime) -> Edit:
        """The edit with its status card noted, beside whatever else becomes of it meanwhile."""
        self._cards[edit.id] = message_id, now
        carded = await self._store.note_card(edit, message_id, now)
        self._cards.pop(edit.id, None)
        return carded or edit

    async def make_up(self, edit: Edit) -> Edit | None:
        """Note what is owed to the edit, as it now stands. None where there was nothing, or it was noted."""
        carded = await self.note_card(edit, *self._cards[edit.id]) if edit.id in self._cards else edit
        before, after = self._owed.get(edit.id, (edit, edit))
        changed = {
            field.name: getattr(after, field.name)
            for field in fields(Edit)
            if getattr(after, field.name) != getattr(before, field.name)
        }
        if not changed or carded.state is not before.state:
            self._owed.pop(edit.id, None)
            return carded if carded != edit else None
        return await self.note(carded, replace(carded, **changed))

    def owes(self, edit: Edit) -> bool:
        """Whether there is something to make up for, which does not wait until the edit is due."""
        return edit.id in self._owed or edit.id in self._cards

    def forget(self, edit: Edit) -> None:
        """Nothing is owed to it any more."""
        self._owed.pop(edit.id, None)
        self._cards.pop(edit.id, None)
