"""Calls for one message: its newest text, and nothing after its end."""

import pytest

from bot.telegram.outbox.turns import Priority, Superseded
from tests.telegram.outbox.flood_world import ADA, BOB, FloodWorld, results


async def test_a_newer_edit_takes_the_waiting_ones_place(world: FloodWorld) -> None:
    results(world, ADA, 3)
    older = world.call("editMessageText", ADA, "older", message_id=1)
    world.call("editMessageText", ADA, "other", message_id=2)
    await world.time.settle()
    world.call("editMessageText", ADA, "newer", message_id=1)
    world.call("editMessageText", BOB, "elsewhere", message_id=1)
    await world.time.run(5)
    assert isinstance(older.exception(), Superseded)
    assert world.names == "r0 r1 r2 elsewhere newer other"


@pytest.mark.parametrize(
    ("endpoint", "priority"),
    [("editMessageText", Priority.END), ("editMessageMedia", None), ("deleteMessage", None)],
)
async def test_no_late_card_overwrites_the_end_of_its_message(
    world: FloodWorld, endpoint: str, priority: Priority | None
) -> None:
    results(world, ADA, 5)
    await world.time.run(3)
    card = world.call("editMessageText", ADA, "card", message_id=1)
    await world.time.run(1)
    world.call(endpoint, ADA, "end", message_id=1, priority=priority)
    await world.time.run(10)
    assert isinstance(card.exception(), Superseded)
    assert world.names.split()[5:] == ["end"]


async def test_a_message_has_one_call_at_a_time_and_only_its_newest_text_is_sent(world: FloodWorld) -> None:
    for name in ("first", "stale", "newest"):
        world.call("editMessageText", ADA, name, message_id=1, takes=2.0)
        await world.time.run(0.1)
    world.call("editMessageText", ADA, "another", message_id=2, takes=2.0)
    await world.time.run(4)
    assert [(sent.name, round(sent.started_at - 1000, 1)) for sent in world.log] == [
        ("first", 0),
        ("another", 0.3),
        ("newest", 2),
    ]


async def test_last_words_wait_for_a_card_that_is_under_way_and_for_no_other(world: FloodWorld) -> None:
    world.call("editMessageText", ADA, "under way", message_id=1, takes=2.0)
    stale = world.call("editMessageText", ADA, "stale", message_id=1)
    await world.time.settle()
    world.call("editMessageText", ADA, "end", message_id=1, priority=Priority.END, takes=1.0)
    late = world.call("editMessageText", ADA, "late", message_id=1)
    await world.time.run(10)
    assert isinstance(stale.exception(), Superseded)
    assert isinstance(late.exception(), Superseded)
    assert (world.names, world.times("end")) == ("under way end", [2])


async def test_a_deletion_waits_for_nothing_and_nothing_is_shown_after_it(world: FloodWorld) -> None:
    world.call("editMessageText", ADA, "under way", message_id=1, takes=2.0)
    stale = world.call("editMessageText", ADA, "stale", message_id=1)
    await world.time.settle()
    world.call("deleteMessage", ADA, "deleted", message_id=1, takes=1.0)
    late = world.call("editMessageText", ADA, "late", message_id=1)
    await world.time.run(10)
    assert (world.names, world.times("deleted")) == ("under way deleted", [0])
    assert [type(each.exception()) for each in (stale, late)] == [Superseded, Superseded]


async def test_a_picture_put_on_a_card_is_superseded_by_nothing(world: FloodWorld) -> None:
    results(world, ADA, 5)
    await world.time.run(1.5)
    world.call("editMessageMedia", ADA, "picture", message_id=1)
    world.call("editMessageText", ADA, "words", message_id=1, priority=Priority.ANSWER)
    await world.time.run(10)
    assert world.names.split()[-2:] == ["picture", "words"]
