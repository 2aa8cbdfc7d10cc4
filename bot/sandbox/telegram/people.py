"""The people in the sandbox and their groups: what the demo and the tests work with."""

import random
from collections.abc import Sequence

from bot.sandbox.telegram.chats import Answer, Chat, Press
from bot.sandbox.telegram.messages import Button, Event, Message
from bot.sandbox.telegram.person import Person
from bot.sandbox.telegram.records import ChatRecord
from bot.sandbox.telegram.values import Json
from bot.sandbox.telegram.world import TelegramWorld

__all__ = ["Answer", "Button", "Chat", "Event", "Message", "People", "Person", "Press"]

_FIRST_PERSON_ID = 510_000_000
_FIRST_GROUP_ID = 2_100_000_000
_FIRST_BASIC_GROUP_ID = 4_100_000_000


class People:
    """Makes people, groups and topics."""

    def __init__(self, world: TelegramWorld) -> None:
        self._world = world
        self._random = random.Random(_FIRST_PERSON_ID)
        self._count = 0

    def person(self, name: str, *, language_code: str | None = "en", username: str | None = None) -> Person:
        """Somebody who has not written to the bot yet."""
        user: Json = {"id": self._new_id(_FIRST_PERSON_ID), "is_bot": False, "first_name": name}
        raw: Json = {"id": user["id"], "first_name": name}
        if username is not None:
            user["username"] = raw["username"] = username
        if language_code is not None:
            user["language_code"] = language_code
        self._world.users[user["id"]] = user
        record = self._world.add_chat({**raw, "type": "private"}, "absent", {user["id"]: "member"})
        return Person(self._world, user, self.chat(record))

    def chat(self, record: ChatRecord) -> Chat:
        """The chat as people see it."""
        return Chat(self._world, record)

    def group(self, title: str, *members: Person, admins: Sequence[Person] = (), forum: bool = False) -> Chat:
        """A supergroup, with an owner who is not among `members`; the first member adds the bot."""
        chat_id = -1_000_000_000_000 - self._new_id(_FIRST_GROUP_ID)
        raw: Json = {"id": chat_id, "title": title, "type": "supergroup"}
        if forum:
            raw["is_forum"] = True
        return self._populated(raw, members, admins)

    def basic_group(self, title: str, *members: Person, admins: Sequence[Person] = ()) -> Chat:
        """A basic group, which may become a supergroup later."""
        raw: Json = {"id": -self._new_id(_FIRST_BASIC_GROUP_ID), "title": title, "type": "group"}
        return self._populated(raw, members, admins)

    def migrate(self, chat: Chat) -> Chat:
        """The group becomes a supergroup with a new id; the old id stops working."""
        old = chat.record
        new_id = -1_000_000_000_000 - self._new_id(_FIRST_GROUP_ID)
        raw = {**old.raw, "id": new_id, "type": "supergroup"}
        new = self._world.add_chat(raw, old.bot_status, dict(old.members))
        owner = self._world.users[next(iter(old.members))]
        self._world.post(old, owner, {"migrate_to_chat_id": new_id})
        self._world.post(new, owner, {"migrate_from_chat_id": old.id})
        old.migrated_to = new_id
        return self.chat(new)

    def topic(self, chat: Chat, name: str) -> int:
        """A new topic of a forum: its message_thread_id."""
        if not chat.record.raw.get("is_forum"):
            raise ValueError(f"{chat.title} is no forum")
        owner = self._world.users[next(iter(chat.record.members))]
        created = {"forum_topic_created": {"name": name, "icon_color": 7322096}}
        message = self._world.post(chat.record, owner, created)
        chat.record.topics[message.message_id] = name
        return message.message_id

    def close_topic(self, chat: Chat, thread_id: int) -> None:
        """Only who manages topics writes there now."""
        owner = self._world.users[next(iter(chat.record.members))]
        self._world.post(chat.record, owner, {"forum_topic_closed": {}}, thread_id=thread_id)
        chat.record.closed.add(thread_id)

    def reopen_topic(self, chat: Chat, thread_id: int) -> None:
        """Everybody may write there again."""
        owner = self._world.users[next(iter(chat.record.members))]
        self._world.post(chat.record, owner, {"forum_topic_reopened": {}}, thread_id=thread_id)
        chat.record.closed.discard(thread_id)

    def delete_topic(self, chat: Chat, thread_id: int) -> None:
        """The topic and all that was said there are gone; the bot is not told."""
        del chat.record.topics[thread_id]
        for message in list(chat.record.messages.values()):
            if message.thread_id == thread_id:
                self._world.delete(message, chat.title)

    def sends_raw_update(self, update: Json) -> int:
        """Any update at all, such as one that no library can read; returns its id."""
        return self._world.updates.push_raw(update)

    def transcript(self, chat: Chat) -> str:
        return chat.transcript()

    def _populated(self, raw: Json, members: Sequence[Person], admins: Sequence[Person]) -> Chat:
        owner = self.person(f"Owner of {raw['title']}")
        ranks = {owner.id: "creator", **{each.id: "member" for each in members}}
        ranks |= {each.id: "administrator" for each in admins}
        record = self._world.add_chat(raw, "left", ranks)
        adder = next(iter([*members, *admins]), owner).user
        self._world.bot_becomes(record, "member", adder)
        self._world.post(record, adder, {"new_chat_members": [self._world.bot]})
        return self.chat(record)

    def _new_id(self, first: int) -> int:
        self._count += 1
        return first + self._count * 1_009 + self._random.randrange(1_000)
