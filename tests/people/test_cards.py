"""The status card: there at once, telling how far it is without pestering, gone when the result is there."""

import asyncio
from itertools import pairwise
from pathlib import Path

from starlette.requests import Request

from bot.sandbox.telegram.people import Message
from tests.harness.chats import card_of
from tests.harness.pictures import picture
from tests.harness.world import World, quick_bot


async def test_a_card_tells_how_far_an_edit_is_and_then_makes_way_for_the_result(tmp_path: Path) -> None:
    """In private every three seconds at most, in a group every ten."""
    async with quick_bot(tmp_path, 6.4) as world:
        ada, group = world.ada, world.telegram.people.group("Friends", world.ada)
        world.telegram.faults.at("sendPhoto", slow_upload)
        mine = ada.sends_photo(picture(96, 64), "/watercolor")
        ours = ada.sends_photo(picture(96, 65), "/edit@nanobanana_bot make it blue", chat=group)
        cards = [await card_of(ada.private, mine), await card_of(group, ours)]
        for card, asked in zip(cards, (mine, ours), strict=True):
            assert card.sent_at - asked.sent_at < 3
            assert card.is_silent
        assert [card.text for card in cards] == [
            "🎨 Watercolor\nOn it.",
            "🍌 Edit\nOn it.",
        ]
        last = [(await gone(world, card)) for card in cards]
        results = [await world.result(ada.private, mine), await world.result(group, ours)]
        assert [result.photo_size for result in results] == [(96, 64), (96, 65)]
        assert_looked_after(world, mine, last[0])
        assert_left_in_peace(world, ours, last[1])


async def slow_upload(_: Request) -> None:
    await asyncio.sleep(3.5)


async def gone(world: World, card: Message) -> Message:
    """The card as it was when it was deleted."""
    chat = world.telegram.people.chat(world.telegram.world.chats[card.chat_id])
    await chat.wait_for(lambda messages: card.message_id not in [m.message_id for m in messages], 20)
    deleted = [event.message for event in world.telegram.events if event.kind == "deleted"]
    return next(m for m in deleted if m and (m.chat_id, m.message_id) == (card.chat_id, card.message_id))


def edit_times(world: World, chat_id: int) -> list[float]:
    calls = world.telegram.calls_of("editMessageText")
    return [call.arrived_at for call in calls if call.params["chat_id"] == chat_id]


def assert_looked_after(world: World, asked: Message, card: Message) -> None:
    said = [revision.text for revision in card.history] + [card.text]
    bars = [text.splitlines()[1].split(" ", 1)[1] for text in said[1:-1]]
    assert bars == ["painting…", "painting… 5 s so far"][: len(bars)]
    assert said[-1] == "🎨 Watercolor\nFinishing, your picture is on its way."
    assert card.labels == []
    times = edit_times(world, asked.chat_id)
    assert len(times) >= 2
    assert all(later - earlier > 2.9 for earlier, later in pairwise(times))
    acted = [e.at for e in world.telegram.events if e.kind == "action" and e.chat_id == asked.chat_id]
    assert acted[0] - asked.sent_at < 2
    assert all(later - earlier < 5.9 for earlier, later in pairwise([*acted, asked.sent_at + 9]))
    assert {e.text for e in world.telegram.events if e.kind == "action"} == {"upload_photo"}


def assert_left_in_peace(world: World, asked: Message, card: Message) -> None:
    times = edit_times(world, asked.chat_id)
    assert all(later - earlier > 9.9 for earlier, later in pairwise(times))
    assert not [e for e in world.telegram.events if e.kind == "action" and e.chat_id == asked.chat_id]
