"""Starts the sandboxes, the real bot and the page, and keeps them until somebody says stop."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import tempfile
import webbrowser
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path

from bot.sandbox.demo.bot_process import Home
from bot.sandbox.nanobanana.api import NanoBananaSandbox
from bot.sandbox.pixels import open_heif
from bot.sandbox.play.bot_keeper import BotKeeper
from bot.sandbox.play.other_side import OtherSide
from bot.sandbox.play.pages import Pages
from bot.sandbox.play.server import PlayServer
from bot.sandbox.play.stage import Stage
from bot.sandbox.serve import serving
from bot.sandbox.telegram.api import TelegramSandbox


async def play(port: int, seconds: float, *, browser: bool) -> int:
    """Until SIGINT or SIGTERM; returns the exit code."""
    if find_spec("python_multipart") is None:
        print("Play needs more than the bot does: pip install --require-hashes -r requirements-demo.lock")
        return 1
    if (problem := _port_problem(port)) is not None:
        print(f"Port {port} cannot be used: {problem}. Choose another with --port.")
        return 1
    open_heif()
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    async with playing(port, seconds) as (url, _):
        print(f"The bot is at {url}\nCtrl-C ends it; nothing is kept.", flush=True)
        if browser and _has_screen():
            await asyncio.to_thread(webbrowser.open, url)
        await told.wait()
        print("\nstopping", flush=True)
    return 0


@contextlib.asynccontextmanager
async def playing(port: int, seconds: float) -> AsyncIterator[tuple[str, Stage]]:
    """Everything runs until the block ends; yields the page's address and the stage."""
    telegram, nanobanana = TelegramSandbox(), NanoBananaSandbox(task_seconds=seconds)
    async with contextlib.AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="nanobanana-play-")))
        telegram_url = await stack.enter_async_context(telegram.serving())
        nanobanana_url = await stack.enter_async_context(nanobanana.running())
        home = Home.of(folder, telegram_url, telegram.token, nanobanana_url, nanobanana.api_key)
        stage = Stage(telegram, nanobanana, BotKeeper(home, lambda: _last_poll(telegram)), seconds)
        url = await stack.enter_async_context(page_served(stage, port=port))
        await stage.keeper.start()
        stack.push_async_callback(stage.keeper.stop)
        yield url, stage


@contextlib.asynccontextmanager
async def page_served(stage: Stage, *, port: int = 0) -> AsyncIterator[str]:
    """The page alone, until the block ends; yields its address."""
    stage.set_up()
    pages = Pages()
    other_side = OtherSide(stage, pages)
    server = PlayServer(stage, pages, other_side)
    stage.telegram.listen(server.hear)
    async with serving(server.app, port=port) as url:
        watch = asyncio.create_task(other_side.watch())
        try:
            yield url
        finally:
            await _cancelled(watch)


def _port_problem(port: int) -> str | None:
    """Why nothing can listen there; asked before anything starts."""
    try:
        with socket.create_server(("127.0.0.1", port)):
            return None
    except OverflowError:
        return "it has to be between 0 and 65535"
    except OSError as error:
        return os.strerror(error.errno or 0)


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def _last_poll(telegram: TelegramSandbox) -> float:
    """When the bot last asked for updates; 0 if it never did."""
    return next((call.arrived_at for call in reversed(telegram.calls) if call.method == "getUpdates"), 0.0)


def _has_screen() -> bool:
    """Whether a browser would have a window: those for the terminal would take it over."""
    return sys.platform == "darwin" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
