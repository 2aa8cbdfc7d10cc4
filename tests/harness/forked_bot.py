"""The bot as a process of its own, forked from one that has imported all it needs.

To start Python and to import the bot takes most of a second of processor time; the tests that kill and
restart it do so hundreds of times. Only the imports are shared: the process has its own memory, the home's
settings as its whole environment, and dies like any other. How `python -m bot run` itself starts and stops is
tested with real starts: tests/process/test_start_and_stop.py.
"""

import asyncio
import multiprocessing
import os
import signal
import sys
from asyncio.subprocess import Process
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import TypeAlias

from bot.cli import main
from bot.sandbox.demo.bot_process import PROJECT, Home

_LOOK_SECONDS = 0.01


class ForkedBot:
    """As much of asyncio's Process as the tests need."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        self.pid = process.pid or 0

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    async def wait(self) -> int:
        while (code := self.returncode) is None:
            await asyncio.sleep(_LOOK_SECONDS)
        return code

    def send_signal(self, number: int) -> None:
        """ProcessLookupError if it has ended."""
        if self.returncode is not None:
            raise ProcessLookupError
        os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


BotProcess: TypeAlias = Process | ForkedBot


async def fork_bot(home: Home, *arguments: str) -> ForkedBot:
    """`python -m bot run` (or other arguments) in the home, as `start_bot` has it."""
    home.log.parent.mkdir(parents=True, exist_ok=True)
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.harness.forked_imports"])
    process = context.Process(
        target=_live, args=(home.log, dict(home.settings), arguments or ("run",)), daemon=True
    )
    await asyncio.to_thread(process.start)  # the first one waits until all is imported
    return ForkedBot(process)


def _live(log: Path, settings: Mapping[str, str], arguments: Sequence[str]) -> None:
    with log.open("ab") as file:
        for stream in (1, 2):
            os.dup2(file.fileno(), stream)
    os.environ.clear()
    os.environ.update({"PYTHONPATH": str(PROJECT), **settings})
    os.chdir(log.parent)
    sys.exit(main(arguments))
