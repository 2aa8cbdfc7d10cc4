"""What the bot sends about an edit: its card, its result, its end, and alerts to the admins."""

import logging
from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from bot.conversation.cards import Cards
from bot.conversation.outgoing import ChangeText, Delete, Destination, Say
from bot.core.clock import Clock
from bot.core.edits import Edit, EditState, PhotoRef
from bot.core.errors import BotError, ChatGone, ChatMoved, EditFailed, Reason, TryLater
from bot.core.ports import Reply
from bot.telegram.files import FileDownloader
from bot.telegram.outbox.cards import CardBoard
from bot.telegram.outbox.errors import lacks_right
from bot.telegram.outbox.outbox import Outbox
from bot.telegram.outbox.results import ResultSender
from bot.telegram.outbox.turns import Priority

logger = logging.getLogger(__name__)


class Alerts(Protocol):
    """Which admin was told of what and when, by any replica."""

    async def claim(self, admin_id: int, reason: Reason, now: datetime) -> bool:
        """Whether to tell this admin now; True for one caller, then False for a while."""

    async def give_back(self, admin_id: int, reason: Reason) -> None:
        """The admin was not told after all."""


class TelegramChat:
    """The core's `Chat`."""

    def __init__(
        self,
        outbox: Outbox,
        results: ResultSender,
        board: CardBoard,
        cards: Cards,
        downloader: FileDownloader,
        *,
        alerts: Alerts,
        admin_ids: Collection[int],
        now: Clock,
    ) -> None:
        self._outbox, self._results, self._board, self._cards = outbox, results, board, cards
        self._downloader, self._alerts, self._admin_ids, self._now = downloader, alerts, admin_ids, now

    async def download(self, photo: PhotoRef) -> bytes:
        """The photo's bytes."""
        return await self._downloader.download(photo.file_id)

    async def post_card(self, edit: Edit) -> int:
        """Send the status card as a silent reply to the request."""
        card = self._board.render(edit)
        say = Say(_destination(edit), card.html, card.buttons, silent=True)
        try:
            message_id = await self._outbox.post(say, Priority.CARD)
        except EditFailed as error:
            if lacks_right(error.__cause__):  # then a picture cannot be sent either, and would cost money
                raise
            raise TryLater(0, str(error)) from error
        self._board.posted(edit, message_id, card)
        return message_id

    def show(self, edit: Edit, ahead: int = 0) -> None:
        """Have the card show where the edit is now."""
        self._board.show(edit, ahead)

    async def deliver(self, edit: Edit, reply: Reply) -> int:
        """Send the result. If an earlier attempt may have arrived, turn the card into it instead."""
        if edit.sends and edit.status_message_id is not None:
            self._board.take_down(edit.id)
            if await self._results.put_on_card(edit, reply, edit.status_message_id):
                return edit.status_message_id
        return await self._results.send(edit, reply)

    async def settle(self, edit: Edit) -> int | None:
        """Delete a delivered edit's card; else have the card, or a new message, say what happened."""
        self._board.take_down(edit.id)
        if edit.failure is Reason.CHAT_GONE:
            return None
        if edit.state is EditState.DELIVERED:
            await self._remove_card(edit)
            return None
        if await self._end_card(edit) or edit.state is not EditState.FAILED:
            return None
        card = self._board.render(edit)
        return await self._outbox.post(Say(_destination(edit), card.html, card.buttons, silent=True))

    async def alert_admins(self, edit: Edit, reason: Reason) -> None:
        """Send one message per admin and reason, not again for a while unless it did not arrive."""
        for admin_id in self._admin_ids:
            if not await self._alerts.claim(admin_id, reason, self._now()):
                continue
            try:
                await self._outbox.post(Say(Destination(admin_id), self._cards.admin_alert(edit, reason)))
            except (ChatGone, ChatMoved, EditFailed) as error:  # another try would fail as well
                logger.warning("admin %s cannot be told of %s: %s", admin_id, reason, error)
            except BotError as error:
                logger.warning("admin %s was not told of %s: %s", admin_id, reason, error)
                await self._alerts.give_back(admin_id, reason)

    async def _remove_card(self, edit: Edit) -> None:
        """Delete the card. If Telegram does not (it may be too old), have it say that the edit is done."""
        if edit.status_message_id is None or edit.status_message_id == edit.result_message_id:
            return
        try:
            await self._outbox.delete(Delete(edit.chat_id, edit.status_message_id))
        except EditFailed as error:
            logger.debug("card of edit %s: %s", edit.id, error)
            await self._end_card(edit)

    async def _end_card(self, edit: Edit) -> bool:
        """Change the card to its final text; False if there is no card or it cannot be changed."""
        if edit.status_message_id is None:
            return False
        card = self._board.render(edit)
        try:
            await self._outbox.change(
                ChangeText(edit.chat_id, edit.status_message_id, card.html, card.buttons)
            )
        except EditFailed:
            return False
        return True


def _destination(edit: Edit) -> Destination:
    """A reply to the request."""
    return Destination(edit.chat_id, edit.request.thread_id, edit.request.request_message_id)
