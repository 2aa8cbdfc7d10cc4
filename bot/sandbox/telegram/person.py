"""Somebody with a Telegram client: writes, sends, edits, presses, reacts, blocks."""

from collections.abc import Iterable
from typing import TypedDict, Unpack

from bot.sandbox.telegram.chats import Chat, Press
from bot.sandbox.telegram.html import command_entities
from bot.sandbox.telegram.messages import Message
from bot.sandbox.telegram.photos import sent_by_person
from bot.sandbox.telegram.records import GROUP_ANONYMOUS_BOT, BotStatus
from bot.sandbox.telegram.values import Json, present
from bot.sandbox.telegram.world import TelegramWorld


class Where(TypedDict, total=False):
    """Where a message goes: to the bot itself and as a new one, unless said otherwise.

    `anonymous` is an administrator who writes as the group.
    """

    chat: Chat | None
    reply_to: Message | None
    thread_id: int | None
    anonymous: bool


def _captioned(caption: str) -> Json:
    return present(caption=caption, caption_entities=command_entities(caption))


class Person:
    """Somebody with a Telegram client."""

    def __init__(self, world: TelegramWorld, user: Json, private: Chat) -> None:
        self.user = user
        self.id: int = user["id"]
        self.name: str = user["first_name"]
        self.private = private
        self._world = world

    def writes(self, text: str, **where: Unpack[Where]) -> Message:
        return self._posts({"text": text, **present(entities=command_entities(text))}, where)

    def sends_photo(
        self,
        image: bytes,
        caption: str = "",
        *,
        hd: bool = False,
        media_group_id: str | None = None,
        spoiler: bool = False,
        **where: Unpack[Where],
    ) -> Message:
        """The client shrinks and re-encodes the picture, as it does."""
        photo = self._world.files.add_photo(sent_by_person(image, hd=hd))
        more = present(media_group_id=media_group_id, has_media_spoiler=spoiler)
        return self._posts(photo | _captioned(caption) | more, where)

    def sends_file(
        self,
        content: bytes,
        file_name: str,
        mime_type: str,
        caption: str = "",
        *,
        media_group_id: str | None = None,
        **where: Unpack[Where],
    ) -> Message:
        file = self._world.files.add_document(content, file_name, mime_type)
        return self._posts(file | _captioned(caption) | present(media_group_id=media_group_id), where)

    def sends_sticker(self, webp: bytes, *, animated: bool = False, **where: Unpack[Where]) -> Message:
        return self._posts(self._world.files.add_sticker(webp, animated=animated), where)

    def sends_animation(self, content: bytes, caption: str = "", **where: Unpack[Where]) -> Message:
        return self._posts(self._world.files.add_animation(content) | _captioned(caption), where)

    def edits(self, message: Message, text: str) -> Message:
        """Another text, or another caption if the message carries a file."""
        message = self._present(message)
        kept = message.content_fields
        if "text" in kept:
            content = {"text": text, **present(entities=command_entities(text))}
        else:
            words = ("caption", "caption_entities")
            content = {k: v for k, v in kept.items() if k not in words} | _captioned(text)
        return self._world.view(self._world.edit(message, content))

    def presses(self, message: Message, label_or_data: str) -> Press:
        """A button by a part of its label or by its exact data, as the message stands now."""
        message = self._present(message)
        for button in (button for row in message.buttons for button in row):
            if button.data is not None and (button.data == label_or_data or label_or_data in button.label):
                return Press(self._world, self._world.press(message, self.user, button.data))
        raise LookupError(f"no button {label_or_data!r} under {message.line}")

    def reacts(self, message: Message, emoji: str) -> None:
        """An emoji under a message; an empty one takes it back."""
        self._world.react(self._present(message), self.user, emoji)

    def deletes(self, message: Message) -> None:
        self._world.delete(self._present(message), self.name)

    def blocks_bot(self) -> None:
        self._world.bot_becomes(self.private.record, "kicked", self.user)

    def unblocks_bot(self) -> None:
        self._world.bot_becomes(self.private.record, "member", self.user)

    def removes_bot(self, chat: Chat) -> None:
        self._world.bot_becomes(chat.record, "kicked", self.user)

    def adds_bot(self, chat: Chat, *, admin: bool = False, without: Iterable[str] = ()) -> None:
        """Into the group, or to another rank in it; `without` names the rights that it does not get."""
        status: BotStatus = "administrator" if admin else "member"
        self._world.bot_becomes(chat.record, status, self.user, frozenset(without))

    def sends_raw_update(self, update: Json) -> int:
        """Any update at all, such as one that no library can read; returns its id."""
        return self._world.updates.push_raw(update)

    def _posts(self, content: Json, where: Where) -> Message:
        record = (where.get("chat") or self.private).record
        reply_to, anonymous = where.get("reply_to"), where.get("anonymous", False)
        if record.is_private and record.bot_status == "absent":
            record.bot_status = "member"
        if record.bot_status == "kicked" and record.is_private:
            raise ValueError(f"{self.name} has blocked the bot and cannot write to it")
        if not record.is_private and self.id not in record.members:
            raise ValueError(f"{self.name} is not in {record.title}")
        thread_id = where.get("thread_id") or (reply_to.thread_id if reply_to else None)
        if thread_id is not None and thread_id not in record.topics:
            raise ValueError(f"{record.title} has no topic {thread_id}")
        posted = self._world.post(
            record,
            GROUP_ANONYMOUS_BOT if anonymous else self.user,
            {**({"sender_chat": record.raw} if anonymous else {}), **content},
            reply_to=reply_to.message_id if reply_to else None,
            thread_id=thread_id,
        )
        return self._world.view(posted)

    def _present(self, message: Message) -> Message:
        present = self._world.chats[message.chat_id].messages.get(message.message_id)
        if present is None:
            raise LookupError(f"message {message.message_id} is gone")
        return present
