"""Nobody waits behind what somebody else waits for."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest

from bot.conversation.incoming import Incoming, Message, Press
from bot.conversation.outgoing import Alert, Outgoing
from bot.telegram.inbox.intake import LONGEST_LINE, PER_CHAT, UNSENT
from bot.telegram.inbox.slots import AT_ONCE, GROUPS_AT_ONCE
from tests.telegram.inbox.intake_world import NOW, World, writes
from tests.telegram.inbox.updates import ADA, GROUP, press


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


async def test_nobodys_own_message_waits_for_what_groups_ask(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    handle, never = world.handle, asyncio.Event()

    async def slow_for_groups(incoming: Incoming) -> Sequence[Outgoing]:
        assert isinstance(incoming, Message)
        if not incoming.chat.is_private:
            world.handled.append(incoming.update_id)
            await never.wait()
        return await handle(incoming)

    monkeypatch.setattr(world.intake, "_handle", slow_for_groups)
    await world.takes(*(writes("x", chat_id) for chat_id in range(-150, -100)))
    assert len(world.handled) == GROUPS_AT_ONCE
    await world.takes(writes("private"))
    assert world.said == ["private"]


async def test_what_telegram_still_has_is_fetched_before_anything_is_handled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.inbox.doorbell._FETCH_FIRST_SECONDS", 60)
    for _ in range(3):
        world.fetches(is_last=False)
        await world.takes(writes("x"))
        assert not world.handled
    world.fetches(is_last=True)
    await world.takes(writes("the last one"))
    assert world.handled == [1, 2, 3, 4]


async def test_while_telegram_has_more_groups_wait_with_what_they_asked_before(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.inbox.doorbell._FETCH_FIRST_SECONDS", 60)
    for chat_id in (-100, 11):
        world.held[chat_id] = asyncio.Event()
        await world.takes(*(writes(f"{chat_id}", chat_id) for _ in range(UNSENT + 1)))
    world.fetches(is_last=False)
    await world.settle()
    for event in world.held.values():
        event.set()
    await world.settle()
    assert Counter(world.said) == {"-100": UNSENT, "11": UNSENT + 1}
    world.fetches(is_last=True)
    await world.settle()
    assert Counter(world.said) == {"-100": UNSENT + 1, "11": UNSENT + 1}


async def test_a_backlog_without_an_end_is_handled_all_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.telegram.inbox.doorbell._FETCH_FIRST_SECONDS", 0)
    world.fetches(is_last=False)
    await world.takes(writes("x"))
    assert world.handled == [1]


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
