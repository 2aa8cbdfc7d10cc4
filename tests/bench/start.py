"""How long the real process takes to start, its services on this machine, and its memory when idle."""

import asyncio
import contextlib
import importlib.metadata
import re
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from bot.sandbox.demo.bot_process import PROJECT, Home, start_bot, stop_bot
from bot.sandbox.nanobanana.api import NanoBananaSandbox
from bot.sandbox.telegram.api import TelegramSandbox
from tests.bench.runner import Usage

ROUNDS = 7
_IDLE_SECONDS = 1.5
_WITHOUT = """
import sys
sys.modules.update(dict.fromkeys(sys.argv.pop().split()))
from bot.cli import main
sys.exit(main(["run"]))
"""
"""The bot, to which the modules named in the last argument are not there."""


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
                async with _bot_as_deployed(home) as process:
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


@contextlib.asynccontextmanager
async def _bot_as_deployed(home: Home) -> AsyncIterator[asyncio.subprocess.Process]:
    """The bot without what only the tests bring: its libraries import some of that where it is there."""
    with home.log.open("ab") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-c", _WITHOUT, " ".join(_of_the_tests()),
            cwd=home.log.parent, env={"PYTHONPATH": str(PROJECT), **home.settings}, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        yield process
    finally:
        await stop_bot(process)


def _of_the_tests() -> list[str]:
    """The modules of packages that requirements.lock does not have."""
    lock = (PROJECT / "requirements.lock").read_text()
    deployed = set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))
    return [
        module
        for module, packages in importlib.metadata.packages_distributions().items()
        if deployed.isdisjoint(re.sub(r"[-_.]+", "-", name).lower() for name in packages)
    ]


def _seconds(values: list[float]) -> str:
    return f"median {statistics.median(values):.2f} s, best {min(values):.2f} s"
