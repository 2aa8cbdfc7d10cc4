"""Chats and presses as people see them: what is visible now, and waiting for what comes."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from bot.sandbox.telegram.messages import Message
from bot.sandbox.telegram.records import ChatRecord, Query
from bot.sandbox.telegram.world import TelegramWorld

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """What a person sees after pressing a button; nothing at all if `text` is empty."""

    text: str
    show_alert: bool


@dataclass(frozen=True)
class Press:
    """A button that somebody pressed."""

    world: TelegramWorld = field(repr=False)
    query: Query

    async def answer(self, timeout: float = 5) -> Answer:  # noqa: ASYNC109 - part of the reading
        """The bot's answer, waiting for it; TimeoutError if it stays away."""
        async with asyncio.timeout(timeout):
            while self.query.answer is None:
                await self.world.chats[self.query.chat_id].changed.wait(timeout)
        return Answer(self.query.answer["text"], self.query.answer["show_alert"])


@dataclass(frozen=True)
class Chat:
    """A chat as its people see it."""

    world: TelegramWorld = field(repr=False)
    record: ChatRecord = field(repr=False)

    @property
    def id(self) -> int:
        return self.record.id

    @property
    def title(self) -> str:
        return self.record.title

    def messages(self) -> list[Message]:
        """What is visible now, in order."""
        return self.world.views(self.record)

    def bot_messages(self) -> list[Message]:
        return [message for message in self.messages() if message.by_bot]

    def message(self, message_id: int) -> Message | None:
        """One message as it is now; None if it is gone."""
        message = self.record.messages.get(message_id)
        return None if message is None else self.world.view(message)

    def refuses(self, *kinds: str) -> None:
        """What members may not send here: `text messages`, `photos`, `documents`; none: all is allowed."""
        self.record.refuses = set(kinds)

    def transcript(self) -> str:
        lines = [message.line for message in self.messages()]
        return "\n".join([f"--- {self.title} ({self.record.type} {self.id}) ---", *lines])

    async def wait_for(
        self,
        predicate: Callable[[list[Message]], T | None],
        timeout: float = 20,  # noqa: ASYNC109 - part of the reading
    ) -> T:
        """What `predicate` makes of the chat once that is truthy; asked again at every change."""
        try:
            async with asyncio.timeout(timeout):
                while not (found := predicate(self.messages())):
                    await self.record.changed.wait(timeout)
        except TimeoutError:
            raise TimeoutError(f"still waiting after {timeout} s:\n{self.transcript()}") from None
        return found
