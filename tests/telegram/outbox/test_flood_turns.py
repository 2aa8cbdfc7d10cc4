"""Calls under way and calls that are cancelled; nothing is left behind."""

import random

import pytest
from telegram.error import RetryAfter

from bot.telegram.outbox.budgets import AT_ONCE
from bot.telegram.outbox.turns import Priority, Superseded, turn_for
from tests.telegram.outbox.flood_world import ADA, GROUP, FloodWorld, results


async def test_eight_calls_are_under_way_at_most_and_waiting_ones_are_none_of_them(world: FloodWorld) -> None:
    results(world, GROUP, 40)
    for chat_id in range(1, 30):
        world.call("sendMessage", chat_id, "m", takes=3.0)
    await world.time.run(60)
    assert world.most_under_way == AT_ONCE
    assert len(world.times("m")) == 29


async def test_whoever_is_cancelled_while_waiting_leaves_no_gap(world: FloodWorld) -> None:
    results(world, ADA, 5)
    await world.time.run(2)
    waiting = [world.call("sendPhoto", ADA, f"w{number}") for number in range(4)]
    await world.time.settle()
    waiting[0].cancel()
    waiting[2].cancel()
    await world.time.run(10)
    assert world.names.split()[5:] == ["w1", "w3"]
    assert [round(at, 1) for at in (world.times("w1") + world.times("w3"))] == [5, 5]


async def test_whoever_is_cancelled_with_the_turn_just_given_hands_it_on(world: FloodWorld) -> None:
    results(world, ADA, 5)
    await world.time.run(3)
    chosen = world.call("sendPhoto", ADA, "chosen")
    await world.time.settle()
    [turn] = world.flood._lines
    await world.time.run(1.99)
    world.time._now += 0.02
    world.flood._admit()
    assert not turn.waits
    chosen.cancel()
    results(world, ADA, 4)
    await world.time.settle()
    assert chosen.cancelled()
    assert world.names == "r0 r1 r2 r3 r4 r0 r1 r2"  # three at once again: the chosen one's place came back


async def test_a_call_that_is_cut_under_way_frees_its_place_and_stays_counted(world: FloodWorld) -> None:
    cut = [world.call("sendPhoto", ADA, "cut", takes=100) for _ in range(3)]
    await world.time.run(0.5)
    for task in cut:
        task.cancel()
    world.call("sendPhoto", ADA, "next")
    await world.time.run(5)
    assert world.times("next") == [pytest.approx(1.5, abs=0.01)]
    assert world.under_way == 0


async def test_ten_thousand_chats_leave_nothing_behind(world: FloodWorld) -> None:
    for number in range(10_000):
        chat_id = number if number % 2 else -number
        world.call("sendMessage", chat_id or 1, "m", message_id=number)
        if number % 25 == 24:
            await world.time.run(1)
            world.tasks.clear()
    assert len(world.log) == 10_000
    assert len(world.flood._budgets) < 3_100
    await world.time.run(130)
    assert world.is_clean


async def test_chaos_ends_in_order(world: FloodWorld) -> None:
    dice = random.Random(11)
    for _ in range(1200):
        refused = dice.choice([1, 4, 30]) if dice.random() < 0.02 else None
        task = world.call(
            dice.choice(["sendPhoto", "sendMessage", "editMessageText", "sendChatAction", "deleteMessage"]),
            dice.choice([1, 2, 3, 4, 5, -1, -2, -3]),
            "m",
            message_id=dice.randrange(4),
            takes=dice.choice([0.0, 0.05, 0.5]),
            refused=refused,
        )
        await world.time.run(dice.choice([0, 0, 0.01, 0.3]))
        if dice.random() < 0.1:
            task.cancel()
        if dice.random() < 0.1:
            dice.choice(world.tasks).cancel()
    await world.time.run(300)
    assert all(task.done() for task in world.tasks)
    errors = {type(task.exception()) for task in world.tasks if not task.cancelled() and task.exception()}
    assert errors <= {RetryAfter, Superseded}
    assert world.is_clean


async def test_at_shutdown_whoever_waits_is_sent_back(world: FloodWorld) -> None:
    results(world, ADA, 8)
    world.call("sendMessage", GROUP, "refused", refused=5)
    await world.time.settle()
    world.call("deleteMessage", GROUP, "d", message_id=1)
    await world.time.settle()
    await world.flood.shutdown()
    await world.time.settle()
    assert all(task.done() for task in world.tasks)
    assert isinstance(world.tasks[-1].exception(), RetryAfter)
    assert world.time.alarms == 0


@pytest.mark.parametrize(
    ("endpoint", "given", "rank"),
    [
        ("sendPhoto", None, Priority.RESULT),
        ("sendDocument", None, Priority.RESULT),
        ("editMessageMedia", None, Priority.RESULT),
        ("sendMessage", None, Priority.ANSWER),
        ("forwardMessage", None, Priority.ANSWER),
        ("editMessageText", None, Priority.PROGRESS),
        ("sendChatAction", None, Priority.ACTION),
        ("sendMessage", Priority.CARD, Priority.CARD),
        ("editMessageText", Priority.ANSWER, Priority.ANSWER),
        ("deleteMessage", Priority.RESULT, 0),
        ("getChatMember", None, 0),
    ],
)
async def test_each_call_has_its_rank(endpoint: str, given: Priority | None, rank: int) -> None:
    assert turn_for(endpoint, {"chat_id": ADA}, given, number=0, now=0).rank == rank
