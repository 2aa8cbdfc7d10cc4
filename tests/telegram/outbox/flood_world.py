"""A limiter whose time moves when told to, and a log of what got through."""

import asyncio
from collections.abc import Coroutine, Sequence
from dataclasses import dataclass, field
from typing import Any

from telegram.error import RetryAfter

from bot.telegram.outbox.errors import retry_seconds
from bot.telegram.outbox.flood_control import FloodControl
from bot.telegram.outbox.turns import Priority
from tests.harness.clock import VirtualTime

ADA, BOB, GROUP, OTHER_GROUP = 11, 12, -100_1, -100_2
JITTER = 0.25


@dataclass
class Sent:
    name: str
    chat_id: int | None
    started_at: float
    ended_at: float = float("inf")


@dataclass
class FloodWorld:
    """A limiter, and in the place of Telegram a log of what got through and when."""

    time: VirtualTime
    flood: FloodControl
    log: list[Sent] = field(default_factory=list)
    tasks: list[asyncio.Task[Any]] = field(default_factory=list)
    under_way: int = 0
    most_under_way: int = 0

    async def calling(
        self,
        endpoint: str,
        chat_id: int | None = None,
        name: str = "",
        *,
        priority: Priority | None = None,
        message_id: int | None = None,
        media: int = 0,
        takes: float = 0.0,
        refused: int | None = None,
    ) -> Any:
        """One call through the limiter; `refused` is Telegram's retry_after."""

        async def callback(*_: Any, **__: Any) -> bool:
            sent = Sent(name, chat_id, self.time())
            self.log.append(sent)
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
            try:
                if takes:
                    await self.time.sleep(takes)
            finally:
                self.under_way -= 1
                sent.ended_at = self.time()
            if refused is not None:
                raise RetryAfter(refused)
            return True

        data: dict[str, Any] = {"chat_id": chat_id} if chat_id is not None else {}
        if media:
            data["media"] = [object()] * media
        if message_id is not None:
            data["message_id"] = message_id
        return await self.flood.process_request(callback, (), {}, endpoint, data, priority)

    def call(self, *arguments: Any, **options: Any) -> asyncio.Task[Any]:
        return self.run(self.calling(*arguments, **options))

    def run(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        task = asyncio.create_task(work)
        self.tasks.append(task)
        return task

    async def insisting(self, *arguments: Any, **options: Any) -> None:
        """As the bot's rows do: come back when told to."""
        while True:
            try:
                await self.calling(*arguments, **options)
            except RetryAfter as error:
                await self.time.sleep(retry_seconds(error))
            else:
                return

    @property
    def names(self) -> str:
        return " ".join(sent.name for sent in self.log)

    def times(self, name: str) -> list[float]:
        return [sent.started_at - 1000 for sent in self.log if sent.name == name]

    @property
    def is_clean(self) -> bool:
        flood = self.flood
        return not (len(flood._lines) or len(flood._messages) or len(flood._budgets) or self.time.alarms)


def never_more_than(sent: Sequence[Sent], count: int, seconds: float) -> bool:
    """Wherever between start and end Telegram counts each call; as exactly as floats add up."""
    starts, ends = sorted(each.started_at for each in sent), sorted(each.ended_at for each in sent)
    return all(after - before > seconds - 1e-9 for before, after in zip(ends, starts[count:], strict=False))


def results(world: FloodWorld, chat_id: int, count: int, **options: Any) -> None:
    for number in range(count):
        world.call("sendPhoto", chat_id, f"r{number}", **options)
