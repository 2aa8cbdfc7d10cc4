"""The real bot as a separate process, with settings that point to the sandbox."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.serve import free_port

PROJECT = Path(__file__).parents[3]
_EXIT_SECONDS = 12.0


@dataclass(frozen=True)
class Home:
    """One bot's settings by name, its data folder and its log file."""

    settings: Mapping[str, str]
    data: Path
    log: Path

    @classmethod
    def of(cls, folder: Path, telegram_url: str, token: str, nanobanana_url: str, api_key: str) -> "Home":
        """Settings for a bot in `folder` between the two services; the bot hosts the photos itself."""
        port = free_port()
        settings = {
            "TELEGRAM_BOT_TOKEN": token,
            "TELEGRAM_API_URL": telegram_url,
            "NANOBANANA_API_KEY": api_key,
            "NANOBANANA_API_URL": nanobanana_url,
            "DATA_DIR": str(folder / "data"),
            "DATABASE_URL": f"sqlite+aiosqlite:///{folder}/data/bot.db",
            "IMAGE_HOST": "web",
            "WEB_HOST": "127.0.0.1",
            "WEB_PORT": str(port),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "OPEN_TO_ALL": "true",
            "LOG_LEVEL": "INFO",
        }
        return cls(settings, folder / "data", folder / "bot.log")


async def start_bot(home: Home, *arguments: str) -> asyncio.subprocess.Process:
    """`python -m bot run` (or other arguments), with the home's settings as its whole environment.

    It starts in the home's folder, so that no `.env` of the project's is read.
    """
    home.log.parent.mkdir(parents=True, exist_ok=True)
    with home.log.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", *(arguments or ("run",)),
            cwd=home.log.parent, env={"PYTHONPATH": str(PROJECT), **home.settings}, stdout=log, stderr=log,
        )  # fmt: skip


@contextlib.asynccontextmanager
async def bot_at_work(home: Home) -> AsyncIterator[asyncio.subprocess.Process]:
    """The bot runs until the block ends, then gets SIGTERM."""
    process = await start_bot(home)
    try:
        yield process
    finally:
        await stop_bot(process)


async def stop_bot(process: asyncio.subprocess.Process) -> int:
    """SIGTERM, and the exit code; a process that does not stop in time is killed."""
    if process.returncode is None:
        process.terminate()
    try:
        return await asyncio.wait_for(process.wait(), _EXIT_SECONDS)
    except TimeoutError:
        process.kill()
        return await process.wait()
