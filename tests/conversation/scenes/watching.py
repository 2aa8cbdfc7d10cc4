"""What the bot does in a scene's chats between two lines of the script."""

from bot.sandbox.telegram.people import Chat, Event, Message
from tests.conversation.scenes.acting import Stage
from tests.conversation.scenes.seeing import excerpt, shown


class Watcher:
    """Collects what happens, and tells what has come of it: what came and went in between is left out."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._events: list[Event] = []
        self._pictures: dict[int, int] = {}
        self._seen: dict[tuple[int, int], list[str]] = {}
        stage.telegram.listen(self._events.append)

    def lines(self) -> list[str]:
        """Since the last time."""
        chats = {chat.id: chat for chat in self._stage.chats}
        events = [event for event in self._events if event.chat_id in chats]
        self._events.clear()
        lines = self._answers()
        lines += [line for chat in chats.values() for line in self._changes(chat, events)]
        lines += [line for chat in chats.values() for line in self._new(chat)]
        left = [
            e
            for e in events
            if e.kind == "membership" and e.who == self._stage.telegram.world.bot["first_name"]
        ]
        return lines + ["Bot leaves the group"] * len(left)

    def _answers(self) -> list[str]:
        lines = []
        for who, press in self._stage.presses:
            answer = press.query.answer
            if answer is None:
                lines.append(f"!! {who}'s button is still waiting")
            elif answer["text"]:
                how = "in a window" if answer["show_alert"] else "at the top"
                lines.append(f"Bot to {who}, {how}: {answer['text']}")
        self._stage.presses.clear()
        return lines

    def _changes(self, chat: Chat, events: list[Event]) -> list[str]:
        """Of messages that were there before."""
        lines, told = [], set[tuple[str, int]]()
        about = [(e, e.message) for e in events if e.message is not None and e.chat_id == chat.id]
        for event, message in sorted(about, key=lambda each: each[1].message_id):
            if (event.kind, message.message_id) in told:
                continue
            told.add((event.kind, message.message_id))
            label = self._stage.labels.get((chat.id, message.message_id), "")
            now = chat.message(message.message_id)
            by_bot = event.who == self._stage.telegram.world.bot["first_name"]
            known = (chat.id, message.message_id) in self._seen
            if event.kind == "edited" and message.by_bot and known and now is not None:
                self._name(now)
                if self._looks(now):
                    lines += shown(now, f"Bot{self._where(chat)} changes {label}")
            elif event.kind == "deleted" and by_bot and (known or not message.by_bot):
                lines.append(f"Bot{self._where(chat)} deletes {label}")
            elif event.kind == "reacted" and by_bot and now is not None:
                reaction = now.reactions.get(self._stage.telegram.world.bot["id"], "takes it back")
                lines.append(f"Bot{self._where(chat)} reacts to {label}: {reaction}")
        return lines

    def _new(self, chat: Chat) -> list[str]:
        """The bot's new messages: words as they came, then pictures in the order of what they reply to."""
        new = [
            m for m in chat.bot_messages() if (chat.id, m.message_id) not in self._seen and not m.is_service
        ]
        pictures = sorted(
            (m for m in new if m.kind != "text"),
            key=lambda m: (m.reply_to_message_id or 0, "" if "media_group_id" in m.raw else m.text),
        )
        new = [*(m for m in new if m.kind == "text"), *pictures]
        return [line for message in new for line in shown(message, self._head(chat, message))]

    def _head(self, chat: Chat, message: Message) -> str:
        target = self._stage.labels.get((chat.id, message.reply_to_message_id or 0), "something")
        if message.reply_to_message_id is None:
            target = ""
        self._name(message)
        self._looks(message)
        how = " silently" if message.is_silent else ""
        if message.thread_id != self._stage.thread_id(chat):
            how += " outside the topic"
        return f"Bot{self._where(chat)}{how}" + (f" → {target}" if target else "")

    def _looks(self, message: Message) -> bool:
        """Whether it looks another way now than before."""
        key = message.chat_id, message.message_id
        before, self._seen[key] = self._seen.get(key), shown(message, "")
        return before != self._seen[key]

    def _name(self, message: Message) -> None:
        label = excerpt(message)
        known = self._stage.labels.get((message.chat_id, message.message_id), "")
        if message.kind != "text" and known.startswith("result"):
            return
        if message.kind != "text":
            count = self._pictures[message.chat_id] = self._pictures.get(message.chat_id, 0) + 1
            label = f"result {count}" if count > 1 else "result"
        self._stage.name(message, label)

    def _where(self, chat: Chat) -> str:
        """Only if it is not where the scene is."""
        group, _ = self._stage.place
        if chat.id in {each.id for each in self._stage.groups.values()}:
            return "" if group and self._stage.groups[group].id == chat.id else f" in {chat.title}"
        others = len(self._stage.people) > 1
        return f" in private with {chat.title}" if group else f" to {chat.title}" if others else ""
