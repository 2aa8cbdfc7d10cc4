"""The pool's end of one worker process."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import bot
from bot.images.allowance import Allowance
from bot.images.messages import Message, receive_async, send_async

_READY_WITHIN_SECONDS = 30
_MAX_ANSWER_SECONDS = 120
"""By the clock, where processor time does not pass: on a machine out of breath, or in a stopped process."""
_FOLDER = Path(bot.__file__).parent.parent
_ENVIRONMENT = {
    "GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"
    ":glibc.malloc.mmap_threshold=32000000:glibc.malloc.trim_threshold=24000000"
}
"""No secret of the bot's. Large pages, and 24 MB kept from picture to picture, save 5 to 25 ms for each."""


class WorkerDied(Exception):
    """The process ended, or was ended because it gave no answer."""


class WorkerProcess:
    """Started by `start`, ended by `end`; after WorkerDied or a cancelled call only `end` is left."""

    def __init__(self, process: subprocess.Popen[bytes], connection: socket.socket) -> None:
        self._process = process
        self._connection = connection
        self.is_spent = False
        """Whether it is not to be used for another picture."""

    @classmethod
    async def start(cls, allowance: Allowance) -> "WorkerProcess":
        """A worker that is ready. RuntimeError if it cannot be started, which no picture is to blame for."""
        ours, theirs = socket.socketpair()
        ours.setblocking(False)  # noqa: FBT003
        with theirs:
            words = ["-m", "bot.images.worker", str(theirs.fileno()), str(os.getpid()), *allowance.words()]
            process = subprocess.Popen(  # noqa: ASYNC220, S603 - a few milliseconds; our own words
                [sys.executable, *words],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                cwd=_FOLDER,
                env=_ENVIRONMENT,
                start_new_session=True,  # a terminal's Ctrl-C is for the bot
            )
        worker = cls(process, ours)
        try:
            async with asyncio.timeout(_READY_WITHIN_SECONDS):
                await receive_async(ours)
        except (EOFError, OSError, ValueError) as error:
            await worker.end()
            raise RuntimeError("a worker for pictures did not start") from error
        except BaseException:
            await worker.end()
            raise
        return worker

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    async def ask(self, message: Message) -> Message:
        """Send a message and wait for the answer. Raises WorkerDied."""
        try:
            async with asyncio.timeout(_MAX_ANSWER_SECONDS):
                await send_async(self._connection, message)
                return await receive_async(self._connection)
        except (EOFError, OSError, ValueError) as error:  # TimeoutError is an OSError
            await self.end()
            raise WorkerDied(f"exit code {self._process.returncode}") from error

    def kill(self) -> None:
        """At once, whatever it is doing; `ask` raises WorkerDied."""
        self._process.kill()

    async def end(self) -> None:
        """Kill it, and wait until nothing of it is left. Only for whoever has asked it last."""
        self.kill()
        await asyncio.to_thread(self._process.wait)
        self._connection.close()
