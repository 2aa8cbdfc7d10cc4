"""Somebody with a Telegram client: writes, sends, forwards, edits, presses, reacts, blocks."""

import re
from collections.abc import Iterable, Sequence
from typing import TypedDict, Unpack
from urllib.parse import parse_qsl, urlsplit

from bot.sandbox.telegram.chats import Chat, Press
from bot.sandbox.telegram.html import command_entities
from bot.sandbox.telegram.kinds import fields_of
from bot.sandbox.telegram.messages import Message
from bot.sandbox.telegram.photos import sent_by_person
from bot.sandbox.telegram.records import GROUP_ANONYMOUS_BOT, PERMISSION_FOR, BotStatus
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

    def sends_album(
        self, images: Sequence[bytes | str], caption: str = "", **where: Unpack[Where]
    ) -> list[Message]:
        """Several photos at once: the caption stands on the first, and each is a message and an update.

        "video" in place of a photo's bytes is a video among them.
        """
        album_id = self._world.new_album_id()
        captions = [caption, *[""] * (len(images) - 1)]
        return [
            self.sends_photo(image, words, media_group_id=album_id, **where)
            if isinstance(image, bytes)
            else self._posts(
                fields_of(image, self._world.files) | _captioned(words) | {"media_group_id": album_id}, where
            )
            for image, words in zip(images, captions, strict=True)
        ]

    def sends(self, kind: str, caption: str = "", **where: Unpack[Where]) -> Message:
        """A `voice` message, a `video`, a `location`, a `poll` and so on: see `kinds`."""
        return self._posts(fields_of(kind, self._world.files) | _captioned(caption), where)

    def forwards(self, *messages: Message, comment: str = "", **where: Unpack[Where]) -> list[Message]:
        """The comment comes first, as a message of its own, and the others follow within the second."""
        said = [self.writes(comment, **where)] if comment else []
        album_id = self._world.new_album_id() if any("media_group_id" in m.raw for m in messages) else ""
        for message in messages:
            origin = {"type": "user", "sender_user": message.raw["from"], "date": message.raw["date"]}
            kept = {name: each for name, each in message.content_fields.items() if name != "reply_markup"}
            said.append(
                self._posts({"forward_origin": origin, **kept, **present(media_group_id=album_id)}, where)
            )
        return said

    def follows(self, link: str, chat: Chat | None = None) -> Message:
        """A deep link of the bot's, t.me/<bot>?start=…; with ?startgroup=… the bot joins the group."""
        parts = urlsplit(link)
        name = self._world.bot["username"]
        if (parts.netloc, parts.path) != ("t.me", f"/{name}"):
            raise ValueError(f"{link} does not lead to @{name}")
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        payload = query.get("start") or query.get("startgroup") or ""
        if payload and not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", payload):
            raise ValueError(f"Telegram passes on no {payload!r}")
        if "startgroup" not in query:
            return self.writes(f"/start {payload}".strip())
        if chat is None:
            raise ValueError("the person chooses a group for this link")
        self.adds_bot(chat)
        return self.writes(f"/start@{name} {payload}".strip(), chat=chat)

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

    def restricts_bot(self, chat: Chat, *kinds: str) -> None:
        """The bot itself may not send `text messages`, `photos` or `documents` in the group any more."""
        withheld = frozenset(PERMISSION_FOR[kind] for kind in kinds)
        self._world.bot_becomes(chat.record, "restricted", self.user, withheld)

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
        if thread_id in record.closed and record.members.get(self.id) == "member":
            raise ValueError(f"topic {thread_id} of {record.title} is closed")
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
