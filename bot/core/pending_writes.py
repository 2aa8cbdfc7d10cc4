"""Writes what has happened outside, and keeps it in memory while the database is away."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from bot.core.edits import Edit
from bot.core.ports import EditStore


class PendingWrites:
    """Writes that record a task that was made, or a card or picture that was sent.

    If the database does not take one, it is kept in memory and written before the edit's next step. So
    nothing is done twice, as long as the process lives.
    """

    def __init__(self, store: EditStore) -> None:
        self._store = store
        self._moves: dict[str, tuple[Edit, Edit]] = {}
        self._cards: dict[str, tuple[int | None, datetime]] = {}

    async def move(self, before: Edit, after: Edit) -> Edit | None:
        """The store's `move`. If it raises, the move is pending."""
        self._moves[before.id] = before, after
        moved = await self._store.move(before, after)
        self._moves.pop(before.id, None)
        return moved

    async def move_all(self, moves: Sequence[tuple[Edit, Edit]]) -> Sequence[Edit | None]:
        """The store's `move_all`. If it raises, each move is pending."""
        self._moves |= {before.id: (before, after) for before, after in moves}
        moved = await self._store.move_all(moves)
        for before, _ in moves:
            self._moves.pop(before.id, None)
        return moved

    async def note_card(self, edit: Edit, message_id: int | None, now: datetime) -> Edit:
        """The store's `note_card`. If it raises, it is pending. Returns `edit` if another replica has it."""
        self.card_came(edit, message_id, now)
        return await self.flush_card(edit)

    def card_came(self, edit: Edit, message_id: int | None, now: datetime) -> None:
        """A card that is to be noted is pending, until it is flushed."""
        self._cards[edit.id] = message_id, now

    async def flush_card(self, edit: Edit) -> Edit:
        """Write the card that is pending, if any."""
        if edit.id not in self._cards:
            return edit
        noted = await self._store.note_card(edit, *self._cards[edit.id])
        self._cards.pop(edit.id, None)
        return noted or edit

    def has_pending(self, edit: Edit) -> bool:
        """Whether a write is pending. It is done even if the edit is not due."""
        return edit.id in self._moves or edit.id in self._cards

    async def flush_pending(self, edit: Edit) -> Edit | None:
        """Write what is pending for `edit`, as just read. Returns the edit as moved, None if nothing was."""
        noted = await self.flush_card(edit)
        before, after = self._moves.get(edit.id, (edit, edit))
        changed = _changed(before, after)
        if not changed or noted.state is not before.state:  # it was written, or somebody else moved the edit
            self._moves.pop(edit.id, None)
            return noted if noted != edit else None
        return await self.move(noted, replace(noted, **{**_waiting(after), **changed}))


def _changed(before: Edit, after: Edit) -> dict[str, Any]:
    names = (field.name for field in fields(Edit))
    return {name: getattr(after, name) for name in names if getattr(after, name) != getattr(before, name)}


def _waiting(edit: Edit) -> dict[str, Any]:
    """What the error that kept the write away has changed meanwhile."""
    return {"due_at": edit.due_at, "attempts": edit.attempts, "blocked_by": edit.blocked_by}
