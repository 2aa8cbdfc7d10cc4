"""What the bot does about each kind of update. Handlers are short: they admit, answer and wake a job."""

import contextlib
from gettext import NullTranslations

from telegram import (
    Bot,
    CallbackQuery,
    Chat,
    ChatMemberUpdated,
    InlineKeyboardMarkup,
    Message,
    ReplyParameters,
    Update,
    User,
)
from telegram.constants import ChatAction, ChatMemberStatus, ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden

from bot.conversation import texts
from bot.conversation.access import Access
from bot.conversation.answers import Answers
from bot.conversation.commands import (
    Asked,
    CommandAsked,
    EditAsked,
    PhotoMissing,
    PhotoSent,
    Refused,
    parse,
    requester_id,
)
from bot.conversation.keyboards import styles_keyboard
from bot.conversation.presses import Presses
from bot.conversation.texts.i18n import language_of, translations
from bot.core.clock import Clock
from bot.core.edits import Request
from bot.core.errors import Reason
from bot.core.limits import Limits, Refusal
from bot.core.ports import Wake
from bot.core.service import EditService
from bot.storage.chats import Chats
from bot.storage.edits import SqlEditStore
from bot.storage.retention import KEEP_PHOTOS


class Handlers:
    """One public method, `handle`; everything it needs is passed in."""

    def __init__(
        self,
        *,
        bot: Bot,
        service: EditService,
        store: SqlEditStore,
        chats: Chats,
        answers: Answers,
        presses: Presses,
        access: Access,
        limits: Limits,
        wake: Wake,
        now: Clock,
    ) -> None:
        self._bot, self._service, self._store, self._chats = bot, service, store, chats
        self._answers, self._presses, self._access = answers, presses, access
        self._limits, self._wake, self._now = limits, wake, now
        self._albums: dict[int, str] = {}

    async def handle(self, update: Update) -> None:
        """Deal with one update. Edited messages and channel posts start nothing."""
        if update.message is not None:
            await self._message(update.update_id, update.message)
        elif update.callback_query is not None:
            await self._press(update.update_id, update.callback_query)
        elif update.my_chat_member is not None:
            await self._membership(update.my_chat_member)

    async def _message(self, update_id: int, message: Message) -> None:
        if message.migrate_to_chat_id is not None:
            await self._follow(message.chat.id, message.migrate_to_chat_id)
            return
        if message.migrate_from_chat_id is not None:
            await self._follow(message.migrate_from_chat_id, message.chat.id)
            return
        if not await self._admits(message.chat, message.from_user):
            await self._turn_away(message.chat, message.from_user, message)
            return
        asked = parse(message, self._bot.username)
        is_more_of_an_album = self._is_more_of_an_album(message)
        if asked is not None and not (is_more_of_an_album and isinstance(asked, PhotoSent | Refused)):
            await self._answer(update_id, message, asked)

    async def _admits(self, chat: Chat, user: User | None) -> bool:
        """A supergroup may be heard of before its move is, or long after: it is asked for where it came from.

        That is a chat action, which is seen for a moment where a group has not moved: nothing else that
        Telegram answers with a move would leave fewer traces.
        """
        if chat.type == chat.SUPERGROUP and not self._access.admits(chat.id, user):
            for group_id in self._access.basic_groups:
                try:
                    await self._bot.send_chat_action(group_id, ChatAction.TYPING)
                except ChatMigrated as moved:
                    await self._follow(group_id, moved.new_chat_id)
                except (BadRequest, Forbidden):
                    continue  # the bot is not in it
        return self._access.admits(chat.id, user)

    async def _follow(self, old_chat_id: int, new_chat_id: int) -> None:
        """Both chats tell of the move, in no certain order."""
        self._access.follow(old_chat_id, new_chat_id)
        await self._store.follow_chat(old_chat_id, new_chat_id)

    def _is_more_of_an_album(self, message: Message) -> bool:
        """Whether this is another picture of the chat's latest album: it gets no question of its own."""
        album, chat_id = message.media_group_id, message.chat.id
        if album is None or self._albums.get(chat_id) == album:
            return album is not None
        self._albums[chat_id] = album
        return False

    async def _press(self, update_id: int, query: CallbackQuery) -> None:
        if query.message is not None and not await self._admits(query.message.chat, query.from_user):
            await query.answer()
        else:
            await self._presses.handle(update_id, query)

    async def _answer(self, update_id: int, message: Message, asked: Asked) -> None:
        match asked:
            case EditAsked():
                await self._admit(update_id, message, asked)
            case PhotoMissing(command=command, words=words):
                await self._edit_remembered_photo(update_id, message, command, words)
            case PhotoSent():
                await self._chats.remember_photo(
                    message.chat.id, requester_id(message), message.message_id, asked.photo, self._now()
                )
                t = self._t(message)
                await self._reply(message, texts.pick_a_style_text(t), keyboard=styles_keyboard(t))
            case CommandAsked(name=name):
                await self._command(message, name)
            case Refused():
                await self._refuse(message, asked)

    async def _edit_remembered_photo(
        self, update_id: int, message: Message, command: str, words: str
    ) -> None:
        remembered = None
        if message.chat.type == message.chat.PRIVATE:
            remembered = await self._chats.remembered_photo(
                message.chat.id, requester_id(message), self._now() - KEEP_PHOTOS
            )
        if remembered is None:
            await self._refuse(message, Refused(Reason.NO_PHOTO, command))
            return
        photo_message_id, photo = remembered
        await self._admit(update_id, message, EditAsked(command, words, photo, photo_message_id))

    async def _admit(self, update_id: int, message: Message, asked: EditAsked) -> None:
        request = Request(
            update_id=update_id,
            chat_id=message.chat.id,
            thread_id=message.message_thread_id if message.is_topic_message else None,
            request_message_id=message.message_id,
            photo_message_id=asked.photo_message_id,
            requester_id=requester_id(message),
            language=_language(message),
            command=asked.command,
            words=asked.words,
            photo=asked.photo,
        )
        admission = await self._service.admit(request)
        if isinstance(admission, Refusal):
            text = texts.refusal_text(self._t(message), admission, self._limits, self._now())
            await self._reply(message, text)
        else:
            await self._wake(admission)

    async def _command(self, message: Message, name: str) -> None:
        t, chat_id, who = self._t(message), message.chat.id, requester_id(message)
        private = message.chat.type == message.chat.PRIVATE
        match name:
            case "start" if private:
                text = self._answers.start(t)
            case "help" | "start":
                text = self._answers.help(t, private=private)
            case "styles":
                text = texts.styles_text(t)
            case "status":
                text = await self._answers.status(t, chat_id, who)
            case "limits":
                text = await self._answers.limits(t, chat_id)
            case "cancel":
                replied = message.reply_to_message
                text = await self._answers.cancel(t, chat_id, who, replied.message_id if replied else None)
            case _:
                text = texts.unknown_command_text(t)
        await self._reply(message, text)

    async def _refuse(self, message: Message, refused: Refused) -> None:
        t = self._t(message)
        if refused.reason is Reason.PROMPT_TOO_LONG:
            text = texts.prompt_too_long(t, refused.prompt_length)
        else:
            text = texts.reason_sentence(t, refused.reason, command=refused.command)
        await self._reply(message, text)

    async def _membership(self, change: ChatMemberUpdated) -> None:
        """Added to a chat that is not allowed: leave. Removed or blocked: stop that chat's edits quietly."""
        status, chat = change.new_chat_member.status, change.chat
        if status in {ChatMemberStatus.LEFT, ChatMemberStatus.BANNED}:
            for edit in await self._store.active_of(chat.id):
                await self._service.abandon(edit)
        elif chat.type != chat.PRIVATE and not await self._admits(chat, None):
            await self._turn_away(chat, change.from_user)

    async def _turn_away(self, chat: Chat, user: User | None, message: Message | None = None) -> None:
        """One polite line, once; then out of the group, whether it could be said or not."""
        with contextlib.suppress(BadRequest, Forbidden):
            if await self._chats.tell_not_allowed(chat.id, self._now()):
                t = translations(language_of(user.language_code if user else None))
                await self._say(chat.id, texts.not_allowed_text(t, chat.id), reply_to=message)
        if chat.type != chat.PRIVATE:
            with contextlib.suppress(BadRequest, Forbidden):  # it has left already
                await self._bot.leave_chat(chat.id)

    async def _reply(
        self, message: Message, text: str, *, keyboard: InlineKeyboardMarkup | None = None
    ) -> None:
        await self._say(message.chat.id, text, reply_to=message, keyboard=keyboard)

    async def _say(
        self,
        chat_id: int,
        text: str,
        *,
        reply_to: Message | None,
        keyboard: InlineKeyboardMarkup | None = None,
    ) -> None:
        reply = ReplyParameters(reply_to.message_id, allow_sending_without_reply=True) if reply_to else None
        await self._bot.send_message(
            chat_id,
            text,
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard,
            reply_parameters=reply,
            message_thread_id=reply_to.message_thread_id if reply_to and reply_to.is_topic_message else None,
        )

    def _t(self, message: Message) -> NullTranslations:
        return translations(_language(message))


def _language(message: Message) -> str:
    return language_of(message.from_user.language_code if message.from_user else None)
