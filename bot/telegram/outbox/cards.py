"""The status cards of running edits: which text each shows, and how often it may be edited."""

import asyncio
import heapq
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from telegram import Bot
from telegram.constants import ChatAction, ParseMode

from bot.conversation.keyboards import card_keyboard
from bot.conversation.texts import card_text
from bot.conversation.texts.i18n import translations
from bot.core.clock import Clock
from bot.core.edits import Edit, EditState
from bot.core.errors import BotError, TryLater
from bot.core.pacing import Estimate
from bot.tasks import end
from bot.telegram.outbox.errors import translated

logger = logging.getLogger(__name__)

EDITS_APART = {True: timedelta(seconds=3), False: timedelta(seconds=10)}
"""Least time between two edits of a card, in private and in groups."""
ACTION_EVERY = timedelta(seconds=4.5)
"""Telegram shows a chat action for five seconds."""
_CARDS_A_TICK = 30
"""Telegram takes about thirty messages a second from a bot in all."""


@dataclass
class Card:
    """What a card shows now. The lock keeps a late progress edit from overwriting the edit's end."""

    edit: Edit
    text: str
    edited_at: datetime
    action_at: datetime
    quiet_until: datetime
    looked_at: datetime
    ahead: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class CardBoard:
    """The cards of this process's running edits. Losing it loses nothing: it is filled again by `show`."""

    def __init__(self, bot: Bot, estimate: Callable[[Edit], Estimate], now: Clock) -> None:
        self._bot, self._estimate, self._now = bot, estimate, now
        self._cards: dict[str, Card] = {}
        self._refreshing: set[asyncio.Task[None]] = set()

    def render(self, edit: Edit, ahead: int = 0) -> str:
        """What the card of `edit` says now."""
        return card_text(translations(edit.language), edit, self._now(), self._estimate(edit), ahead)

    def show(self, edit: Edit, ahead: int = 0) -> None:
        """Note where the edit is; the card follows at the next tick that it may."""
        card = self._cards.get(edit.id)
        if card is not None:
            card.edit, card.ahead = edit, ahead
        elif edit.is_active and edit.status_message_id is not None:
            now = self._now()
            self._cards[edit.id] = Card(edit, "", now, now - ACTION_EVERY, now, now)

    def clear(self) -> None:
        """These edits are another replica's now."""
        self._cards.clear()

    async def take_down(self, edit_id: str) -> None:
        """Stop editing this card; returns when no edit of it is under way."""
        card = self._cards.pop(edit_id, None)
        if card is not None:
            async with card.lock:
                return

    async def tick(self) -> None:
        """Called about every second: refresh the cards whose time has come, the longest unchanged first.

        It waits for none of them: a chat that is slow or at its limit holds up no other's cards.
        """
        now = self._now()
        due = [card for card in self._cards.values() if not card.lock.locked() and now >= card.quiet_until]
        for card in heapq.nsmallest(_CARDS_A_TICK, due, key=lambda card: card.looked_at):
            card.looked_at = now
            task = asyncio.create_task(self._refresh(card))  # noqa: TID251 - owned: see close()
            self._refreshing.add(task)
            task.add_done_callback(self._refreshing.discard)

    async def close(self) -> None:
        """Let no refresh outlive the board."""
        await end(list(self._refreshing))

    async def _refresh(self, card: Card) -> None:
        async with card.lock:
            if self._cards.get(card.edit.id) is not card:
                return
            try:
                with translated():
                    await self._edit_text(card)
                    await self._keep_action_alive(card)
            except TryLater as error:
                card.text, card.quiet_until = "", self._now() + timedelta(seconds=error.wait_seconds)
            except BotError as error:  # a card is a courtesy; the edit itself notices what is wrong
                logger.debug("card of edit %s: %s", card.edit.id, error)
                card.quiet_until = self._now() + timedelta(seconds=30)

    async def _edit_text(self, card: Card) -> None:
        edit, now = card.edit, self._now()
        if now - card.edited_at < EDITS_APART[edit.is_private] or edit.status_message_id is None:
            return
        text = self.render(edit, card.ahead)
        if text == card.text:
            return
        card.text, card.edited_at = text, now
        await self._bot.edit_message_text(
            text,
            edit.chat_id,
            edit.status_message_id,
            parse_mode=ParseMode.HTML,
            reply_markup=card_keyboard(translations(edit.language), edit),
        )

    async def _keep_action_alive(self, card: Card) -> None:
        edit, now = card.edit, self._now()
        if edit.is_private and now - card.action_at >= ACTION_EVERY and edit.state is not EditState.RECEIVED:
            card.action_at = now
            await self._bot.send_chat_action(
                edit.chat_id, ChatAction.UPLOAD_PHOTO, message_thread_id=edit.thread_id
            )
