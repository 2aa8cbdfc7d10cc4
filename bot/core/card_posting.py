"""Gives each edit one status card, beside whatever else becomes of the edit."""

from dataclasses import replace

from bot.core.clock import Clock
from bot.core.edits import Edit
from bot.core.errors import OutcomeUnknown, TryLater
from bot.core.pending_writes import Noting
from bot.core.ports import Chat
from bot.core.replica import Replica


class Carding:
    """An edit can do without a card. One that may have arrived is not sent again while this process lives."""

    def __init__(self, chat: Chat, noting: Noting, replica: Replica, now: Clock) -> None:
        self._chat, self._noting, self._replica, self._now = chat, noting, replica, now
        self._unsure: set[str] = set()

    async def with_card(self, edit: Edit) -> Edit:
        """The edit with its card's message id, or as it was. Raises what keeps a picture away as well."""
        if edit.status_message_id is not None or edit.id in self._unsure:
            return edit
        self._replica.ensure_holds(edit)
        try:
            message_id = await self._chat.post_card(edit)
        except TryLater:
            return edit
        except OutcomeUnknown:
            self._unsure.add(edit.id)
            return edit
        await self._noting.note_card(edit, message_id, self._now())
        return replace(edit, status_message_id=message_id)

    def forget(self, edit: Edit) -> None:
        """The edit has ended."""
        self._unsure.discard(edit.id)
