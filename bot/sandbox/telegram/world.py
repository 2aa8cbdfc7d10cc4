"""The state behind the Bot API sandbox: users, chats, messages, button presses, files and updates."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from bot.sandbox.telegram.calls import Call
from bot.sandbox.telegram.files import FileStore
from bot.sandbox.telegram.html import commands_of
from bot.sandbox.telegram.messages import CONTENT_FIELDS, Event, EventKind, Events, Message, Revision
from bot.sandbox.telegram.records import BotStatus, ChatRecord, Query
from bot.sandbox.telegram.updates import QUERY_LIFETIME, UpdateQueue
from bot.sandbox.telegram.values import Clock, Json


class TelegramWorld:
    """Everything changes through these methods, so that whoever waits or listens hears of it.

    Messages are values: a change puts another one in the old one's place.
    """

    def __init__(
        self, bot: Json, *, privacy: bool, first_update_id: int, webhook_retry: float, clock: Clock
    ) -> None:
        self.bot = bot
        self.privacy = privacy
        self.clock = clock
        self.users: dict[int, Json] = {bot["id"]: bot}
        self.chats: dict[int, ChatRecord] = {}
        self.queries: dict[str, Query] = {}
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.profile: dict[tuple[str, str], str] = {}
        self.files = FileStore(first_update_id, clock)
        self.updates = UpdateQueue(first_update_id, webhook_retry, clock)
        self.events = Events()
        self._random = random.Random(first_update_id)
        self._last_private_id = 100
        self._albums = 0

    def add_chat(self, raw: Json, bot_status: BotStatus, members: dict[int, str]) -> ChatRecord:
        chat = ChatRecord(raw, bot_status, members)
        self.chats[chat.id] = chat
        return chat

    def post(
        self,
        chat: ChatRecord,
        sender: Json,
        content: Json,
        *,
        reply_to: int | None = None,
        thread_id: int | None = None,
        is_silent: bool = False,
        markup: Json | None = None,
    ) -> Message:
        """A new message; the bot hears of other people's in the next update, if it may."""
        now = self.clock()
        raw: Json = {"message_id": self._next_message_id(chat)}
        if "forum_topic_created" in content:
            thread_id = raw["message_id"]
        if thread_id is not None:
            raw |= {"message_thread_id": thread_id, "is_topic_message": True}
        raw |= {"from": sender, "chat": chat.raw, "date": int(now), **content}
        by_bot = sender is self.bot
        message = Message(raw, now, reply_to, is_silent, by_bot, markup or {}, read=self.files.read)
        self._put("message", "sent", message)
        return message

    def edit(self, message: Message, content: Json, *, content_changed: bool = True) -> Message:
        """Replace the content; the bot hears of other people's edits as `edited_message`."""
        now = self.clock()
        kept = {name: value for name, value in message.raw.items() if name not in CONTENT_FIELDS}
        raw = {**kept, **content, **({"edit_date": int(now)} if content_changed else {})}
        edited = replace(message, raw=raw, history=(*message.history, Revision(now, message.text)))
        self._put("edited_message", "edited", edited)
        return edited

    def _put(self, update: str, event: EventKind, message: Message) -> None:
        chat = self.chats[message.chat_id]
        chat.messages[message.message_id] = message
        if not message.by_bot and self._bot_sees(chat, message):
            self.updates.push(update, self.rendered(message), str(chat.id))
        self.emit(event, message.sender_name, chat, message)

    def delete(self, message: Message, who: str) -> None:
        """Gone for everybody; the Bot API tells nobody of it."""
        chat = self.chats[message.chat_id]
        chat.messages.pop(message.message_id, None)
        self.emit("deleted", who, chat, message)

    def react(self, message: Message, user: Json, emoji: str) -> None:
        """Somebody's reaction changes; empty: none. As an administrator the bot hears of other people's."""
        chat = self.chats[message.chat_id]
        before = message.reactions.get(user["id"], "")
        reactions = {**message.reactions, user["id"]: emoji}
        changed = replace(message, reactions={who: each for who, each in reactions.items() if each})
        chat.messages[message.message_id] = changed
        if user is not self.bot and (chat.is_private or chat.bot_status == "administrator"):
            payload = {
                "chat": chat.raw,
                "message_id": message.message_id,
                "user": user,
                "date": int(self.clock()),
                "old_reaction": [{"type": "emoji", "emoji": before}] if before else [],
                "new_reaction": [{"type": "emoji", "emoji": emoji}] if emoji else [],
            }
            self.updates.push("message_reaction", payload, str(chat.id))
        self.emit("reacted", user["first_name"], chat, changed, emoji)

    def press(self, message: Message, user: Json, data: str) -> Query:
        """A press on a button under the bot's message."""
        chat = self.chats[message.chat_id]
        query_id = str(self._random.randrange(10**17, 10**18))
        query = Query(query_id, self.clock(), user["first_name"], chat.id)
        self.queries[query_id] = query
        payload = {
            "id": query_id,
            "from": user,
            "message": self.rendered(message),
            "chat_instance": str(abs(chat.id) * 7919),
            "data": data,
        }
        self.updates.push("callback_query", payload, str(chat.id), QUERY_LIFETIME)
        self.emit("pressed", user["first_name"], chat, message, data)
        return query

    def answer(self, query: Query, answer: Json) -> None:
        """What the presser sees."""
        query.answer = answer
        self.emit("answered", self.bot["first_name"], self.chats[query.chat_id], None, answer["text"])

    def bot_becomes(
        self, chat: ChatRecord, status: BotStatus, actor: Json, withheld: frozenset[str] = frozenset()
    ) -> None:
        """The bot's place in a chat changes, and it is told so."""
        before = chat.bot_as_member(self.bot)
        chat.bot_status, chat.withheld = status, withheld
        payload = {
            "chat": chat.raw,
            "from": actor,
            "date": int(self.clock()),
            "old_chat_member": before,
            "new_chat_member": chat.bot_as_member(self.bot),
        }
        self.updates.push("my_chat_member", payload, str(chat.id))
        self.emit("membership", actor["first_name"], chat, None, status)

    def rendered(self, message: Message) -> Json:
        """The message as JSON; what it replies to is embedded one level deep."""
        messages = self.chats[message.chat_id].messages
        # Within a topic, a message that replies to nothing shows the topic's first message there.
        target = messages.get(message.reply_to_message_id or message.thread_id or 0)
        if target is None or target.message_id == message.message_id:
            return message.raw
        return {**message.raw, "reply_to_message": target.raw}

    def view(self, message: Message) -> Message:
        """The message as people see it at this moment."""
        return replace(message, raw=self.rendered(message))

    def views(self, chat: ChatRecord) -> list[Message]:
        return [self.view(message) for message in chat.messages.values()]

    def new_album_id(self) -> str:
        """A `media_group_id`."""
        self._albums += 1
        return str(10**16 + self._albums)

    def emit(
        self, kind: EventKind, who: str, chat: ChatRecord, message: Message | None = None, text: str = ""
    ) -> None:
        shown = None if message is None else self.view(message)
        self.events.emit(Event(self.clock(), kind, who, chat.id, shown, text))
        chat.changed.fire()

    def _next_message_id(self, chat: ChatRecord) -> int:
        """Supergroups count for themselves; all other chats share one counter."""
        if chat.type == "supergroup":
            chat.last_message_id += 1
            return chat.last_message_id
        self._last_private_id += 1
        return self._last_private_id

    def _bot_sees(self, chat: ChatRecord, message: Message) -> bool:
        """Privacy mode: in groups only commands, replies to the bot and service messages."""
        if not chat.bot_is_in:
            return False
        if chat.is_private or chat.bot_status == "administrator" or not self.privacy or message.is_service:
            return True
        target = chat.messages.get(message.reply_to_message_id or 0)
        if target is not None and target.by_bot:
            return True
        return any(self._addressed(command) for command in commands_of(message.text, message.entities))

    def _addressed(self, command: str) -> bool:
        _, at, name = command.partition("@")
        return not at or name.lower() == self.bot["username"].lower()


Method = Callable[[TelegramWorld, Call], Awaitable[Any]]
"""A method of the Bot API: its result, or Refused."""
