"""A held edit: asked for, waiting, given its place, given up."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.edits import Edit
from bot.core.errors import Reason, TryLater
from bot.core.limits import Refusal, Rule, Scope
from bot.core.stages import Cancelled, Failed, Held, Processing, Received
from tests.core.world import World
from tests.factories import NOW, request

IN_12_MIN = NOW + timedelta(minutes=12)
FULL = Refusal(Rule(Scope.CHAT, 3, timedelta(hours=1)), IN_12_MIN)


@pytest.fixture
def world() -> World:
    world = World()
    world.store.refusal = FULL
    return world


async def held_by(world: World) -> Edit:
    held = await world.service.admit(request(), hold=True)
    assert isinstance(held, Edit)
    return held


async def test_a_request_is_held_only_on_demand(world: World) -> None:
    assert await world.service.admit(request()) == FULL
    held = await held_by(world)
    assert held.stage == Held(IN_12_MIN)
    assert world.observer.states == ["held"]


async def test_it_shows_its_card_and_pays_nothing_until_there_is_a_place(world: World) -> None:
    held = await held_by(world)
    for _ in range(3):
        await world.advance(held)
    assert world.row(held).stage == Held(IN_12_MIN)
    assert world.chat.said == ["card"]
    assert not world.model.orders


async def test_once_there_is_a_place_it_is_an_edit_of_that_moment(world: World) -> None:
    held = await held_by(world)
    await world.advance(held)
    world.store.refusal = None
    world.pass_seconds(720)
    running = await world.advance(held)
    assert isinstance(running.stage, Processing)
    assert running.created_at == world.now
    assert world.chat.said == ["card"]
    assert world.observer.states == ["held", "received", "processing"]


async def test_with_a_place_at_once_it_is_not_held(world: World) -> None:
    world.store.refusal = None
    assert (await held_by(world)).stage == Received()


async def test_after_a_day_it_is_given_up(world: World) -> None:
    held = await held_by(world)
    world.pass_seconds(24 * 3600)
    assert isinstance((await world.advance(held)).stage, Held)
    world.pass_seconds(1)
    ended = await world.advance(held)
    assert ended.stage == Failed(Reason.LIMIT_REACHED, world.now)
    assert ended.due_at is None


async def test_it_can_be_cancelled(world: World) -> None:
    held = await held_by(world)
    assert await world.service.cancel(held)
    ended = await world.advance(held)
    assert (ended.stage, ended.due_at) == (Cancelled(NOW), None)


async def test_a_card_that_cannot_be_sent_now_keeps_nobody_from_the_place(world: World) -> None:
    held = await held_by(world)
    world.faults["post_card"] += [TryLater(1)] * 2
    await world.advance(held)
    assert world.row(held) == replace(held, stage=Held(IN_12_MIN))
    world.store.refusal = None
    assert isinstance((await world.advance(held)).stage, Processing)
