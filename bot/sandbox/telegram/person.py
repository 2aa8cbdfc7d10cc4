"""Somebody with a Telegram client: writes, sends, edits, presses, blocks."""

from typing import Any

from bot.sandbox.telegram.chats import Chat, Press
from bot.sandbox.telegram.html import command_entities
from bot.sandbox.telegram.photos import sent_by_person
from bot.sandbox.telegram.records import CONTENT_FIELDS, GROUP_ANONYMOUS_BOT, Record
from bot.sandbox.telegram.values import Json, Message
from bot.sandbox.telegram.world import TelegramWorld


def _captioned(caption: str) -> Json:
    entities = command_entities(caption)
    return {
        **({"caption": caption} if caption else {}),
        **({"caption_entities": entities} if entities else {}),
    }


class Person:
    """Somebody with a Telegram client."""

    def __init__(self, world: TelegramWorld, user: Json, private: Chat) -> None:
        self.user = user
        self.id: int = user["id"]
        self.name: str = user["first_name"]
        self.private = private
        self._world = world

    def writes(
        self,
        text: str,
        *,
        chat: Chat | None = None,
        reply_to: Message | None = None,
        thread_id: int | None = None,
        anonymous: bool = False,
    ) -> Message:
        entities = command_entities(text)
        content = {"text": text, **({"entities": entities} if entities else {})}
        return self._posts(content, chat, reply_to, thread_id, anonymous=anonymous)

    def sends_photo(
        self,
        image: bytes,
        caption: str = "",
        *,
        chat: Chat | None = None,
        reply_to: Message | None = None,
        thread_id: int | None = None,
        hd: bool = False,
        media_group_id: str | None = None,
        spoiler: bool = False,
        anonymous: bool = False,
    ) -> Message:
        """The client shrinks and re-encodes the picture, as it does."""
        content = self._world.files.add_photo(sent_by_person(image, hd=hd)) | _captioned(caption)
        if media_group_id is not None:
            content["media_group_id"] = media_group_id
        if spoiler:
            content["has_media_spoiler"] = True
        return self._posts(content, chat, reply_to, thread_id, anonymous=anonymous)

    def sends_file(
        self,
        content: bytes,
        file_name: str,
        mime_type: str,
        caption: str = "",
        *,
        chat: Chat | None = None,
        reply_to: Message | None = None,
        thread_id: int | None = None,
        media_group_id: str | None = None,
    ) -> Message:
        fields = self._world.files.add_document(content, file_name, mime_type) | _captioned(caption)
        if media_group_id is not None:
            fields["media_group_id"] = media_group_id
        return self._posts(fields, chat, reply_to, thread_id)

    def sends_sticker(
        self,
        webp: bytes,
        *,
        animated: bool = False,
        chat: Chat | None = None,
        reply_to: Message | None = None,
        thread_id: int | None = None,
    ) -> Message:
        return self._posts(self._world.files.add_sticker(webp, animated=animated), chat, reply_to, thread_id)

    def sends_animation(
        self,
        content: bytes,
        caption: str = "",
        *,
        chat: Chat | None = None,
        reply_to: Message | None = None,
        thread_id: int | None = None,
    ) -> Message:
        fields = self._world.files.add_animation(content) | _captioned(caption)
        return self._posts(fields, chat, reply_to, thread_id)

    def edits(self, message: Message, text: str) -> Message:
        """Another text, or another caption if the message carries a file."""
        record = self._present(message)
        kept = {name: value for name, value in record.raw.items() if name in CONTENT_FIELDS}
        if "text" in kept:
            entities = command_entities(text)
            content = {"text": text, **({"entities": entities} if entities else {})}
        else:
            words = ("caption", "caption_entities")
            content = {k: v for k, v in kept.items() if k not in words} | _captioned(text)
        self._world.edit(record, content)
        return self._world.view(record)

    def presses(self, message: Message, label_or_data: str) -> Press:
        """A button by a part of its label or by its exact data, as the message stands now."""
        record = self._present(message)
        buttons = [button for row in self._world.view(record).buttons for button in row]
        for button in buttons:
            if button.data is not None and (button.data == label_or_data or label_or_data in button.label):
                return Press(self._world, self._world.press(record, self.user, button.data))
        raise LookupError(f"no button {label_or_data!r} under {self._world.view(record).line}")

    def deletes(self, message: Message) -> None:
        self._world.delete(self._present(message), self.name)

    def blocks_bot(self) -> None:
        self._world.bot_becomes(self.private.record, "kicked", self.user)

    def unblocks_bot(self) -> None:
        self._world.bot_becomes(self.private.record, "member", self.user)

    def removes_bot(self, chat: Chat) -> None:
        self._world.bot_becomes(chat.record, "kicked", self.user)

    def adds_bot(self, chat: Chat, *, admin: bool = False) -> None:
        """Into the group, or to another rank in it."""
        self._world.bot_becomes(chat.record, "administrator" if admin else "member", self.user)

    def sends_raw_update(self, update: Json) -> int:
        """Any update at all, such as one that no library can read; returns its id."""
        return self._world.updates.push_raw(update)

    def _posts(
        self,
        content: Json,
        chat: Chat | None,
        reply_to: Message | None,
        thread_id: int | None,
        *,
        anonymous: bool = False,
    ) -> Message:
        record = (chat or self.private).record
        if record.is_private and record.bot_status == "absent":
            record.bot_status = "member"
        if record.bot_status == "kicked" and record.is_private:
            raise ValueError(f"{self.name} has blocked the bot and cannot write to it")
        if not record.is_private and self.id not in record.members:
            raise ValueError(f"{self.name} is not in {record.title}")
        if reply_to is not None and thread_id is None:
            thread_id = reply_to.thread_id
        sender = GROUP_ANONYMOUS_BOT if anonymous else self.user
        behind: dict[str, Any] = {"sender_chat": record.raw} if anonymous else {}
        if thread_id is not None and thread_id not in record.topics:
            raise ValueError(f"{record.title} has no topic {thread_id}")
        replied = None if reply_to is None else reply_to.message_id
        posted = self._world.post(
            record, sender, {**behind, **content}, reply_to=replied, thread_id=thread_id
        )
        return self._world.view(posted)

    def _present(self, message: Message) -> Record:
        record = self._world.chats[message.chat_id].records.get(message.message_id)
        if record is None:
            raise LookupError(f"message {message.message_id} is gone")
        return record
