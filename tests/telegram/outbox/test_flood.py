import random
from typing import Any

import pytest
from telegram.error import RetryAfter

from bot.telegram.outbox.lines import Lines
from bot.telegram.outbox.turns import Priority
from tests.telegram.outbox.flood_world import (
    ADA,
    BOB,
    GROUP,
    OTHER_GROUP,
    FloodWorld,
    never_more_than,
    results,
)


async def test_a_person_gets_three_at_once_and_then_one_a_second(world: FloodWorld) -> None:
    for _ in range(10):
        world.call("sendMessage", ADA, "m")
    await world.time.run(30)
    assert [round(at, 1) for at in world.times("m")] == [0, 0, 0, 1, 1, 5, 5, 5, 6, 6]


@pytest.mark.parametrize(
    ("chats", "limits"),
    [([ADA], [(3, 1), (5, 5)]), ([GROUP], [(20, 60)]), ([*range(1, 101)], [(30, 1), (8, 0)])],
    ids=["a person", "a group", "everybody"],
)
async def test_no_window_of_several_minutes_ever_holds_more_than_its_budget(
    world: FloodWorld, chats: list[int], limits: list[tuple[int, float]]
) -> None:
    dice = random.Random(7)
    for _ in range(1500 if len(chats) > 1 else 90):
        endpoint = dice.choice(["sendPhoto", "sendMessage", "editMessageText"])
        work = world.insisting(endpoint, dice.choice(chats), "m", takes=dice.choice([0.01, 0.1, 0.4]))
        world.run(work)
    await world.time.run(600)
    assert all(task.done() for task in world.tasks)
    assert all(never_more_than(world.log, count, seconds) for count, seconds in limits)
    seconds_used = max(sent.ended_at for sent in world.log) - 1000
    assert seconds_used < {ADA: 110, GROUP: 320}.get(chats[0] if len(chats) == 1 else 0, 90)


async def test_an_album_takes_a_place_for_each_of_its_messages(world: FloodWorld) -> None:
    """In a group of twenty a minute: after two albums of eight, four more."""
    for _ in range(2):
        world.call("sendMediaGroup", GROUP, "album", media=8)
    results(world, GROUP, 5)
    await world.time.run(59)
    assert world.names == "album album r0 r1 r2 r3"


async def test_an_album_of_more_than_a_chat_takes_at_once_has_it_to_itself(world: FloodWorld) -> None:
    world.call("sendMessage", ADA, "m")
    world.call("sendMediaGroup", ADA, "album", media=10)
    await world.time.run(30)
    assert world.times("m") == [0]
    assert [round(at, 1) for at in world.times("album")] == [5]


@pytest.mark.parametrize(("processes", "share"), [(1, 30), (3, 10), (100, 1)])
async def test_processes_of_one_bot_share_what_telegram_takes_from_it(
    world: FloodWorld, processes: int, share: int
) -> None:
    world.flood.share(processes)
    for chat_id in range(1, 101):
        world.call("sendMessage", chat_id, "m")
    await world.time.run(0.99)
    assert len(world.times("m")) == share
    world.flood.share(1)
    world.call("sendMessage", ADA, "m")
    await world.time.run(1)
    assert len(world.times("m")) == share + 30


async def test_a_groups_minute_keeps_three_places_for_answers_and_eight_for_results(
    world: FloodWorld,
) -> None:
    for number in range(25):
        world.call("editMessageText", GROUP, "card", message_id=number)
    await world.time.run(4)
    assert len(world.times("card")) == 9
    for _ in range(10):
        world.call("sendMessage", GROUP, "answer")
    await world.time.run(4)
    assert world.times("answer") == [4] * 3
    results(world, GROUP, 9)
    await world.time.run(4)
    assert [len(world.times(f"r{number}")) for number in range(9)] == [1] * 8 + [0]
    assert len(world.log) == 20


async def test_cards_leave_two_of_a_persons_five_places_to_results(world: FloodWorld) -> None:
    for number in range(5):
        world.call("editMessageText", ADA, "card", message_id=number)
    await world.time.run(1.5)
    results(world, ADA, 3)
    await world.time.run(2)
    assert len(world.times("card")) == 3
    assert world.names.split()[3:] == ["r0", "r1"]


@pytest.mark.parametrize(("chat_id", "at_once"), [(ADA, 1), (GROUP, 2)])
async def test_last_words_of_cards_leave_a_place_to_the_answer(
    world: FloodWorld, chat_id: int, at_once: int
) -> None:
    for number in range(9):
        world.call("editMessageText", chat_id, "card", message_id=number)
    await world.time.run(1.5)
    for number in range(5):
        world.call("editMessageText", chat_id, "end", message_id=10 + number, priority=Priority.END)
    await world.time.run(0.1)
    world.call("sendMessage", chat_id, "answer")
    await world.time.run(1)
    assert len(world.times("end")) == at_once
    assert len(world.times("answer")) == 1
    await world.time.run(3)


async def test_what_matters_more_goes_first_and_then_what_came_first(world: FloodWorld) -> None:
    results(world, ADA, 5)
    await world.time.run(3)
    world.call("editMessageText", ADA, "card", message_id=1)
    world.call("sendMessage", ADA, "card2", priority=Priority.CARD)
    for name in ("answer1", "answer2"):
        world.call("sendMessage", ADA, name)
    world.call("editMessageText", ADA, "end", message_id=2, priority=Priority.END)
    for name in ("result1", "result2"):
        world.call("sendPhoto", ADA, name)
    await world.time.run(20)
    assert world.names.split()[5:10] == ["result1", "result2", "answer1", "answer2", "end"]


async def test_a_card_that_came_first_does_not_get_the_place_that_results_wait_for(world: FloodWorld) -> None:
    results(world, ADA, 3)
    card = world.call("editMessageText", ADA, "card", message_id=1)
    await world.time.run(0.5)
    for _ in range(2):
        world.call("sendPhoto", ADA, "result")
    await world.time.run(3)
    assert world.names == "r0 r1 r2 result result"
    assert isinstance(card.exception(), RetryAfter)


async def test_one_chat_that_waits_holds_up_no_other(world: FloodWorld) -> None:
    results(world, GROUP, 60)
    results(world, ADA, 60)
    await world.time.run(1.5)
    world.call("editMessageText", BOB, "free", message_id=1)
    world.call("sendPhoto", OTHER_GROUP, "free")
    await world.time.settle()
    assert world.times("free") == [1.5, 1.5]


async def test_forty_answers_in_each_of_fifty_groups_keep_nobody_else_waiting(world: FloodWorld) -> None:
    for number in range(40 * 50):
        world.run(world.insisting("sendMessage", -1000 - number % 50, "group", takes=0.05))
    for at in range(1, 90):
        await world.time.run(1)
        world.call("sendMessage", at, "private", takes=0.05)
    await world.time.run(1)
    assert len(world.times("group")) >= 50 * 12
    waits = [at - asked for asked, at in enumerate(world.times("private"), 1)]
    assert len(waits) == 89
    assert max(waits) < 0.5


async def test_chats_take_turns_where_everybodys_second_is_full(world: FloodWorld) -> None:
    for number in range(30):
        world.call("sendMessage", 100 + number, "before")
    for number in range(12 * 10):
        world.call("sendPhoto", -1000 - number // 12, str(number // 12))
    await world.time.run(1.5)
    assert sorted(world.names.split()[30:]) == sorted([*map(str, range(10))] * 3)


async def test_thousands_who_wait_are_not_looked_at_for_each_that_goes(
    world: FloodWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    place = Lines._place

    def counted(*arguments: Any) -> None:
        nonlocal looks
        looks += 1
        place(*arguments)

    monkeypatch.setattr(Lines, "_place", counted)
    for number in range(40 * 50):
        world.call("sendMessage", -1000 - number % 50, "group")
    await world.time.run(25)
    assert len(world.times("group")) == 50 * 12
    assert looks < 8 * 40 * 50


async def test_a_chat_action_goes_at_once_or_never(world: FloodWorld) -> None:
    assert await world.calling("sendChatAction", ADA, "action") is True
    results(world, ADA, 3)
    await world.time.settle()
    assert await world.calling("sendChatAction", ADA, "dropped") is True
    assert world.names == "action r0 r1 r2"  # an action takes nobody's place
    await world.time.run(10)
    assert len(world.log) == 4


async def test_what_telegram_does_not_count_passes_a_full_chat(world: FloodWorld) -> None:
    results(world, ADA, 9, takes=2.0)
    await world.time.settle()
    for endpoint in ("deleteMessage", "getChatMember", "leaveChat"):
        await world.calling(endpoint, ADA, "free", message_id=7)
    for endpoint in ("answerCallbackQuery", "getFile", "getMe", "setMyCommands"):
        await world.calling(endpoint, None, "free")
    assert world.times("free") == [0] * 7
