import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from telegram.error import RetryAfter

from bot.telegram.outbox.budgets import AT_ONCE
from bot.telegram.outbox.errors import retry_seconds
from bot.telegram.outbox.flood_control import FloodControl
from bot.telegram.outbox.lines import Lines
from bot.telegram.outbox.turns import Priority, Superseded, turn_for
from tests.harness.clock import VirtualTime
from tests.telegram.outbox.flood_world import FloodWorld, Sent

pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after`:DeprecationWarning")

ADA, BOB, GROUP, OTHER_GROUP = 11, 12, -100_1, -100_2
JITTER = 0.25


@pytest.fixture
async def world() -> AsyncIterator[FloodWorld]:
    clock = VirtualTime()
    world = FloodWorld(clock, FloodControl(clock, clock.later, lambda: JITTER))
    yield world
    for task in world.tasks:
        task.cancel()
    await asyncio.gather(*world.tasks, return_exceptions=True)


def never_more_than(sent: Sequence[Sent], count: int, seconds: float) -> bool:
    """Wherever between start and end Telegram counts each call; as exactly as floats add up."""
    starts, ends = sorted(each.started_at for each in sent), sorted(each.ended_at for each in sent)
    return all(after - before > seconds - 1e-9 for before, after in zip(ends, starts[count:], strict=False))


def results(world: FloodWorld, chat_id: int, count: int, **options: Any) -> None:
    for number in range(count):
        world.call("sendPhoto", chat_id, f"r{number}", **options)


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


async def test_what_matters_more_goes_first_and_then_what_came_first(world: FloodWorld) -> None:
    results(world, ADA, 5)
    await world.time.run(3)
    world.call("editMessageText", ADA, "card", message_id=1)
    world.call("sendMessage", ADA, "card2", priority=Priority.CARD)
    for name in ("answer1", "answer2"):
        world.call("sendMessage", ADA, name)
    world.call("editMessageText", ADA, "end", message_id=2, priority=Priority.ANSWER)
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
    [("editMessageText", Priority.ANSWER), ("editMessageMedia", None), ("deleteMessage", None)],
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
    world.call("editMessageText", ADA, "end", message_id=1, priority=Priority.ANSWER, takes=1.0)
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
        ("editMessageText", None, Priority.CARD),
        ("sendChatAction", None, Priority.ACTION),
        ("sendMessage", Priority.CARD, Priority.CARD),
        ("editMessageText", Priority.ANSWER, Priority.ANSWER),
        ("deleteMessage", Priority.RESULT, 0),
        ("getChatMember", None, 0),
    ],
)
async def test_each_call_has_its_rank(endpoint: str, given: Priority | None, rank: int) -> None:
    assert turn_for(endpoint, {"chat_id": ADA}, given, number=0, now=0).rank == rank
