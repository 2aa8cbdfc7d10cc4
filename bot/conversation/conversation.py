"""The entrance of the room: takes what came in and returns what to send. It sends nothing itself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from gettext import NullTranslations

from bot.conversation.access import Access
from bot.conversation.answering import WELCOME_VERB, say_in_reply
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
from bot.conversation.guests import turn_away
from bot.conversation.incoming import (
    ChatMigrated,
    EditedMessage,
    Incoming,
    MembershipChanged,
    Message,
    Part,
    Press,
    Surplus,
)
from bot.conversation.memory import FRESH
from bot.conversation.outgoing import Alert, Delete, Destination, Say
from bot.conversation.recalling import asked_with
from bot.conversation.small_talk import is_stop
from bot.conversation.texts import alerts
from bot.conversation.texts.groups import greeting_text
from bot.conversation.texts.i18n import translations
from bot.conversation.texts.questions import left_out, too_old
from bot.conversation.texts.wording import number
from bot.conversation.tools import Tools
from bot.core.errors import Reason
from bot.core.guests import Guest
from bot.core.requests import PhotoRef
from bot.core.wishes import Collected, PictureMeant

_CORRECTED_WITHIN = timedelta(minutes=5)
_STOP = "cancel"
"""The command that "stop", said in private, means."""
_COLLECTED = 9
"""Photos before the last one that count as sent together with it."""


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

    async def _message(self, message: Message, *, is_corrected: bool = False) -> Replies:
        if message.sender.is_bot:
            return ()
        if message.chat.is_private and message.picture is None and is_stop(message.words):
            message = replace(message, command=message.command or _STOP, words="")
        if message.replied is not None and message.replied.button.startswith(f"{WELCOME_VERB}:"):
            message = replace(message, replied=None)
        command = self._commands.get(message.command or "")
        is_open = command is not None and command.is_open(message)
        if not is_open and not await self._access.admits(message.chat, message.sender.id):
            return await turn_away(self._tools, message.chat, message.sender, message.update_id, message)
        if command is None and not await self._is_for_us(message):
            return ()
        whole = await self._with_album(message, is_corrected=is_corrected)
        return () if whole is None else await self._whole(whole)

    async def _whole(self, message: Message) -> Replies:
        command = self._commands.get(message.command or "")
        asked = Asked(self._tools, message)
        if command is not None:
            replies = await command.handle(asked)
        elif message.command is not None:
            replies = await ask_for_command(asked, self._commands)
        else:
            replies = await self._plain(asked)
        if replies and message.chat.is_private and isinstance(message.picture, PhotoRef):
            await self._remember(message, message.picture)
        count = sum(isinstance(part.picture, Reason) for part in message.album)
        return (*replies, say_in_reply(message, left_out(asked.t, count))) if count else replies

    async def _remember(self, message: Message, photo: PhotoRef) -> None:
        """What was asked back about, or not understood, stays for the words that may follow."""
        tools, own = self._tools, PictureMeant(photo, message.message_id)
        if await tools.edits.by_message(message.chat.id, message.message_id) is not None:
            return
        album = tuple(
            PictureMeant(part.picture, part.message_id)
            for part in message.album
            if isinstance(part.picture, PhotoRef)
        )
        earlier: tuple[PictureMeant, ...] = ()
        before = await tools.wishes.remembered_photos(message.speaker, tools.now() - FRESH)
        if before is not None and not album:
            earlier = tuple(each for each in before.pictures if each.message_id != message.message_id)
        pictures = (*earlier[-_COLLECTED:], own, *album)
        collected = Collected(pictures, tools.now(), is_album=bool(album))
        await tools.wishes.remember_photos(message.speaker, collected)

    async def _is_for_us(self, message: Message) -> bool:
        """In a group: words that name the bot and are about a picture, and answers to its questions."""
        if message.chat.is_private:
            return True
        if message.command is not None:
            return message.is_addressed
        is_about_picture = message.picture is not None or message.replied is not None
        if message.is_addressed and is_about_picture:
            return True
        return await asked_with(self._tools, message) is not None

    async def _edited(self, message: Message) -> Replies:
        """New words count as long as they are new and nothing was made of the old ones."""
        tools, chat = self._tools, message.chat
        if not (message.words or message.command):
            return ()
        if await tools.edits.by_message(chat.id, message.message_id) is not None:
            return ()
        if tools.now() - message.sent_at > _CORRECTED_WITHIN:
            is_request = chat.is_private and message.picture is not None
            return (
                (say_in_reply(message, too_old(translations(message.sender.language))),) if is_request else ()
            )
        before = await tools.wishes.question_for(chat.id, message.message_id)
        replies = await self._message(message, is_corrected=True)
        has_said = any(not isinstance(each, Delete) for each in replies)
        if has_said or before is None or before.message_id is None:
            return replies
        # Its buttons would start the same once more.
        return tuple(dict.fromkeys((*replies, Delete(chat.id, before.message_id))))

    async def _surplus(self, message: Message, kept: int) -> Replies:
        is_for_us = message.chat.is_private or message.command in self._commands
        if message.sender.is_bot or not is_for_us:
            return ()
        if not await self._access.admits(message.chat, message.sender.id):
            return ()
        return (say_in_reply(message, surplus_text(translations(message.sender.language), kept)),)

    async def _with_album(self, message: Message, *, is_corrected: bool) -> Message | None:
        """A message with all parts of its album; None if another part of it speaks for it.

        In private that is the part that came first, in a group the one with the command. A part that came
        when the others had been taken speaks for itself.
        """
        if message.album_id is None:
            return message
        chat, album_id, tools = message.chat, message.album_id, self._tools
        if is_corrected and await tools.memory.is_album_open(chat.id, album_id):
            return None  # another replica waits for its parts, and reads the new words with them
        if is_corrected:
            return whole_album(message, await self._without_edits(await tools.album_of(message)))
        if await tools.memory.is_late_part(chat.id, album_id, message.update_id):
            return message
        is_first = await tools.memory.is_first_of_album(chat.id, album_id, message.update_id, tools.now())
        if not is_first:
            return None
        parts = await tools.album_of(message)
        last = max([message.update_id, *(part.update_id for part in parts)])
        await tools.memory.settle_album(chat.id, album_id, last)
        return whole_album(message, parts)

    async def _without_edits(self, parts: Sequence[Message]) -> Sequence[Message]:
        """The parts of an album that nothing was made of."""
        edits = self._tools.edits
        return [each for each in parts if await edits.by_message(each.chat.id, each.message_id) is None]

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
                if edit is None or edit.is_erased or edit.chat_id != press.chat.id:
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
        """Added to a group: greet it once, or leave if it is not allowed.

        Removed or blocked: stop that chat's edits quietly.
        """
        chat = change.chat
        if not change.is_member:
            for edit in await self._tools.edits.active_of(chat.id):
                await self._tools.desk.abandon(edit)
            return ()
        if chat.is_private:
            return ()
        await self._tools.questions.forget_rights(chat.id)
        if change.sender.id in await self._tools.owners.all():
            await self._tools.guests.decide(Guest(chat.id, chat.title), allowed=True, now=self._tools.now())
        if not await self._access.admits(chat):
            return await turn_away(self._tools, chat, change.sender, change.update_id)
        if not change.joined or not await self._tools.memory.greet(chat.id, self._tools.now()):
            return ()
        about, t = self._tools.about, translations(change.sender.language)
        sees_all = about.reads_group_messages or change.is_admin
        return (Say(Destination(chat.id), greeting_text(t, about.username, sees_all=sees_all), silent=True),)


def whole_album(message: Message, parts: Sequence[Message]) -> Message:
    """One message for an album: its still pictures in order, and the words of whichever part has some."""
    ordered = sorted(parts or [message], key=lambda part: (isinstance(part.picture, Reason), part.message_id))
    speaking = next((part for part in ordered if part.command or part.words), ordered[0])
    if not message.chat.is_private:
        speaking = next((part for part in parts if part.message_id == message.message_id), message)
        speaking = speaking if speaking.command else message
    return replace(
        ordered[0],
        update_id=message.update_id,
        command=speaking.command,
        words=speaking.words,
        replied=message.replied,
        album=()
        if isinstance(ordered[0].picture, Reason)
        else tuple(Part(part.message_id, part.picture) for part in ordered[1:]),
    )


def surplus_text(t: NullTranslations, kept: int) -> str:
    """For a chat that sent more than is kept for it."""
    return t.gettext(
        "That was a lot at once. I take the first {count} messages and leave out the rest; "
        "send again what you still want."
    ).format(count=number(t, kept))
