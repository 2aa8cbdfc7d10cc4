"""What Telegram refuses for a while, and for how long somebody waits."""

import pytest
from telegram.error import RetryAfter

from bot.telegram.outbox.errors import retry_seconds
from bot.telegram.outbox.turns import Priority
from tests.telegram.outbox.flood_world import ADA, BOB, GROUP, JITTER, FloodWorld, results


async def test_after_a_429_nothing_goes_to_that_chat_before_its_time_whatever_else_ends(
    world: FloodWorld,
) -> None:
    slow = world.call("sendPhoto", GROUP, "slow", takes=1.0)
    refused = world.call("sendMessage", GROUP, "refused", takes=0.05, refused=2)
    await world.time.run(0.1)
    for endpoint in ("sendPhoto", "sendMessage", "editMessageText", "deleteMessage"):
        world.call(endpoint, GROUP, "later", message_id=1)
    assert await world.calling("sendChatAction", GROUP, "dropped") is True
    world.call("sendPhoto", ADA, "elsewhere")
    world.call("getChatMember", GROUP, "asked")
    await world.time.run(1.5)
    assert slow.done()
    assert isinstance(refused.exception(), RetryAfter)
    assert world.names == "slow refused elsewhere asked"
    await world.time.run(5)
    assert all(abs(at - (0.05 + 2 + JITTER)) < 0.01 for at in world.times("later"))
    assert len(world.times("later")) == 3  # the deletion superseded the card


async def test_whoever_would_wait_for_too_long_comes_back_with_the_time_to_wait(world: FloodWorld) -> None:
    results(world, GROUP, 20)
    results(world, ADA, 4)
    await world.time.run(1)
    with pytest.raises(RetryAfter) as full:
        await world.calling("sendPhoto", GROUP, "too many")
    assert retry_seconds(full.value) == 59
    world.call("sendMessage", ADA, "refused", takes=0.5, refused=200)
    waiting = [world.call(endpoint, ADA, "w") for endpoint in ("sendPhoto", "sendMessage", "sendMessage")]
    await world.time.run(0.4)
    assert not any(task.done() for task in waiting)
    await world.time.run(0.2)
    errors = [task.exception() for task in waiting]
    assert [retry_seconds(error) for error in errors if isinstance(error, RetryAfter)] == [201] * 3
    with pytest.raises(RetryAfter) as paused:
        await world.calling("deleteMessage", ADA, "w", message_id=1)
    assert retry_seconds(paused.value) == 201


async def test_patience_ends_for_a_card_that_others_keep_pushing_back(world: FloodWorld) -> None:
    first = world.call("sendMessage", ADA, "card", priority=Priority.CARD)
    results(world, ADA, 2)
    await world.time.run(0.1)
    results(world, ADA, 12)
    edit = world.call("editMessageText", ADA, "card", message_id=1)
    post = world.call("sendMessage", ADA, "card", priority=Priority.CARD)
    await world.time.run(2.9)
    assert not edit.done()
    await world.time.run(0.2)
    assert isinstance(edit.exception(), RetryAfter)
    assert not post.done()
    await world.time.run(3)
    assert isinstance(post.exception(), RetryAfter)
    assert first.exception() is None


async def test_a_new_card_waits_until_a_person_who_asked_a_lot_may_hear_more(world: FloodWorld) -> None:
    for _ in range(5):
        world.call("sendMessage", ADA, "m")
        await world.time.run(0.4)
    world.call("sendMessage", ADA, "card", priority=Priority.CARD)
    await world.time.run(6)
    assert world.times("card") == [pytest.approx(5, abs=0.01)]


async def test_three_chats_refused_at_once_pause_everybody_for_the_longest(world: FloodWorld) -> None:
    for chat_id, wait in ((1, 2), (2, 6), (3, 3)):
        world.call("sendMessage", chat_id, "refused", refused=wait)
        await world.time.run(0.5)
    file = world.call("getFile", None, "held")
    world.call("sendPhoto", BOB, "held")
    await world.time.run(20)
    assert world.times("held") == [pytest.approx(0.5 + 6 + JITTER, abs=0.01)] * 2
    assert file.result() is True


async def test_two_chats_refused_or_three_over_a_longer_time_pause_only_themselves(world: FloodWorld) -> None:
    for chat_id in (1, 2, 3):
        world.call("sendMessage", chat_id, "refused", refused=100)
        await world.time.run(3)
    world.call("sendPhoto", BOB, "free")
    await world.time.settle()
    assert world.times("free") == [9]
