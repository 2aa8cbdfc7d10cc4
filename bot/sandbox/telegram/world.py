"""The state behind the Bot API sandbox: users, chats, messages, button presses, files and updates."""

import random

from bot.sandbox.telegram.files import FileStore
from bot.sandbox.telegram.html import commands_of
from bot.sandbox.telegram.records import CONTENT_FIELDS, BotStatus, ChatRecord, Query, Record, member
from bot.sandbox.telegram.updates import QUERY_LIFETIME, Clock, UpdateQueue
from bot.sandbox.telegram.values import Event, EventKind, Events, Json, Message, Revision


class TelegramWorld:
    """Everything changes through these methods, so that whoever waits or listens hears of it."""

    def __init__(self, bot: Json, *, privacy: bool, first_update_id: int, clock: Clock) -> None:
        self.bot = bot
        self.privacy = privacy
        self.clock = clock
        self.users: dict[int, Json] = {bot["id"]: bot}
        self.chats: dict[int, ChatRecord] = {}
        self.queries: dict[str, Query] = {}
        self.commands: dict[tuple[str, str], list[Json]] = {}
        self.profile: dict[tuple[str, str], str] = {}
        self.files = FileStore(first_update_id, clock)
        self.updates = UpdateQueue(first_update_id, clock)
        self.events = Events()
        self._random = random.Random(first_update_id)
        self._last_private_id = 100

    @property
    def bot_id(self) -> int:
        bot_id: int = self.bot["id"]
        return bot_id

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
    ) -> Record:
        """A new message; the bot hears of other people's in the next update, if it may."""
        now = self.clock()
        raw: Json = {"message_id": self._next_message_id(chat)}
        if "forum_topic_created" in content:
            thread_id = raw["message_id"]
        if thread_id is not None:
            raw |= {"message_thread_id": thread_id, "is_topic_message": True}
        raw |= {"from": sender, "chat": chat.raw, "date": int(now), **content}
        by_bot = sender["id"] == self.bot_id
        record = Record(chat, raw, now, reply_to, is_silent, by_bot)
        chat.records[record.message_id] = record
        if not by_bot and self._bot_sees(record):
            self.updates.push("message", self.rendered(record), str(chat.id))
        self.emit("sent", sender["first_name"], chat, record)
        return record

    def edit(self, record: Record, content: Json, *, content_changed: bool = True) -> None:
        """Replace the content; the bot hears of other people's edits as `edited_message`."""
        now = self.clock()
        record.history.append(Revision(now, record.text))
        record.edit_count += 1
        kept = {name: value for name, value in record.raw.items() if name not in CONTENT_FIELDS}
        record.raw = {**kept, **content}
        if content_changed:
            record.raw["edit_date"] = int(now)
        if not record.by_bot and self._bot_sees(record):
            self.updates.push("edited_message", self.rendered(record), str(record.chat.id))
        self.emit("edited", record.raw["from"]["first_name"], record.chat, record)

    def delete(self, record: Record, who: str) -> None:
        """Gone for everybody; the Bot API tells nobody of it."""
        record.chat.records.pop(record.message_id, None)
        self.emit("deleted", who, record.chat, record)

    def press(self, record: Record, user: Json, data: str) -> Query:
        """A press on a button under the bot's message."""
        query_id = str(self._random.randrange(10**17, 10**18))
        query = Query(query_id, self.clock(), user["first_name"], record.chat.id)
        self.queries[query_id] = query
        payload = {
            "id": query_id,
            "from": user,
            "message": self.rendered(record),
            "chat_instance": str(abs(record.chat.id) * 7919),
            "data": data,
        }
        self.updates.push("callback_query", payload, str(record.chat.id), QUERY_LIFETIME)
        self.emit("pressed", user["first_name"], record.chat, record, data)
        return query

    def answer(self, query: Query, answer: Json) -> None:
        """What the presser sees."""
        query.answer = answer
        text = answer.get("text", "")
        self.emit("answered", self.bot["first_name"], self.chats[query.chat_id], None, text)

    def bot_becomes(self, chat: ChatRecord, status: BotStatus, actor: Json) -> None:
        """The bot's place in a chat changes, and it is told so."""
        payload = {
            "chat": chat.raw,
            "from": actor,
            "date": int(self.clock()),
            "old_chat_member": member(self.bot, chat.bot_status),
            "new_chat_member": member(self.bot, status),
        }
        chat.bot_status = status
        self.updates.push("my_chat_member", payload, str(chat.id))
        self.emit("membership", actor["first_name"], chat, None, status)

    def rendered(self, record: Record, *, nested: bool = True) -> Json:
        """The message as JSON; what it replies to is embedded one level deep."""
        if not nested:
            return record.raw
        # Within a topic, a message that replies to nothing shows the topic's first message there.
        target = record.chat.records.get(record.reply_to or record.thread_id or 0)
        if target is None or target is record:
            return record.raw
        return {**record.raw, "reply_to_message": self.rendered(target, nested=False)}

    def view(self, record: Record) -> Message:
        """The message as people see it at this moment."""
        return Message(
            record.chat.id,
            record.message_id,
            record.thread_id,
            record.sent_at,
            self.rendered(record),
            record.reply_to,
            record.is_silent,
            record.by_bot,
            record.edit_count,
            tuple(record.history),
            self.files.read,
        )

    def views(self, chat: ChatRecord) -> list[Message]:
        return [self.view(record) for record in chat.records.values()]

    def emit(
        self, kind: EventKind, who: str, chat: ChatRecord, record: Record | None = None, text: str = ""
    ) -> None:
        message = None if record is None else self.view(record)
        self.events.emit(Event(self.clock(), kind, who, chat.id, message, text))
        chat.changed.fire()

    def _next_message_id(self, chat: ChatRecord) -> int:
        """Supergroups count for themselves; all other chats share one counter."""
        if chat.type == "supergroup":
            chat.last_message_id += 1
            return chat.last_message_id
        self._last_private_id += 1
        return self._last_private_id

    def _bot_sees(self, record: Record) -> bool:
        """Privacy mode: in groups only commands, replies to the bot and service messages."""
        chat = record.chat
        if not chat.bot_is_in:
            return False
        if chat.is_private or chat.bot_status == "administrator" or not self.privacy or record.is_service:
            return True
        target = chat.records.get(record.reply_to or 0)
        if target is not None and target.by_bot:
            return True
        return any(self._addressed(command) for command in commands_of(record.text, record.entities))

    def _addressed(self, command: str) -> bool:
        _, at, name = command.partition("@")
        return not at or name.lower() == self.bot["username"].lower()
