"""What the page asks for: a JSON object, read into plain values."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.sandbox.play.stage import Stage
from bot.sandbox.telegram.people import Chat, Message, Person
from bot.sandbox.telegram.values import Json


class NotPossible(Exception):
    """What was asked for cannot be done; the text says why, to the person at the page."""


@dataclass(frozen=True)
class Asked:
    """One request of the page: who does what, and where."""

    stage: Stage
    values: Json

    def integer(self, name: str) -> int:
        value = self.values.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise NotPossible(f"“{name}” has to be a number")
        return value

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return value if isinstance(value, str) else ""

    def flag(self, name: str) -> bool:
        return self.values.get(name) is True

    @property
    def person(self) -> Person:
        try:
            return self.stage.people[self.integer("person")]
        except KeyError:
            raise NotPossible("Nobody here has this id") from None

    @property
    def chat(self) -> Chat:
        return self._chat("chat")

    @property
    def group(self) -> Chat:
        if self.chat.record.is_private:
            raise NotPossible("This is a private chat")
        return self.chat

    def _chat(self, name: str) -> Chat:
        chat = self.stage.chat(self.integer(name))
        if chat is None or self.person.id not in chat.record.members:
            raise NotPossible(f"{self.person.name} is not in this chat")
        return chat

    @property
    def other_chat(self) -> Chat:
        """Where something is forwarded to."""
        return self._chat("to")

    @property
    def message(self) -> Message:
        message = self.chat.message(self.integer("message"))
        if message is None:
            raise NotPossible("This message is gone")
        return message

    @property
    def replied(self) -> Message | None:
        """What a new message replies to; None: nothing, or something that is gone."""
        return self.chat.message(self.integer("reply_to")) if self.values.get("reply_to") else None

    @property
    def topic(self) -> int | None:
        return self.integer("thread") if self.values.get("thread") else None


Action = Callable[[Asked], Awaitable[Json]]
"""Does what was asked; returns what the page that asked is to know. Raises NotPossible."""
