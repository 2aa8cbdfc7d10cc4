"""The entrance of the room: takes what came in and returns what to send. It sends nothing itself."""

from datetime import timedelta
from gettext import NullTranslations

from bot.conversation.access import Access
from bot.conversation.answering import say_in_reply
from bot.conversation.asking import ask_for_command
from bot.conversation.feature import (
    Asked,
    ChoiceButton,
    EditButton,
    EditPressed,
    Features,
    Pressed,
    Replies,
    buttons_of,
    commands_of,
    pressed_button,
)
from bot.conversation.incoming import (
    Chat,
    ChatMigrated,
    EditedMessage,
    Incoming,
    MembershipChanged,
    Message,
    Press,
    Sender,
    Surplus,
)
from bot.conversation.outgoing import Alert, Destination, Leave, Outgoing, Say
from bot.conversation.recalling import asked_with
from bot.conversation.texts import alerts
from bot.conversation.texts.i18n import translations
from bot.conversation.texts.wording import number
from bot.conversation.tools import Tools
from bot.core.presets import EDIT

_CORRECTED_WITHIN = timedelta(minutes=5)


class Conversation:
    """Passes each message and press to the feature that declares its command or button."""

    def __init__(self, features: Features, tools: Tools, access: Access) -> None:
        self._tools, self._access = tools, access
        self._commands, self._buttons = commands_of(features), buttons_of(features)
        self._plain = next(feature.plain for feature in features if feature.plain is not None)

    async def handle(self, incoming: Incoming) -> Replies:
        """The answers. Handling an update again is harmless: it is admitted only once."""
        match incoming:
            case Message():
                return await self._message(incoming)
            case Surplus(message, kept):
                return await self._surplus(message, kept)
            case Press():
                return await self._press(incoming)
            case MembershipChanged():
                return await self._membership(incoming)
            case ChatMigrated(old_chat_id=old, new_chat_id=new):
                await self._access.follow(old, new)
                return ()
            case EditedMessage(message):
                return await self._edited(message)

    async def _message(self, message: Message) -> Replies:
        if message.sender.is_bot:
            return ()
        if not await self._access.admits(message.chat, message.sender.id):
            return await self._turn_away(message.chat, message.sender, message)
        command = self._commands.get(message.command or "")
        if command is None and not await self._is_for_us(message):
            return ()
        is_more = await self._is_more_of_album(message)
        asked = Asked(self._tools, message, command.name if command else EDIT, is_more)
        if command is not None:
            return await command.handle(asked)
        if message.command is not None:
            return await ask_for_command(asked, self._commands)
        return await self._plain(asked)

    async def _is_for_us(self, message: Message) -> bool:
        """In a group: words that name the bot, and answers to its questions."""
        if message.chat.is_private:
            return True
        if message.command is not None:
            return False
        return message.is_addressed or await asked_with(self._tools, message) is not None

    async def _edited(self, message: Message) -> Replies:
        """New words count as long as they are new and nothing was made of the old ones."""
        is_old = self._tools.now() - message.sent_at > _CORRECTED_WITHIN
        if is_old or not (message.words or message.command):
            return ()
        edit = await self._tools.edits.by_message(message.chat.id, message.message_id)
        return () if edit is not None else await self._message(message)

    async def _surplus(self, message: Message, kept: int) -> Replies:
        is_for_us = message.chat.is_private or message.command in self._commands
        if message.sender.is_bot or not is_for_us:
            return ()
        if not await self._access.admits(message.chat, message.sender.id):
            return ()
        return (say_in_reply(message, surplus_text(translations(message.sender.language), kept)),)

    async def _is_more_of_album(self, message: Message) -> bool:
        """Whether another part of its album came before. Noted for every part: any of them may come first."""
        if message.album_id is None or not message.chat.is_private:
            return False
        memory, now = self._tools.memory, self._tools.now()
        return not await memory.is_first_of_album(message.chat.id, message.album_id, message.update_id, now)

    async def _press(self, press: Press) -> Replies:
        if not await self._access.admits(press.chat, press.sender.id):
            return (Alert(press.press_id),)
        t = translations(press.sender.language)
        found = pressed_button(press.data, self._buttons)
        gone = Alert(press.press_id, alerts.gone(t), popup=True)
        if found is None or press.message_id is None:
            return (gone,)
        match found:
            case ChoiceButton() as button, argument:
                return await button.press(Pressed(self._tools, press, argument))
            case EditButton() as button, edit_id:
                edit = await self._tools.edits.get(edit_id)
                if edit is None or edit.chat_id != press.chat.id:
                    return (gone,)
                if not await self._may_press(edit.request.requester_id, press):
                    return (
                        Alert(press.press_id, alerts.not_yours(t, edit.request.requester_id), popup=True),
                    )
                return await button.press(EditPressed(self._tools, press, edit_id, edit))
        return (gone,)

    async def _may_press(self, requester_id: int, press: Press) -> bool:
        if press.sender.id == requester_id:
            return True
        if press.chat.is_private:
            return False
        return await self._tools.questions.is_admin(press.chat.id, press.sender.id)

    async def _membership(self, change: MembershipChanged) -> Replies:
        """Added to a chat that is not allowed: leave. Removed or blocked: stop that chat's edits quietly."""
        chat = change.chat
        if not change.is_member:
            for edit in await self._tools.edits.active_of(chat.id):
                await self._tools.desk.abandon(edit)
            return ()
        if chat.is_private:
            return ()
        await self._tools.questions.forget_rights(chat.id)
        if await self._access.admits(chat):
            return ()
        return await self._turn_away(chat, change.sender)

    async def _turn_away(self, chat: Chat, sender: Sender, message: Message | None = None) -> Replies:
        """Say once that the chat is not served; then leave the group in any case."""
        replies: list[Outgoing] = []
        if await self._tools.memory.tell_not_allowed(chat.id, self._tools.now()):
            text = not_allowed_text(translations(sender.language), chat.id)
            to = Destination(chat.id)
            replies.append(say_in_reply(message, text) if message else Say(to, text))
        if not chat.is_private:
            replies.append(Leave(chat.id))
        return replies


def not_allowed_text(t: NullTranslations, chat_id: int) -> str:
    """For a chat that is not served, with its id for the bot's owner."""
    return t.gettext(
        "This bot only serves chats that its owner has invited. Chat id: <code>{chat_id}</code>"
    ).format(chat_id=chat_id)


def surplus_text(t: NullTranslations, kept: int) -> str:
    """For a chat that sent more than is kept for it."""
    return t.gettext(
        "That was a lot at once. I take the first {count} messages and leave out the rest; "
        "send again what you still want."
    ).format(count=number(t, kept))
