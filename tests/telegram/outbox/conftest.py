"""A limiter for each test."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.telegram.outbox.flood_control import FloodControl
from tests.harness.clock import VirtualTime
from tests.telegram.outbox.flood_world import (
    JITTER,
    FloodWorld,
)


@pytest.fixture
async def world() -> AsyncIterator[FloodWorld]:
    clock = VirtualTime()
    world = FloodWorld(clock, FloodControl(clock, clock.later, lambda: JITTER))
    yield world
    for task in world.tasks:
        task.cancel()
    await asyncio.gather(*world.tasks, return_exceptions=True)
