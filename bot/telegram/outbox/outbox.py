"""The one way out: every message that the bot sends, changes or deletes leaves through here.

python-telegram-bot's errors are translated here; other rooms never see them.
"""

import logging
from collections.abc import Awaitable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from telegram import ForceReply, InlineKeyboardMarkup
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, Forbidden
from telegram.ext import ExtBot

from bot.conversation.outgoing import (
    Alert,
    Ask,
    ChangePicture,
    ChangeText,
    Delete,
    Destination,
    Leave,
    Outgoing,
    Say,
    SayWithFile,
    SayWithPicture,
    SendComparison,
    SendFiles,
    SendPicture,
)
from bot.core.clock import Clock
from bot.core.edits import Edit, Extra
from bot.core.errors import (
    ChatGone,
    ChatMoved,
    EditFailed,
    OutcomeUnknown,
    PhotoRefused,
    ResultUnusable,
)
from bot.telegram.outbox.albums import AlbumSender
from bot.telegram.outbox.destination import Nearby, reply_to
from bot.telegram.outbox.errors import is_refusal, translated
from bot.telegram.outbox.keyboards import keyboard
from bot.telegram.outbox.pictures import PictureSender
from bot.telegram.outbox.results import ResultSender
from bot.telegram.outbox.turns import Priority, Superseded

logger = logging.getLogger(__name__)


class Sent(Protocol):
    """What was sent to chats, by whichever replica."""

    async def tell_refusal(self, chat_id: int, kind: str, message_id: int, now: datetime) -> bool:
        """Whether the refusal of this message is to be sent: not if an equal one just was."""

    async def note_extra(self, edit_id: str, extra: Extra, message_id: int) -> None:
        """An extra of an edit has arrived."""

    async def forget_extra(self, edit_id: str, extra: Extra) -> None:
        """It has not, as far as is known."""


class AskedQuestions(Protocol):
    """What the bot has asked people."""

    async def note_question(self, question_id: int, message_id: int) -> None:
        """The question has arrived as this message."""


class Outbox:
    """Sends each kind of outgoing value.

    Raises TryLater (send it again then), OutcomeUnknown (it may have arrived), EditFailed (Telegram does not
    take it as it is), ChatGone, and ChatMoved for what cannot be sent to the new chat from here.
    """

    def __init__(
        self,
        bot: ExtBot[Priority],
        results: ResultSender,
        pictures: PictureSender,
        nearby: Nearby,
        sent: Sent,
        asked: AskedQuestions,
        now: Clock,
        *,
        albums: AlbumSender,
    ) -> None:
        self._albums = albums
        self._bot, self._results, self._pictures, self._nearby = bot, results, pictures, nearby
        self._sent, self._asked, self._now = sent, asked, now

    async def send(self, outgoing: Outgoing) -> int | None:
        """Send it. Returns the id of the new message, if there is one."""
        match outgoing:
            case Say() | Ask() if outgoing.merge and outgoing.to.chat_id < 0:
                return await self._say_once(outgoing)
            case Say() | Ask():
                return await self._say(outgoing)
            case SayWithPicture():
                return await self._say_with_picture(outgoing)
            case SayWithFile():
                return await self._pictures.say_with_file(outgoing)
            case Alert():
                await self._alert(outgoing)
            case ChangeText():
                await self.change(outgoing)
            case Delete():
                await self.delete(outgoing)
            case SendFiles(edits, otherwise):
                sending = self._albums.send_files(edits)
                return await self._send_extra(edits, Extra.FILE, sending, otherwise)
            case SendComparison(edit, otherwise=otherwise):
                sending = self._pictures.send_comparison(outgoing)
                return await self._send_extra((edit,), Extra.COMPARISON, sending, otherwise)
            case SendPicture():
                return await self._pictures.send(outgoing)
            case ChangePicture():
                await self._pictures.change(outgoing)
            case Leave():
                await self._leave(outgoing)
        return None

    async def post(self, message: Say | Ask, priority: Priority = Priority.ANSWER) -> int:
        """Send a new message and return its id. Raises ChatMoved if the chat has a new id."""
        markup: InlineKeyboardMarkup | ForceReply | None
        if isinstance(message, Ask) and message.placeholder:
            markup = ForceReply(selective=True, input_field_placeholder=message.placeholder)
        else:
            markup = keyboard(message.buttons)
        protected = isinstance(message, Say) and message.protected

        async def send(to: Destination) -> int:
            sent = await self._bot.send_message(
                to.chat_id,
                message.html,
                parse_mode=ParseMode.HTML,
                reply_markup=markup,
                reply_parameters=reply_to(to),
                message_thread_id=to.thread_id,
                disable_notification=message.silent,
                protect_content=protected or None,
                rate_limit_args=priority,
            )
            return sent.message_id

        with translated(small=True):
            return await self._nearby.send(message.to, send)

    async def change(self, change: ChangeText, priority: Priority = Priority.ANSWER) -> None:
        """Change a message. Does nothing if it says this already, or if a later change is waiting."""
        with translated(repeatable=True):
            try:
                await self._bot.edit_message_text(
                    change.html,
                    change.chat_id,
                    change.message_id,
                    parse_mode=ParseMode.HTML,
                    reply_markup=keyboard(change.buttons),
                    rate_limit_args=priority,
                )
            except Superseded:
                logger.debug("message %s: a later call says more", change.message_id)
            except BadRequest as error:
                if not is_refusal(error, "not modified"):
                    raise

    async def delete(self, delete: Delete) -> None:
        """Delete a message, if it is still there. EditFailed if Telegram keeps it (it may be too old)."""
        with translated(repeatable=True):
            try:
                await self._bot.delete_message(delete.chat_id, delete.message_id)
            except BadRequest as error:
                if not is_refusal(error, "not found"):
                    raise

    async def react(self, chat_id: int, message_id: int, emoji: str) -> None:
        """React to a message; with an empty emoji, take the reaction back."""
        with translated(small=True, repeatable=True):
            await self._bot.set_message_reaction(chat_id, message_id, emoji or None)

    async def show_upload(self, chat_id: int, thread_id: int | None) -> None:
        """Show "sending a photo" for five seconds. Dropped if it cannot be sent at once."""
        with translated(repeatable=True):
            await self._bot.send_chat_action(chat_id, ChatAction.UPLOAD_PHOTO, message_thread_id=thread_id)

    async def _say_once(self, say: Say | Ask) -> int | None:
        """Send it silently, unless one with the same `merge` was just sent to the group."""
        to = say.to
        if not await self._sent.tell_refusal(to.chat_id, say.merge, to.reply_to or 0, self._now()):
            return None
        return await self._say(replace(say, silent=True))

    async def _say(self, message: Say | Ask) -> int:
        """Send it. If the chat has moved, send it there, not as a reply: message ids are new there."""
        try:
            message_id = await self.post(message)
        except ChatMoved as moved:
            message_id = await self.post(replace(message, to=Destination(moved.new_chat_id)))
        if isinstance(message, Ask):
            await self._asked.note_question(message.question_id, message_id)
        return message_id

    async def _say_with_picture(self, message: SayWithPicture) -> int:
        """Send the picture with its text; the text alone where Telegram does not take it, or has moved it."""
        try:
            return await self._pictures.say(message)
        except (EditFailed, ChatMoved) as error:
            logger.info("a picture goes as text alone: %s", error)
            return await self._say(Say(message.to, message.html, message.buttons, message.silent))

    async def _alert(self, alert: Alert) -> None:
        try:
            with translated(small=True, repeatable=True):
                await self._bot.answer_callback_query(
                    alert.press_id, alert.text or None, show_alert=alert.popup
                )
        except (EditFailed, ChatGone) as error:  # mostly: the press is too old
            logger.info("a press stays unanswered: %s", error)

    async def _send_extra(
        self, edits: Sequence[Edit], extra: Extra, sending: Awaitable[Sequence[int]], otherwise: Say
    ) -> int | None:
        """Note where it is; or say that it cannot be had, and let it be asked for again."""
        try:
            message_ids = await sending
        except (EditFailed, PhotoRefused, ResultUnusable, ChatMoved, OutcomeUnknown) as error:
            logger.info("edit %s has no %s: %s", edits[0].id, extra, error)
            for edit in edits:
                await self._sent.forget_extra(edit.id, extra)
            # If it may have arrived, whoever does not see it can press again.
            return None if isinstance(error, OutcomeUnknown) else await self.send(otherwise)
        for edit, message_id in zip(edits, message_ids, strict=True):
            await self._sent.note_extra(edit.id, extra, message_id)
        return message_ids[0]

    async def _leave(self, leave: Leave) -> None:
        with translated(repeatable=True):
            try:
                await self._bot.leave_chat(leave.chat_id)
            except (BadRequest, Forbidden):
                logger.info("the bot is not in chat %s any more", leave.chat_id)
