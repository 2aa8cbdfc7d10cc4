"""Sends each edit's one status card, in parallel to its steps."""

from dataclasses import replace

from bot.core.clock import Clock
from bot.core.edits import Edit
from bot.core.errors import OutcomeUnknown, TryLater
from bot.core.pending_writes import PendingWrites
from bot.core.ports import Chat, Lease
from bot.core.provider import ITS_TURN, Place


class CardPosting:
    """Sends a card once. An edit works without one: where it may have arrived, or where the chat wants none,
    it is not tried again.
    """

    def __init__(self, chat: Chat, pending: PendingWrites, lease: Lease, now: Clock) -> None:
        self._chat, self._pending, self._lease, self._now = chat, pending, lease, now

    async def with_card(self, edit: Edit, place: Place = ITS_TURN) -> Edit:
        """The edit with its card, sent if needed: its `place` is on it. A series has one, its first edit's.

        Raises errors that would stop a picture too.
        """
        carded = await self.sent(edit, place)
        await self._pending.flush_card(edit)
        return carded

    async def sent(self, edit: Edit, place: Place = ITS_TURN) -> Edit:
        """The same, with the card's message id still to be written: it is pending."""
        if edit.status_message_id is not None or edit.has_lost_card or edit.request.series_number > 1:
            return edit
        self._lease.ensure_holds(edit)
        message_id: int | None
        try:
            message_id = await self._chat.post_card(edit, place)
        except TryLater:
            return edit
        except OutcomeUnknown:
            message_id = None
        self._pending.card_came(edit, message_id, self._now())
        return replace(edit, status_message_id=message_id, has_lost_card=message_id is None)
