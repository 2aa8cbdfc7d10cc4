"""The world of whole-bot tests: the sandbox's two services, and the bot between them in this process.

It is wired as always and talks over real connections; harness/processes.py runs it as a process of its own.
"""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.app import running
from bot.sandbox.nanobanana.api import NanoBananaSandbox
from bot.sandbox.serve import free_port
from bot.sandbox.telegram.api import TelegramSandbox
from bot.sandbox.telegram.people import Chat, Message, Person
from bot.settings import Settings
from tests.harness.chats import answers, finished
from tests.harness.clock import PATIENCE
from tests.harness.migrated import migrated_file
from tests.harness.pictures import resized


@dataclass(frozen=True)
class World:
    """Both services, where the bot's data lies, and somebody to talk to the bot."""

    telegram: TelegramSandbox
    nanobanana: NanoBananaSandbox
    settings: Settings
    ada: Person

    @property
    def data(self) -> Path:
        return self.settings.data_dir

    async def result(self, chat: Chat, asked: Message, timeout: float = PATIENCE) -> Message:
        """The reply to `asked` that carries a picture, once the status card is gone."""
        return await chat.wait_for(lambda messages: finished(messages, asked), timeout)

    async def words(self, chat: Chat, asked: Message, containing: str, timeout: float = PATIENCE) -> Message:
        """A message of the bot's that answers `asked` and says `containing`."""
        return await chat.wait_for(
            lambda messages: next((m for m in answers(messages, asked) if containing in m.text), None),
            timeout,
        )


@contextlib.asynccontextmanager
async def services(
    task_seconds: float | Callable[[int], float] = 0.3,
    nanobanana: dict[str, Any] | None = None,
    **options: Any,
) -> AsyncIterator[tuple[TelegramSandbox, NanoBananaSandbox, dict[str, Any]]]:
    """The sandbox alone, and the settings of a bot that is to live in it."""
    telegram = TelegramSandbox(**options)
    provider = NanoBananaSandbox(task_seconds=task_seconds, **(nanobanana or {}))
    async with telegram.serving() as telegram_url, provider.running() as provider_url:
        port = free_port()
        yield (
            telegram,
            provider,
            {
                "telegram_bot_token": telegram.token,
                "telegram_api_url": telegram_url,
                "nanobanana_api_key": provider.api_key,
                "nanobanana_api_url": provider_url,
                "web_port": port,
                "public_url": f"http://127.0.0.1:{port}",
                "person_limit_edits": 0,  # many tests send more in an hour
                "open_to_all": True,
                "poll_interval_seconds": 0.5,
                "nanobanana_creates_per_10_seconds": 1000,
            },
        )


@contextlib.asynccontextmanager
async def bot_between(
    data: Path,
    *,
    task_seconds: float | Callable[[int], float] = 0.3,
    sandbox: dict[str, Any] | None = None,
    nanobanana: dict[str, Any] | None = None,
    **settings: Any,
) -> AsyncIterator[World]:
    """The whole bot at work in this process."""
    async with services(task_seconds, nanobanana, **(sandbox or {})) as (telegram, provider, defaults):
        is_open = not settings.get("allowed_chats")
        made = Settings(data_dir=data, **{**defaults, "open_to_all": is_open, **settings})
        if "database_url" not in settings:
            await migrated_file(data / "bot.db")
        async with running(made):
            yield World(telegram, provider, made, telegram.people.person("Ada"))


@contextlib.asynccontextmanager
async def quick_bot(
    data: Path, task_seconds: float | Callable[[int], float] = 0.2, **settings: Any
) -> AsyncIterator[World]:
    """The bot with short waits and a model that paints nothing; what fails inside is raised as it is."""
    quick = {"poll_interval_seconds": 0.2, "nanobanana": {"paint": resized}}
    try:
        async with bot_between(data, task_seconds=task_seconds, **{**quick, **settings}) as world:
            yield world
    except BaseExceptionGroup as group:
        raise _innermost(group) from None


def _innermost(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    return error


def prompts(world: World) -> list[str]:
    return [str((create.body or {})["prompt"]) for create in world.nanobanana.creates]
