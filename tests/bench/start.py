"""How long the real process takes to start, its services on this machine, and its memory when idle."""

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from bot.sandbox.demo.bot_process import Home, bot_at_work, start_bot
from bot.sandbox.nanobanana.api import NanoBananaSandbox
from bot.sandbox.telegram.api import TelegramSandbox
from tests.bench.runner import Usage

ROUNDS = 7
_IDLE_SECONDS = 1.5


async def report() -> AsyncIterator[str]:
    """The first start makes the database; the others find it there."""
    asked, helped, megabytes, cpu = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        telegram, nanobanana = TelegramSandbox(), NanoBananaSandbox()
        async with telegram.serving() as telegram_url, nanobanana.running() as nanobanana_url:
            home = Home.of(Path(folder), telegram_url, telegram.token, nanobanana_url, nanobanana.api_key)
            for _ in range(ROUNDS):
                began = time.monotonic()
                await (await start_bot(home, "--help")).wait()
                helped.append(time.monotonic() - began)
                calls, began = len(telegram.calls_of("getUpdates")), time.monotonic()
                async with bot_at_work(home) as process:
                    while len(telegram.calls_of("getUpdates")) == calls:
                        await asyncio.sleep(0.005)
                    asked.append(telegram.calls_of("getUpdates")[calls].arrived_at - began)
                    cpu.append(Usage.of(process.pid).cpu_seconds)
                    await asyncio.sleep(_IDLE_SECONDS)
                    megabytes.append(Usage.of(process.pid).megabytes)
    yield f"`python -m bot --help`: {_seconds(helped)}"
    yield f"From the start to the first getUpdates, with a new database: {asked[0]:.2f} s"
    yield f"  with the database of before: {_seconds(asked[1:])}, {statistics.median(cpu[1:]):.2f} s of CPU"
    yield f"Idle memory: {statistics.median(megabytes[1:]):.0f} MB"


def _seconds(values: list[float]) -> str:
    return f"median {statistics.median(values):.2f} s, best {min(values):.2f} s"
