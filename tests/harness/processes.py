"""The bot as processes of their own between the two services."""

import asyncio
import contextlib
import dataclasses
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request

from bot.sandbox.demo.bot_process import Home
from bot.sandbox.nanobanana.api import NanoBananaSandbox
from bot.sandbox.nanobanana.wire import JsonObject
from bot.sandbox.telegram.api import TelegramSandbox
from bot.sandbox.telegram.people import Person
from tests.harness.clock import PATIENCE, until
from tests.harness.forked_bot import BotProcess, fork_bot
from tests.harness.migrated import migrated_file
from tests.harness.pictures import resized
from tests.harness.tables import Tables, tables_of

QUICK = {"POLL_INTERVAL_SECONDS": "0.5", "NANOBANANA_CREATES_PER_10_SECONDS": "1000"}


@dataclass
class Processes:
    """Both services and a home between them, where bots come and go."""

    telegram: TelegramSandbox
    nanobanana: NanoBananaSandbox
    home: Home
    ada: Person
    over: asyncio.Event
    tables: Tables
    launch: Callable[[Home], Awaitable[BotProcess]] = fork_bot

    def with_settings(self, **settings: str) -> Home:
        """The home with other settings."""
        return dataclasses.replace(self.home, settings={**self.home.settings, **settings})

    async def hang(self, _: Request) -> None:
        """A fault: the call stays without an answer as long as the test lasts."""
        await self.over.wait()

    @property
    def log(self) -> str:
        return self.home.log.read_text() if self.home.log.exists() else ""

    def hosts_elsewhere(self, *, callbacks: bool = False) -> None:
        """Photos go to kie.ai; without an address of the bot's own no callback arrives."""
        self.home = self.with_settings(
            PUBLIC_URL=self.home.settings["PUBLIC_URL"] if callbacks else "",
            IMAGE_HOST="kie",
            KIE_API_KEY=self.nanobanana.kie_key,
            KIE_UPLOAD_URL=self.home.settings["NANOBANANA_API_URL"],
        )

    async def start(self) -> BotProcess:
        """A bot that has said that it is at work."""
        said = self.log.count("is at work")
        if self.launch is fork_bot and "sqlite" in self.home.settings["DATABASE_URL"]:
            await migrated_file(self.home.data / "bot.db")
        process = await self.launch(self.home)
        try:
            await until(lambda: self.log.count("is at work") > said or process.returncode is not None)
            assert process.returncode is None, self.log
        except BaseException:
            await kill(process)
            raise
        return process

    @contextlib.asynccontextmanager
    async def bot(self) -> AsyncIterator[BotProcess]:
        """A bot at work until the block ends; killed if the test has not stopped it."""
        process = await self.start()
        try:
            yield process
        finally:
            await kill(process)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database holds."""
        return self.tables.ask(query)

    def writes(self, statement: str) -> None:
        """Change the database behind the bot's back, to make time pass or the like."""
        self.tables.ask(statement)

    def lease_runs_out(self) -> None:
        """The ten seconds pass after which a killed process counts as dead; a SQLite file knows at once."""
        if self.home.settings["DATABASE_URL"].startswith("postgresql"):
            self.writes("UPDATE replicas SET beat_at = beat_at - interval '1 minute'")

    def creates_per_prompt(self) -> Counter[str]:
        """How often each prompt was paid for."""
        return Counter(prompt_of(call.body) for call in self.nanobanana.creates if call.task_id)


@contextlib.asynccontextmanager
async def processes(
    folder: Path,
    *,
    task_seconds: float | Callable[[int], float] = 0.3,
    nanobanana: dict[str, Any] | None = None,
    **settings: str,
) -> AsyncIterator[Processes]:
    """Both services, and a home in `folder` that no bot lives in yet."""
    telegram = TelegramSandbox()
    provider = NanoBananaSandbox(task_seconds=task_seconds, paint=resized, **(nanobanana or {}))
    async with telegram.serving() as telegram_url, provider.running() as provider_url:
        home = Home.of(folder, telegram_url, telegram.token, provider_url, provider.api_key)
        url = settings.get("DATABASE_URL", home.settings["DATABASE_URL"])
        with tables_of(url) as tables:
            ada = telegram.people.person("Ada")
            made = Processes(telegram, provider, home, ada, asyncio.Event(), tables)
            made.home = made.with_settings(**QUICK, **settings)
            try:
                yield made
            finally:
                made.over.set()


async def kill(process: BotProcess) -> None:
    """kill -9; nothing happens to a process that has ended."""
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()


async def ended(home: Home, *arguments: str) -> tuple[int, str]:
    """A process that ends by itself, one way or the other: its exit code and what it printed."""
    before = len(home.log.read_text()) if home.log.exists() else 0
    process = await fork_bot(home, *arguments)
    try:
        code = await asyncio.wait_for(process.wait(), PATIENCE)
    finally:
        await kill(process)
    return code, home.log.read_text()[before:]


def prompt_of(body: JsonObject | None) -> str:
    return str((body or {}).get("prompt"))
