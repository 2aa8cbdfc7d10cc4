"""Held edits: each waits for a place within the limits, first come, first served."""

from bot.core.card_posting import CardPosting
from bot.core.clock import Clock
from bot.core.edits import Edit
from bot.core.errors import EditFailed, Reason
from bot.core.limits import LONGEST_HOLD, Limits
from bot.core.ports import EditStore


class Holding:
    """The step of a held edit."""

    def __init__(self, store: EditStore, cards: CardPosting, limits: Limits, now: Clock) -> None:
        self._store, self._cards, self._limits, self._now = store, cards, limits, now

    async def take(self, held: Edit) -> Edit | None:
        """Give the edit its place, if there is one by now. Its card tells of it until then.

        Raises EditFailed where it has waited for too long. None: somebody else moved it.
        """
        now = self._now()
        if now - held.created_at > LONGEST_HOLD:
            raise EditFailed(Reason.LIMIT_REACHED, "no place came free in time")
        released = await self._store.release(held, self._limits, now)
        return await self._cards.with_card(held) if released == held else released
