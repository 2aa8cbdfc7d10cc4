"""Tells the admins of what only they can mend, and knows whether any of them has heard of it."""

import logging
from collections.abc import Awaitable, Callable, Collection
from datetime import datetime, timedelta
from typing import Protocol

from bot.conversation.cards import Cards
from bot.conversation.outgoing import Destination, Say
from bot.core.clock import Clock
from bot.core.edits import Edit
from bot.core.errors import BotError, ChatGone, ChatMoved, EditFailed, Reason
from bot.telegram.outbox.outbox import Outbox

logger = logging.getLogger(__name__)

_WARN_AGAIN_AFTER = timedelta(hours=1)


class Alerts(Protocol):
    """Which admin was told of what and when, by whichever replica."""

    async def claim(self, admin_id: int, reason: Reason, now: datetime) -> bool:
        """Whether this admin is to be told now; afterwards nobody tells it again for a while."""

    async def arrived(self, admin_id: int, reason: Reason) -> None:
        """The admin was told."""

    async def give_back(self, admin_id: int, reason: Reason) -> None:
        """The admin was not told after all."""

    async def has_arrived(self, reason: Reason) -> bool:
        """Whether any admin was told of `reason` lately."""


class Admins:
    """One message for each admin and reason, once in a while; one that did not arrive is sent again.

    `admin_ids` are those who run the bot now.
    """

    def __init__(
        self,
        outbox: Outbox,
        cards: Cards,
        alerts: Alerts,
        admin_ids: Callable[[], Awaitable[Collection[int]]],
        now: Clock,
    ) -> None:
        self._outbox, self._cards, self._alerts = outbox, cards, alerts
        self._admin_ids, self._now = admin_ids, now
        self._warned_at: dict[Reason, datetime] = {}

    async def alert(self, edit: Edit, reason: Reason) -> None:
        """Tell those who have not been told. The log is told as often, whether there are admins or not."""
        now = self._now()
        if now - self._warned_at.get(reason, now - _WARN_AGAIN_AFTER) >= _WARN_AGAIN_AFTER:
            self._warned_at[reason] = now
            logger.warning("only who runs the bot can mend this: %s (edit %s)", reason, edit.id)
        for admin_id in await self._admin_ids():
            if await self._alerts.claim(admin_id, reason, now):
                await self._tell(admin_id, edit, reason)

    async def have_heard_of(self, edit: Edit) -> bool:
        """Whether any of them was told of why it failed."""
        reason = edit.failure
        return (
            reason is not None and reason.consequences.is_operators and await self._alerts.has_arrived(reason)
        )

    async def _tell(self, admin_id: int, edit: Edit, reason: Reason) -> None:
        try:
            await self._outbox.post(Say(Destination(admin_id), self._cards.admin_alert(edit, reason)))
        except (ChatGone, ChatMoved, EditFailed) as error:  # another try would fare no better
            logger.warning("admin %s cannot be told of %s: %s", admin_id, reason, error)
        except BotError as error:
            logger.warning("admin %s was not told of %s: %s", admin_id, reason, error)
            await self._alerts.give_back(admin_id, reason)
        else:
            await self._alerts.arrived(admin_id, reason)
