"""Keeps the bot's process: starts it, stops it, says how it is."""

import asyncio
import time
from collections.abc import Callable
from typing import Literal

from bot.sandbox.demo.bot_process import Home, start_bot, stop_bot

State = Literal["starting", "running", "stopped"]


class BotKeeper:
    """`last_poll` says when the bot last asked Telegram for updates, in monotonic seconds."""

    def __init__(self, home: Home, last_poll: Callable[[], float]) -> None:
        self.home = home
        self._last_poll = last_poll
        self._process: asyncio.subprocess.Process | None = None
        self._started_at = 0.0
        self._turns = asyncio.Lock()

    @property
    def state(self) -> State:
        if self._process is None or self._process.returncode is not None:
            return "stopped"
        return "running" if self._last_poll() > self._started_at else "starting"

    async def start(self) -> None:
        """Unless it runs."""
        async with self._turns:
            if self.state == "stopped":
                self._started_at = time.monotonic()
                self._process = await start_bot(self.home)

    async def stop(self) -> None:
        """SIGTERM, as a host does it; returns when the process is gone."""
        async with self._turns:
            if self._process is not None:
                await stop_bot(self._process)

    async def kill(self) -> None:
        """SIGKILL: as if the power failed."""
        async with self._turns:
            if self._process is not None and self._process.returncode is None:
                self._process.kill()
                await self._process.wait()
