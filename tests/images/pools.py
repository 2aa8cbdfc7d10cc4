"""Pools whose workers hang or crash."""

import asyncio
import os
import signal

import pytest

from bot.core.pictures import Size
from bot.images.image_pool import ImagePool
from bot.images.messages import Message
from bot.images.worker_process import WorkerProcess
from tests.images.image_files import encoded, four_corners

PHOTO = encoded(four_corners(), "JPEG")


def send_signal_to_the_first(
    monkeypatch: pytest.MonkeyPatch, number: signal.Signals, count: int = 1
) -> list[int]:
    """The first `count` workers that are to decode get the signal before they can; their pids, as they do."""
    hit: list[int] = []
    ask = WorkerProcess.ask

    async def after_a_signal(worker: WorkerProcess, message: Message) -> Message:
        if "go" in message.words and len(hit) < count:
            hit.append(worker._process.pid)
            os.kill(hit[-1], number)
        return await ask(worker, message)

    monkeypatch.setattr(WorkerProcess, "ask", after_a_signal)
    return hit


async def hanging(
    pool: ImagePool, monkeypatch: pytest.MonkeyPatch, count: int
) -> list[asyncio.Task[tuple[bytes, Size]]]:
    """Pictures whose workers hang."""
    hit = send_signal_to_the_first(monkeypatch, signal.SIGSTOP, count)
    tasks = [asyncio.create_task(pool.prepare(PHOTO)) for _ in range(count)]
    async with asyncio.timeout(20):
        while len(hit) < count:
            await asyncio.sleep(0.01)
    return tasks
