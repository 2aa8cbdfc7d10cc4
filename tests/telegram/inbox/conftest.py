"""An intake at work for each test."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.telegram.inbox.intake_world import World


@pytest.fixture
async def world(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr("bot.telegram.inbox.intake._pause", lambda *_: 0.0)
    world = World()
    await world.bot.initialize()
    running = asyncio.create_task(world.intake.run())
    await asyncio.sleep(0)
    yield world
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
