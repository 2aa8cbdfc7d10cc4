"""An edit has one status card, or none."""

import asyncio

import pytest

from bot.core.errors import ChatGone, EditFailed, OutcomeUnknown, Reason, TryLater
from bot.core.provider import ITS_TURN, Place
from bot.core.stages import EditState, Processing
from tests.core.world import World


@pytest.fixture
def world() -> World:
    return World()


async def test_an_edit_that_has_a_card_gets_no_other(world: World) -> None:
    running = await world.advance(world.holds(status_message_id=8))
    assert (running.status_message_id, world.chat.said) == (8, [])


async def test_a_card_that_may_have_arrived_is_not_sent_again_after_a_restart_either(world: World) -> None:
    world.budget.line = Place(1)
    held = world.holds()
    world.faults["post_card"].append(OutcomeUnknown())
    lost = await world.advance(held)
    assert (lost.has_lost_card, lost.status_message_id) == (True, None)
    world.restarted()
    world.budget.line = ITS_TURN
    running = await world.advance(held)
    assert running.state is EditState.PROCESSING
    assert world.journal.count("post_card") == 1


async def test_a_card_that_could_not_be_sent_now_is_sent_with_the_next_step(world: World) -> None:
    world.budget.line = Place(1)
    held = world.holds()
    world.faults["post_card"].append(TryLater(9))
    assert (await world.advance(held)).status_message_id is None
    assert (await world.advance(held)).status_message_id == 500


async def test_a_card_that_cannot_be_sent_now_does_not_hold_up_the_picture(world: World) -> None:
    world.faults["post_card"].append(TryLater(9))
    running = await world.advance(world.holds())
    assert (running.state, running.status_message_id) == (EditState.PROCESSING, None)


@pytest.mark.parametrize(
    ("error", "reason"),
    [(ChatGone(), Reason.CHAT_GONE), (EditFailed(Reason.CANNOT_SEND), Reason.CANNOT_SEND)],
    ids=repr,
)
async def test_where_no_card_may_be_sent_nothing_is_paid(
    world: World, error: Exception, reason: Reason
) -> None:
    world.faults["post_card"].append(error)
    assert (await world.advance(world.holds())).failure is reason
    assert "create" not in world.journal


async def test_the_create_call_waits_a_moment_for_the_card(world: World) -> None:
    async def answer_slowly() -> None:
        await asyncio.sleep(0.01)

    world.hooks["post_card"] = answer_slowly
    world.faults["post_card"].append(ChatGone())
    assert (await world.advance(world.holds())).failure is Reason.CHAT_GONE
    assert "create" not in world.journal


async def test_the_create_call_waits_only_a_moment_for_a_slow_card(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.core.submission._CARD_GRACE_SECONDS", 0)
    held = world.holds()
    created = asyncio.Event()

    async def wait_for_the_task() -> None:
        await created.wait()

    async def create() -> None:
        created.set()

    world.hooks |= {"post_card": wait_for_the_task, "create": create}
    running = await world.service.advance(held.id)
    assert running == world.row(held)
    assert isinstance(running.stage, Processing)
    assert running.status_message_id == 500
    assert world.journal.index("create") < world.journal.index("note_card")


async def test_a_card_is_in_the_row_before_the_create_call_even_if_its_own_write_takes_longer(
    world: World,
) -> None:
    held, created, in_row = world.holds(), asyncio.Event(), list[int | None]()

    async def create() -> None:
        in_row.append(world.row(held).status_message_id)
        created.set()

    async def note() -> None:
        await created.wait()

    world.hooks |= {"note_card": note, "create": create}
    running = await world.advance(held)
    assert (in_row, running.status_message_id) == ([500], 500)


async def test_a_card_is_noted_before_the_photo_is_there(world: World) -> None:
    held, noted = world.holds(), asyncio.Event()

    async def note() -> None:
        noted.set()

    world.hooks |= {"note_card": note, "prepare": noted.wait}
    running = await world.advance(held)
    assert (running.state, running.status_message_id) == (EditState.PROCESSING, 500)
    assert world.journal.index("note_card") < world.journal.index("enter")


@pytest.mark.parametrize("error", [TryLater(9), ConnectionError("away")], ids=repr)
@pytest.mark.parametrize("call", ["publish", "enter"])
async def test_a_card_whose_create_call_does_not_come_is_noted(
    world: World, call: str, error: Exception
) -> None:
    world.faults[call].append(error)
    assert (await world.advance(world.holds())).status_message_id == 500
    assert world.chat.said == ["card"]


async def test_the_card_of_an_edit_that_was_cancelled_while_it_came_is_settled(world: World) -> None:
    held = world.holds()

    async def cancel() -> None:
        await world.service.cancel(held)

    world.hooks["enter"] = cancel
    ended = await world.advance(held)
    assert (ended.state, ended.due_at) == (EditState.CANCELLED, None)
    assert [name for name in world.journal if name in {"note_card", "settle"}] == ["note_card", "settle"]
