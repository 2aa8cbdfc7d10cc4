"""The bot's side of a conversation about an edit: its card, its result, its end."""

import logging
from datetime import datetime, timedelta

from telegram import InlineKeyboardMarkup, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, NetworkError, TelegramError
from telegram.ext import ExtBot

from bot.conversation.keyboards import card_keyboard, failure_keyboard
from bot.conversation.texts import admin_alert, failure_card
from bot.conversation.texts.i18n import translations
from bot.core.clock import Clock
from bot.core.edits import Edit, EditState
from bot.core.errors import EditFailed, Reason, TryLater
from bot.core.ports import Reply
from bot.telegram.files import FileDownloader
from bot.telegram.outbox.cards import CardBoard
from bot.telegram.outbox.destination import Place, placed
from bot.telegram.outbox.errors import is_gone, is_refusal, is_refused, lacks_right, translated
from bot.telegram.outbox.results import ResultSender, place_of, reply_to
from bot.telegram.outbox.turns import Priority

logger = logging.getLogger(__name__)

ALERT_AGAIN_AFTER = timedelta(hours=1)


class TelegramChat:
    """The core's `Chat`."""

    def __init__(
        self,
        bot: ExtBot[Priority],
        board: CardBoard,
        downloader: FileDownloader,
        admin_ids: frozenset[int],
        now: Clock,
    ) -> None:
        self._bot, self._board, self._downloader = bot, board, downloader
        self._results = ResultSender(bot)
        self._admin_ids, self._now = admin_ids, now
        self._alerted_at: dict[tuple[int, Reason], datetime] = {}

    async def download(self, edit: Edit) -> bytes:
        """The photo's bytes."""
        return await self._downloader.download(edit.file_id)

    async def post_card(self, edit: Edit) -> int:
        """Send the status card as a silent reply to the request."""
        keyboard = card_keyboard(translations(edit.language), edit)
        try:
            return await self._say(edit, self._board.render(edit), keyboard, Priority.CARD)
        except EditFailed as error:
            if lacks_right(error.__cause__):  # a picture would hardly be taken either, and costs money
                raise
            raise TryLater(0, str(error)) from error

    def show(self, edit: Edit, ahead: int = 0) -> None:
        """Let the card follow the edit."""
        self._board.show(edit, ahead)

    async def deliver(self, edit: Edit, reply: Reply) -> int:
        """Send the result; onto the card where an earlier attempt may have arrived."""
        with translated():
            if edit.sends and edit.status_message_id is not None:
                await self._board.take_down(edit.id)
                if await self._results.put_on_card(edit, reply, edit.status_message_id):
                    return edit.status_message_id
            return await self._results.send(edit, reply)

    async def send_file(self, edit: Edit, reply: Reply) -> None:
        """Send a delivered result once more, as the untouched file; Telegram's errors are not translated."""
        await placed(
            place_of(edit), lambda place: self._results.send_file(edit, reply, place, with_caption=False)
        )

    async def settle(self, edit: Edit) -> None:
        """The card of a delivered edit goes; that of another says what happened."""
        await self._board.take_down(edit.id)
        if edit.failure is Reason.CHAT_GONE:
            return
        with translated():
            if edit.state is EditState.DELIVERED:
                await self._remove_card(edit)
            else:
                await self._end_card(edit)

    async def alert_admins(self, edit: Edit) -> None:
        """One message per admin, reason and hour; one that Telegram did not take is sent again."""
        if edit.failure is None:
            return
        text = admin_alert(translations("en"), edit)
        for admin_id in self._admin_ids:
            alert, now = (admin_id, edit.failure), self._now()
            if now - self._alerted_at.get(alert, now - ALERT_AGAIN_AFTER) < ALERT_AGAIN_AFTER:
                continue
            self._alerted_at[alert] = now  # before it is sent: other edits are in the same trouble
            if not await self._tell(admin_id, text, edit.failure):
                self._alerted_at.pop(alert, None)

    async def _tell(self, admin_id: int, text: str, reason: Reason) -> bool:
        """False where it is worth another try; an admin whom Telegram will never tell is as good as told."""
        try:
            await self._bot.send_message(admin_id, text, parse_mode=ParseMode.HTML)
        except TelegramError as error:
            logger.warning("admin %s could not be told of %s: %s", admin_id, reason, error)
            return isinstance(error, Forbidden | BadRequest)
        return True

    async def _remove_card(self, edit: Edit) -> None:
        if edit.status_message_id is None or edit.status_message_id == edit.result_message_id:
            return
        try:
            await self._bot.delete_message(edit.chat_id, edit.status_message_id)
        except NetworkError as error:  # BadRequest is one
            if not is_gone(error) and not is_refused(error):
                raise
            logger.debug("card of edit %s: %s", edit.id, error)
            if not is_refusal(error, "not found"):  # such as one that is too old
                await self._edit_card(edit, self._board.render(edit), None)

    async def _end_card(self, edit: Edit) -> None:
        t = translations(edit.language)
        failed = edit.state is EditState.FAILED
        text = failure_card(t, edit) if failed else self._board.render(edit)
        keyboard = failure_keyboard(t, edit) if failed else None
        if not await self._edit_card(edit, text, keyboard) and failed:
            await self._say(edit, text, keyboard, Priority.ANSWER)

    async def _edit_card(self, edit: Edit, text: str, keyboard: InlineKeyboardMarkup | None) -> bool:
        """The card's last words; False when there is no card that would take them."""
        if edit.status_message_id is None:
            return False
        try:
            await self._bot.edit_message_text(
                text,
                edit.chat_id,
                edit.status_message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
                rate_limit_args=Priority.ANSWER,
            )
        except NetworkError as error:
            if not is_refused(error):
                raise
            return is_refusal(error, "not modified")
        return True

    async def _say(
        self, edit: Edit, text: str, keyboard: InlineKeyboardMarkup | None, priority: Priority
    ) -> int:
        async def send(place: Place) -> Message:
            return await self._bot.send_message(
                edit.chat_id,
                text,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
                reply_parameters=reply_to(place),
                message_thread_id=place.thread_id,
                disable_notification=True,
                rate_limit_args=priority,
            )

        with translated():
            return (await placed(Place(edit.thread_id, edit.request_message_id), send)).message_id
