"""What happens when a button is pressed. Every press is answered; only the requester and admins may press."""

import asyncio
import contextlib
import html
import logging
import re
from dataclasses import dataclass
from gettext import NullTranslations

from telegram import Bot, CallbackQuery, MaybeInaccessibleMessage, Message
from telegram.constants import ChatMemberStatus
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.conversation import texts
from bot.conversation.commands import photo_of
from bot.conversation.keyboards import Press, Verb, parse_press
from bot.conversation.texts.i18n import language_of, translations
from bot.core.clock import Clock
from bot.core.edits import Edit, EditState, PhotoRef, Request
from bot.core.errors import Reason
from bot.core.limits import Limits, Refusal
from bot.core.ports import Files, Reply, Wake
from bot.core.presets import preset
from bot.core.service import EditService
from bot.storage.edits import SqlEditStore
from bot.telegram.outbox.chat import TelegramChat
from bot.telegram.outbox.errors import is_refused, retry_seconds

logger = logging.getLogger(__name__)

_ADMINS = {ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR}
ALERT_CHARACTERS = 200
_ANSWER_PAUSES = (0.5, 2.0)
_LONGEST_ANSWER_PAUSE = 10.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What the person who pressed reads: a line at the top, or an alert to be dismissed."""

    text: str
    alert: bool = False


class Presses:
    """Buttons hold a verb and an edit's id: they work after a restart, and a forged one finds nothing."""

    def __init__(
        self,
        *,
        bot: Bot,
        service: EditService,
        store: SqlEditStore,
        chat: TelegramChat,
        files: Files,
        limits: Limits,
        wake: Wake,
        now: Clock,
    ) -> None:
        self._bot, self._service, self._store, self._chat = bot, service, store, chat
        self._files, self._limits, self._wake, self._now = files, limits, wake, now

    async def handle(self, update_id: int, query: CallbackQuery) -> None:
        """Do what the button says, and answer the press with a line or an alert."""
        try:
            answer = await self._do(update_id, query)
        except TelegramError:
            raise  # it is tried again, and answered then
        except Exception:
            with contextlib.suppress(TelegramError):
                await query.answer()  # the button stops waiting
            raise
        await self._tell(query, answer)

    async def _tell(self, query: CallbackQuery, answer: Answer) -> None:
        """The press has had its effect: only its answer is tried again, and is not worth more than that."""
        for pause in (*_ANSWER_PAUSES, None):
            try:
                await query.answer(answer.text, show_alert=answer.alert)
            except (BadRequest, Forbidden) as error:  # mostly because it is too old
                logger.info("a press stays unanswered: %s", error)
                return
            except TelegramError as error:
                if pause is None:
                    logger.warning("a press stays unanswered: %s", type(error).__name__)
                    return
                asked = retry_seconds(error) if isinstance(error, RetryAfter) else 0.0
                await asyncio.sleep(min(max(pause, asked), _LONGEST_ANSWER_PAUSE))
            else:
                return

    async def _do(self, update_id: int, query: CallbackQuery) -> Answer:
        t = translations(language_of(query.from_user.language_code))
        press = parse_press(query.data)
        if press is None or query.message is None:
            return Answer(texts.alert_gone(t), alert=True)
        if press.verb is Verb.STYLE:
            return await self._style(t, update_id, query, press.argument)
        return await self._on_edit(t, update_id, query, press)

    async def _style(self, t: NullTranslations, update_id: int, query: CallbackQuery, command: str) -> Answer:
        """A preset for the bare photo that the keyboard's message replies to: no memory needed."""
        message = query.message
        original = message.reply_to_message if isinstance(message, Message) else None
        photo = photo_of(original) if original else None
        if original is None or photo is None or preset(command) is None:
            return Answer(texts.alert_gone(t), alert=True)
        if isinstance(photo, Reason):
            return Answer(plain(texts.reason_sentence(t, photo)), alert=True)
        return await self._admit(
            t,
            Request(
                update_id=update_id,
                chat_id=original.chat.id,
                thread_id=original.message_thread_id if original.is_topic_message else None,
                request_message_id=original.message_id,
                photo_message_id=original.message_id,
                requester_id=query.from_user.id,
                language=language_of(query.from_user.language_code),
                command=command,
                words="",
                photo=photo,
            ),
        )

    async def _on_edit(
        self, t: NullTranslations, update_id: int, query: CallbackQuery, press: Press
    ) -> Answer:
        edit = await self._store.get(press.argument)
        if edit is None or query.message is None or edit.chat_id != query.message.chat.id:
            return Answer(texts.alert_gone(t), alert=True)
        if not await self._may_press(edit, query):
            return Answer(texts.alert_not_yours(t), alert=True)
        match press.verb:
            case Verb.CANCEL:
                return await self._cancel(t, edit, query.message)
            case Verb.FILE:
                return await self._send_file(t, edit)
            case Verb.RETRY:
                answer = await self._again(t, update_id, query, edit)
                if not answer.alert and query.message is not None:
                    await self._remove(query.message)
                return answer
            case _:
                return await self._again(t, update_id, query, edit)

    async def _cancel(self, t: NullTranslations, edit: Edit, card: MaybeInaccessibleMessage) -> Answer:
        """A card whose sending was cut is not known to its edit; it stays beside the result until pressed."""
        cancelled = await self._service.cancel(edit)
        if edit.state is EditState.DELIVERED and card.message_id != edit.result_message_id:
            await self._remove(card)
        return Answer(texts.alert_cancelled(t) if cancelled else texts.alert_too_late(t))

    async def _may_press(self, edit: Edit, query: CallbackQuery) -> bool:
        if query.from_user.id == edit.requester_id:
            return True
        if edit.is_private:
            return False
        try:
            member = await self._bot.get_chat_member(edit.chat_id, query.from_user.id)
        except BadRequest:  # Telegram does not know this person here
            return False
        return member.status in _ADMINS

    async def _again(self, t: NullTranslations, update_id: int, query: CallbackQuery, edit: Edit) -> Answer:
        """The same photo and the same words, as a new edit of whoever pressed."""
        return await self._admit(
            t,
            Request(
                update_id=update_id,
                chat_id=edit.chat_id,
                thread_id=edit.thread_id,
                request_message_id=edit.request_message_id,
                photo_message_id=edit.photo_message_id,
                requester_id=query.from_user.id,
                language=language_of(query.from_user.language_code),
                command=edit.command,
                words=edit.words,
                photo=PhotoRef(edit.file_id, edit.photo_kind, edit.file_name),
            ),
        )

    async def _admit(self, t: NullTranslations, request: Request) -> Answer:
        """A second tap on the same button starts nothing: what it asks for is under way."""
        active = await self._store.active_of(request.chat_id, request.requester_id)
        if any(asks_the_same(edit, request) for edit in active):
            return Answer(texts.alert_started(t))
        admission = await self._service.admit(request)
        if isinstance(admission, Refusal):
            text = texts.refusal_text(t, admission, self._limits, self._now())
            return Answer(plain(text), alert=True)
        await self._wake(admission)
        return Answer(texts.alert_started(t))

    async def _remove(self, card: MaybeInaccessibleMessage) -> None:
        """The card of a failure makes way for that of the next try."""
        with contextlib.suppress(BadRequest):
            await self._bot.delete_message(card.chat.id, card.message_id)

    async def _send_file(self, t: NullTranslations, edit: Edit) -> Answer:
        content = await self._files.get(edit.id, "result")
        if content is None or edit.size is None or edit.format is None:
            return Answer(texts.alert_file_gone(t), alert=True)
        try:
            await self._chat.send_file(edit, Reply(content, edit.size, edit.format))
        except NetworkError as error:
            if is_refused(error):
                return Answer(plain(texts.reason_sentence(t, Reason.CANNOT_SEND)), alert=True)
            if isinstance(error, BadRequest):
                raise
            # It may have arrived; whoever does not see it can press again.
            logger.info("edit %s: whether the file arrived is not known", edit.id)
        return Answer(texts.alert_sending(t))


def asks_the_same(edit: Edit, request: Request) -> bool:
    """Whether both want the same of the same photo."""
    asked = (request.photo.file_id, request.command, request.words)
    return (edit.file_id, edit.command, edit.words) == asked


def plain(html_text: str) -> str:
    """A text for an alert: no markup, at most 200 characters."""
    text = html.unescape(re.sub(r"</?\w+>", "", html_text))
    return text if len(text) <= ALERT_CHARACTERS else text[: ALERT_CHARACTERS - 1] + "…"
