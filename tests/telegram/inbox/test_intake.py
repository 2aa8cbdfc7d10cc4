"""How updates are dealt with: in order within a chat, each until it is answered or given up."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence

import pytest
from sqlalchemy.exc import SQLAlchemyError

from bot.conversation.incoming import Incoming
from bot.conversation.outgoing import Alert, Outgoing
from bot.core.errors import ChatGone, OutcomeUnknown, TryLater
from bot.telegram.inbox import intake
from bot.telegram.inbox.slots import AT_ONCE
from tests.telegram.inbox.intake_world import World, writes
from tests.telegram.inbox.updates import press


async def test_a_chats_updates_are_answered_in_order_and_marked(world: World) -> None:
    await world.takes(*(writes(str(number)) for number in range(60)))
    assert world.said == [str(number) for number in range(60)]
    assert world.inbox.done == dict.fromkeys(range(1, 61))


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
    world.inbox.counted.update({1: 12, 2: 20})
    world.troubles["broken"] = [RuntimeError("broken")] * 5
    await world.takes(writes("broken"), writes("too often"), writes("next"))
    assert world.handled == [1, 1, 1, 3]
    assert world.inbox.done == {1: "RuntimeError", 2: "it was attempted too often", 3: None}


async def test_what_several_chats_sent_is_asked_for_and_marked_together(world: World) -> None:
    await world.takes(*(writes("chatter", chat_id=number) for number in range(1, 61) for _ in range(3)))
    assert len(world.inbox.done) == 180
    assert len(world.inbox.asked) < 30
    assert len(world.inbox.marked) < 30
    assert world.inbox.counted == {}


async def test_what_was_answered_is_marked_at_once_though_other_marks_wait_for_company(world: World) -> None:
    world.inbox.has_company.clear()
    await world.takes(writes("chatter"), writes("hello", chat_id=12))
    assert list(world.inbox.done) == [2]
    world.inbox.has_company.set()
    await world.settle()
    assert list(world.inbox.done) == [2, 1]


async def test_what_a_chats_next_update_waits_for_is_marked_at_once(world: World) -> None:
    world.inbox.has_company.clear()
    await world.takes(writes("chatter"), writes("chatter"), writes("chatter"))
    assert (world.handled, list(world.inbox.done)) == ([1, 2, 3], [1, 2])
    world.inbox.has_company.set()
    await world.settle()
    assert list(world.inbox.done) == [1, 2, 3]


async def test_what_processes_may_have_died_over_is_handled_one_after_the_other(world: World) -> None:
    world.inbox.counted.update(dict.fromkeys(range(1, 5), 3))
    await world.takes(*(writes(str(number), chat_id=number) for number in range(1, 5)))
    assert (world.most_in_handle, len(world.handled)) == (1, 4)
    assert world.inbox.counted == dict.fromkeys(range(1, 5), 4)


async def test_whether_an_update_is_ours_is_asked_again_after_a_long_wait_for_a_slot(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with contextlib.AsyncExitStack() as busy:
        for _ in range(AT_ONCE):
            await busy.enter_async_context(world.slots.taken())
        await world.takes(writes("x"))
        assert world.inbox.asked == [[1]]
        monkeypatch.setattr(intake, "_RECENT_SECONDS", -1)  # it was long
        del world.inbox.rows[1]  # another replica took it
    await world.settle()
    assert (world.handled, world.inbox.done) == ([], {})


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
    async def not_ours(*_: object) -> Mapping[int, int]:
        return {}

    monkeypatch.setattr(world.inbox, "attempts", not_ours)
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


async def test_what_is_to_be_taken_again_while_it_is_answered_is_handled_once_more(world: World) -> None:
    """The owner may say yes before the message that asked for it is marked."""
    held = world.held[11] = asyncio.Event()
    await world.takes(writes("x"))
    world.inbox.counted[1] = 0
    held.set()
    await world.settle()
    assert world.handled == [1, 1]
    assert world.inbox.done == {1: None}
