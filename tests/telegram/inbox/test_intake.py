# ruff: noqa: ARG002 - a fake takes what the real one takes
"""How updates are dealt with: in order within a chat, and nobody behind what somebody else waits for."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import SQLAlchemyError

from bot.conversation.incoming import Incoming, Message, Press, Surplus
from bot.conversation.outgoing import Alert, Destination, Outgoing, Say
from bot.core.errors import ChatGone, OutcomeUnknown, TryLater
from bot.storage.inbox import NotOurs
from bot.telegram.inbox.intake import LONGEST_LINE, PER_CHAT, UNSENT, Intake
from bot.telegram.inbox.raw_updates import line_of
from bot.telegram.inbox.slots import AT_ONCE, Slots
from tests.telegram.fake_telegram import FakeTelegram
from tests.telegram.inbox.updates import ADA, GROUP, message, press

NOW = datetime(2026, 3, 29, tzinfo=UTC)


class FakeInbox:
    def __init__(self) -> None:
        self.rows: dict[int, tuple[int, str]] = {}
        self.attempts: Counter[int] = Counter()
        self.done: dict[int, str | None] = {}
        self.is_away = False
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

    async def drop_surplus(self, chat_id: int, kept: int, owner: str) -> Sequence[tuple[int, str]]:
        waiting = [
            (update_id, raw)
            for update_id, (line, raw) in sorted(self.rows.items())
            if line == chat_id and update_id not in self.done
        ]
        for update_id, _ in waiting[kept:]:
            del self.rows[update_id]
        return waiting[kept:]

    async def attempted(self, update_id: int, owner: str) -> int:
        self.attempts[update_id] += 1
        return self.attempts[update_id]

    async def handled(self, update_id: int, now: datetime, error: str | None, owner: str) -> None:
        if self.is_away:
            raise SQLAlchemyError("away")
        self.done[update_id] = error


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

    async def settle(self) -> None:
        for _ in range(3000):
            await asyncio.sleep(0)

    @property
    def said(self) -> list[str]:
        return [each.html for each in self.sent if isinstance(each, Say)]


def writes(text: str, chat_id: int = 11) -> dict[str, Any]:
    chat = {"id": chat_id, "type": "private" if chat_id > 0 else "supergroup"}
    return {"message": message(text=text, chat=chat)}


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr("bot.telegram.inbox.intake._pause", lambda *_: 0.0)
    world = World()
    await world.bot.initialize()
    running = asyncio.create_task(world.intake.run())
    await asyncio.sleep(0)
    yield world
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_a_chats_updates_are_answered_in_order_and_marked(world: World) -> None:
    await world.takes(*(writes(str(number)) for number in range(60)))
    assert world.said == [str(number) for number in range(60)]
    assert world.inbox.done == dict.fromkeys(range(1, 61))


async def test_answers_that_wait_hold_no_slot_and_nobody_elses_answer(world: World) -> None:
    groups = range(-150, -100)
    world.held = {chat_id: asyncio.Event() for chat_id in groups}
    await world.takes(*(writes("/limits", chat_id) for _ in range(40) for chat_id in groups))
    await world.takes(writes("private"))
    assert world.said == ["private"]
    assert len(world.handled) == len(groups) * UNSENT + 1
    for event in world.held.values():
        event.set()
    await world.settle()
    await world.settle()
    assert len(world.inbox.done) == 40 * len(groups) + 1


async def test_no_more_than_eight_are_handled_at_once(world: World) -> None:
    await world.takes(*(writes("x", chat_id) for chat_id in range(1, 100)))
    assert world.most_in_handle == AT_ONCE


async def test_a_press_is_answered_at_once_whatever_its_chat_waits_for(world: World) -> None:
    chat_id = GROUP["id"]
    assert isinstance(chat_id, int)
    world.held[chat_id] = asyncio.Event()
    await world.takes(*(writes(str(number), chat_id) for number in range(UNSENT + 5)))
    assert len(world.handled) == UNSENT
    await world.takes({"callback_query": press("c:1", GROUP)})
    assert world.sent == [Alert("p1", "c:1")]  # before the words that it also leads to


async def test_nobodys_press_waits_for_what_another_persons_press_asks(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = asyncio.Event()

    async def handle(incoming: Incoming) -> Sequence[Outgoing]:
        assert isinstance(incoming, Press)
        if incoming.sender.id != ADA["id"]:
            async with world.slots.stepped_aside():
                await never.wait()
        return [Alert(incoming.press_id, incoming.data)]

    monkeypatch.setattr(world.intake, "_handle", handle)
    stranger = {**ADA, "id": 4002}
    await world.takes(
        {"callback_query": {**press("a:1", GROUP), "from": stranger}}, {"callback_query": press("f:1", GROUP)}
    )
    assert world.sent == [Alert("p1", "f:1")]


async def test_one_chats_backlog_hides_nobody_elses_updates(world: World) -> None:
    world.held[-100] = asyncio.Event()
    await world.takes(*(writes("many", -100) for _ in range(1000)))
    assert world.inbox.most_returned == PER_CHAT
    await world.takes(writes("one"))
    assert world.said == ["one"]
    world.held[-100].set()
    for _ in range(10):
        await world.settle()
    assert world.said.count("many") == LONGEST_LINE


async def test_who_sends_too_much_is_told_once_and_the_rest_is_forgotten(world: World) -> None:
    world.held[-100] = asyncio.Event()
    await world.takes(*(writes("many", -100) for _ in range(LONGEST_LINE + 20)))
    world.at += timedelta(seconds=1)
    later = [(number, -100, json.dumps({"update_id": number, **writes("x", -100)})) for number in (901, 902)]
    await world.inbox.keep(later, NOW, "me")
    world.intake.ring()
    await world.settle()
    assert len(world.inbox.rows) == LONGEST_LINE
    world.held[-100].set()
    for _ in range(10):
        await world.settle()
    assert world.surplus == ["many"]
    assert world.said.count("too much") == 1
    assert not world.intake._held
    assert not world.intake._overrun


async def test_only_what_was_not_sent_is_sent_again(world: World) -> None:
    world.troubles["send hello"] = [TryLater(1), OutcomeUnknown()]
    await world.takes(writes("hello"))
    assert (world.handled, world.said) == ([1], ["hello"])
    assert world.inbox.done == {1: None}


@pytest.mark.parametrize("trouble", [[ChatGone("blocked")], [TryLater(1)] * 3, [RuntimeError("a mistake")]])
async def test_an_answer_that_cannot_be_sent_is_given_up_and_the_next_one_comes(
    world: World, trouble: list[Exception]
) -> None:
    world.troubles["send first"] = trouble
    await world.takes(writes("first"), writes("second"))
    assert world.said == ["second"]
    assert world.inbox.done[1] is not None
    assert world.inbox.done[2] is None


async def test_handling_is_tried_three_times_and_a_press_is_answered_all_the_same(world: World) -> None:
    world.troubles["again"] = [RuntimeError("busy"), SQLAlchemyError("busy")]
    world.troubles["never"] = [RuntimeError("broken")] * 5
    await world.takes(writes("again"), writes("never"), writes("next"))
    assert world.handled == [1, 1, 1, 2, 2, 2, 3]
    assert world.said == ["again", "next"]
    assert world.inbox.done == {1: None, 2: "RuntimeError", 3: None}


async def test_what_processes_died_over_is_handled_all_the_same_but_not_for_ever(world: World) -> None:
    world.inbox.attempts.update({1: 12, 2: 20})
    world.troubles["broken"] = [RuntimeError("broken")] * 5
    await world.takes(writes("broken"), writes("too often"), writes("next"))
    assert world.handled == [1, 1, 1, 3]
    assert world.inbox.done == {1: "RuntimeError", 2: "it was attempted too often", 3: None}


async def test_a_press_that_cannot_be_handled_stops_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_: Incoming) -> Sequence[Outgoing]:
        raise RuntimeError("broken")

    monkeypatch.setattr(world.intake, "_handle", broken)
    await world.takes({"callback_query": press()})
    assert world.sent == [Alert("p1")]


async def test_what_cannot_be_read_is_given_up_and_what_says_nothing_is_done(world: World) -> None:
    await world.takes(
        {"callback_query": 5}, {"message": {"chat": {"id": 11}}}, {}, writes("chatter"), writes("x")
    )
    assert [world.inbox.done[number] is None for number in range(1, 6)] == [False, False, True, True, True]
    assert world.said == ["x"]


async def test_another_replicas_update_is_left_to_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    async def not_ours(*_: object) -> int:
        raise NotOurs

    monkeypatch.setattr(world.inbox, "attempted", not_ours)
    await world.takes(writes("x"))
    assert (world.handled, world.inbox.done) == ([], {})


async def test_an_answered_update_is_marked_later_where_the_database_is_away(world: World) -> None:
    world.inbox.is_away = True
    await world.takes(writes("x"))
    assert (world.said, world.inbox.done) == (["x"], {})
    world.inbox.is_away = False
    await world.takes(writes("y"))
    assert (world.said, world.inbox.done) == (["x", "y"], {1: None, 2: None})
    assert world.handled == [1, 2]


async def test_whoever_asks_telegram_steps_aside_for_others(world: World) -> None:
    order: list[str] = []

    async def asks(number: int) -> None:
        async with world.slots.taken():
            async with world.slots.stepped_aside():
                order.append("asks")
                await asyncio.sleep(0.01)
            order.append("knows")

    async with asyncio.TaskGroup() as tasks:
        for number in range(AT_ONCE * 3):
            tasks.create_task(asks(number))
    assert order[: AT_ONCE * 3] == ["asks"] * AT_ONCE * 3
    assert world.slots._free._value == AT_ONCE


async def test_one_who_is_cancelled_while_stepping_back_takes_no_slot_along() -> None:
    slots, told = Slots(1), asyncio.Event()

    async def asks() -> None:
        async with slots.taken(), slots.stepped_aside():
            await told.wait()

    asking = asyncio.create_task(asks())
    await asyncio.sleep(0)
    async with slots.taken():
        told.set()
        await asyncio.sleep(0)
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
    assert slots._free._value == 1


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (writes("x", -5), -5),
        ({"edited_message": message(text="x")}, ADA["id"]),
        ({"my_chat_member": {"chat": {"id": -7}}}, -7),
        ({"callback_query": press()}, ADA["id"]),
        ({"message": {"chat": {"id": 10**30}}}, 0),
        ({"message": [1]}, 0),
        ({"something_new": {"chat": {"id": 1}}}, 0),
    ],
)
def test_an_update_stands_in_its_chats_line(content: dict[str, Any], line: int) -> None:
    assert line_of(content) == line
