"""More people than Telegram's thirty messages a second are enough for: who waits, and for how long."""

import itertools
import random

import pytest

from bot.telegram.outbox.lines import RESULTS_GIVE_WAY_SECONDS
from bot.telegram.outbox.turns import Priority
from tests.telegram.outbox.flood_world import ADA, FloodWorld

A_CROWD = range(1000, 1100)


async def test_a_new_persons_card_goes_before_the_pictures_of_a_crowd(world: FloodWorld) -> None:
    for chat_id in A_CROWD:
        world.call("sendPhoto", chat_id, "picture")
    await world.time.run(0.5)
    world.call("sendMessage", ADA, "card", priority=Priority.CARD)
    await world.time.run(5)
    assert world.times("card") == [pytest.approx(1, abs=0.01)]
    assert sum(at > 0.9 for at in world.times("picture")) == 70


@pytest.mark.parametrize("priority", [Priority.ANSWER, Priority.END, Priority.CARD])
async def test_a_picture_lets_endless_others_pass_for_six_seconds_and_no_longer(
    world: FloodWorld, priority: Priority
) -> None:
    for number in range(1, 90):
        if number == 20:
            world.call("sendPhoto", ADA, "picture")
        for chat_id in range(1000 + 5 * number, 1005 + 5 * number):  # fifty a second
            world.run(world.insisting("sendMessage", chat_id, "talk", priority=priority))
        await world.time.run(0.1)
    assert world.times("picture") == [pytest.approx(1.9 + RESULTS_GIVE_WAY_SECONDS, abs=1)]
    assert len(world.times("talk")) > 8 * 29


async def test_pictures_that_have_let_others_pass_go_one_after_the_other(world: FloodWorld) -> None:
    """However many wait, they get all of a second: at most six seconds later than without the others."""
    for chat_id in A_CROWD:
        world.call("sendPhoto", chat_id, "picture")
    for number in range(1, 90):
        for chat_id in range(2000 + 5 * number, 2005 + 5 * number):
            world.call("sendMessage", chat_id, "card", priority=Priority.CARD)
        await world.time.run(0.1)
    assert len(world.times("picture")) == 100
    assert max(world.times("picture")) < RESULTS_GIVE_WAY_SECONDS + 100 / 30


async def test_what_a_card_says_meanwhile_keeps_no_picture_waiting(world: FloodWorld) -> None:
    for chat_id in A_CROWD:
        world.call("editMessageText", chat_id, "progress", message_id=1)
    await world.time.run(0.5)
    world.call("sendPhoto", ADA, "picture")
    await world.time.run(3)
    assert world.times("picture") == [pytest.approx(1, abs=0.01)]


async def test_talk_in_many_groups_leaves_a_part_of_each_second_to_pictures_and_cards(
    world: FloodWorld,
) -> None:
    for number in range(40 * 50):
        world.run(world.insisting("sendMessage", -1000 - number % 50, "group", takes=0.05))
    for at in range(1, 60):
        await world.time.run(1)
        world.call("sendPhoto", 1000 + at, "picture", takes=0.05)
        world.call("sendMessage", 2000 + at, "card", priority=Priority.CARD, takes=0.05)
    await world.time.run(1)
    for name in ("picture", "card"):
        waits = [at - asked for asked, at in enumerate(world.times(name), 1)]
        assert len(waits) == 59
        assert max(waits) < 1


@pytest.mark.parametrize(("people", "processes"), [(100, 1), (33, 3)])
async def test_a_hundred_people_who_keep_asking_see_their_card_soon(
    world: FloodWorld, people: int, processes: int
) -> None:
    """They begin within a second, and ask again as soon as their picture has come: all that Telegram takes.

    The first hundred cards alone take a bit more than two seconds.
    """
    dice, waits = random.Random(3), list[tuple[float, float]]()
    world.flood.share(processes)

    async def person(chat_id: int) -> None:
        await world.time.sleep(dice.random())
        while True:
            asked_at = world.time()
            await world.insisting("sendMessage", chat_id, "card", priority=Priority.CARD, takes=0.02)
            waits.append((asked_at - 1000, world.time() - asked_at))
            await world.time.sleep(0.5)
            await world.insisting("sendPhoto", chat_id, "picture", takes=0.02)

    for chat_id in itertools.islice(A_CROWD, people):
        world.run(person(chat_id))
    await world.time.run(60)
    assert len(world.times("picture")) > 800 / processes
    assert max(wait for _, wait in waits) < 2.3
    assert max(wait for asked_at, wait in waits if asked_at > 3) < 1
