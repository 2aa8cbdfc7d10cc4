# ruff: noqa: ARG002 - a fake takes what the real one takes
"""An intake between an inbox and a conversation that answers each message with its own words."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from telegram import Update

from bot.conversation.incoming import Incoming, Message, Press, Surplus
from bot.conversation.outgoing import Alert, Destination, Outgoing, Say
from bot.telegram.inbox.doorbell import stub
from bot.telegram.inbox.intake import Intake
from bot.telegram.inbox.raw_updates import line_of
from bot.telegram.inbox.slots import Slots
from tests.telegram.fake_telegram import FakeTelegram
from tests.telegram.inbox.updates import message

NOW = datetime(2026, 3, 29, tzinfo=UTC)


async def a_moment() -> None:
    """What a transaction takes."""
    for _ in range(5):
        await asyncio.sleep(0)


class FakeInbox:
    def __init__(self) -> None:
        self.rows: dict[int, tuple[int, str]] = {}
        self.counted: Counter[int] = Counter()
        self.asked: list[list[int]] = []
        self.marked: list[list[int]] = []
        self.done: dict[int, str | None] = {}
        self.is_away = False
        self.has_company = asyncio.Event()
        self.has_company.set()
        self.most_returned = 0

    async def keep(self, raws: Sequence[tuple[int, int, str]], now: datetime, owner: str) -> None:
        self.rows |= {update_id: (line, raw) for update_id, line, raw in raws}

    async def waiting(
        self, limit: int, owner: str, *, per_chat: int, queued: frozenset[int]
    ) -> Sequence[tuple[int, str]]:
        taken: Counter[int] = Counter()
        found: list[tuple[int, str]] = []
        for update_id, (line, raw) in sorted(self.rows.items()):
            if update_id not in self.done and taken[line] < per_chat and len(found) < limit:
                taken[line] += 1
                found += [(update_id, raw)] if update_id not in queued else []
        self.most_returned = max(self.most_returned, len(found))
        return found

    async def overlong(self, chat_ids: Sequence[int], kept: int, owner: str) -> Sequence[int]:
        lines = Counter(line for update_id, (line, _) in self.rows.items() if update_id not in self.done)
        return [line for line in chat_ids if lines[line] > kept]

    async def drop_surplus(self, chat_id: int, kept: int, owner: str) -> Sequence[tuple[int, str]]:
        waiting = [
            (update_id, raw)
            for update_id, (line, raw) in sorted(self.rows.items())
            if line == chat_id and update_id not in self.done
        ]
        for update_id, _ in waiting[kept:]:
            del self.rows[update_id]
        return waiting[kept:]

    async def attempts(self, update_ids: Sequence[int], owner: str) -> Mapping[int, int]:
        self.asked.append(list(update_ids))
        await a_moment()
        waiting = [each for each in update_ids if each in self.rows and each not in self.done]
        return {each: self.counted.get(each, 1) for each in waiting}

    async def attempted(self, update_id: int, owner: str) -> int:
        self.counted[update_id] += 1
        return self.counted[update_id]

    async def handled(
        self,
        update_ids: Sequence[int],
        now: datetime,
        error: str | None,
        owner: str,
        *,
        attempts: int | None,
        within_seconds: float,
    ) -> frozenset[int]:
        if self.is_away:
            raise SQLAlchemyError("away")
        if within_seconds:
            await self.has_company.wait()
        self.marked.append(list(update_ids))
        await a_moment()
        same = {each for each in update_ids if attempts in {None, self.counted.get(each, 1)}}
        self.done |= dict.fromkeys(same, error)
        return frozenset(same)


class World:
    """An intake between an inbox and a conversation that answers each message with its own words."""

    def __init__(self) -> None:
        self.inbox, self.slots = FakeInbox(), Slots()
        self.handled: list[int] = []
        self.surplus: list[str] = []
        self.at = NOW
        self.sent: list[Outgoing] = []
        self.troubles: dict[str, list[Exception]] = {}
        self.held: dict[int, asyncio.Event] = {}
        self.in_handle = self.most_in_handle = 0
        bot = FakeTelegram().bot()
        self.bot = bot
        self.intake = Intake(
            bot, self.inbox, self.handle, self.send, self.slots, lambda: "me", lambda: self.at
        )

    async def handle(self, incoming: Incoming) -> Sequence[Outgoing]:
        self.in_handle += 1
        self.most_in_handle = max(self.most_in_handle, self.in_handle)
        try:
            await asyncio.sleep(0)
            if isinstance(incoming, Surplus):
                self.surplus.append(incoming.message.words)
                return [Say(Destination(incoming.message.chat.id), "too much")]
            assert isinstance(incoming, Press | Message)
            self.handled.append(incoming.update_id)
            if isinstance(incoming, Press):
                return [Say(Destination(incoming.chat.id), "later"), Alert(incoming.press_id, incoming.data)]
            self.raise_trouble(incoming.words)
            return [] if incoming.words == "chatter" else [Say(Destination(incoming.chat.id), incoming.words)]
        finally:
            self.in_handle -= 1

    async def send(self, outgoing: Outgoing) -> None:
        if isinstance(outgoing, Say):
            self.raise_trouble(f"send {outgoing.html}")
            if outgoing.to.chat_id in self.held:
                await self.held[outgoing.to.chat_id].wait()
        self.sent.append(outgoing)

    def raise_trouble(self, words: str) -> None:
        if self.troubles.get(words):
            raise self.troubles[words].pop(0)

    async def takes(self, *contents: dict[str, Any]) -> None:
        first = len(self.inbox.rows) + 1
        raws = [
            (number, line_of(content), json.dumps({"update_id": number, **content}))
            for number, content in enumerate(contents, first)
        ]
        await self.inbox.keep(raws, NOW, "me")
        self.intake.ring()
        await self.settle()

    def fetches(self, *, is_last: bool) -> None:
        update = Update.de_json(stub(9, is_last=is_last), self.bot)
        self.intake.doorbell.put_nowait(update)

    async def settle(self) -> None:
        for _ in range(3000):
            await asyncio.sleep(0)

    @property
    def said(self) -> list[str]:
        return [each.html for each in self.sent if isinstance(each, Say)]


def writes(text: str, chat_id: int = 11) -> dict[str, Any]:
    chat = {"id": chat_id, "type": "private" if chat_id > 0 else "supergroup"}
    return {"message": message(text=text, chat=chat)}
