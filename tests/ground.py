"""The ground that whole-bot tests stand on: the sandbox's two services, and the bot between them.

`bot_between` runs the bot in this process, wired as always and over real connections; `Home` and `start_bot`
of the sandbox run it as a process of its own.
"""

import contextlib
import io
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from bot.app import running
from bot.sandbox.nanobanana.api import NanoBananaSandbox
from bot.sandbox.serve import free_port
from bot.sandbox.telegram.api import TelegramSandbox
from bot.sandbox.telegram.people import Chat, Message, Person
from bot.settings import Settings


@dataclass(frozen=True)
class Ground:
    """Both services, where the bot's data lies, and somebody to talk to the bot."""

    telegram: TelegramSandbox
    nanobanana: NanoBananaSandbox
    settings: Settings
    ada: Person

    @property
    def data(self) -> Path:
        return self.settings.data_dir

    async def result(self, chat: Chat, asked: Message, timeout: float = 20) -> Message:
        """The reply to `asked` that carries a picture, once the status card is gone."""
        return await chat.wait_for(lambda messages: finished(messages, asked), timeout)

    async def words(self, chat: Chat, asked: Message, containing: str, timeout: float = 10) -> Message:
        """A message of the bot's that answers `asked` and says `containing`."""
        return await chat.wait_for(
            lambda messages: next(
                (
                    message
                    for message in messages
                    if message.by_bot
                    and message.reply_to_message_id == asked.message_id
                    and containing in message.text
                ),
                None,
            ),
            timeout,
        )


@contextlib.asynccontextmanager
async def services(
    task_seconds: float | Callable[[int], float] = 0.3, **options: Any
) -> AsyncIterator[tuple[TelegramSandbox, NanoBananaSandbox, dict[str, Any]]]:
    """The sandbox alone, and the settings of a bot that is to live in it."""
    telegram = TelegramSandbox(**options)
    nanobanana = NanoBananaSandbox(task_seconds=task_seconds)
    async with telegram.serving() as telegram_url, nanobanana.running() as nanobanana_url:
        port = free_port()
        yield (
            telegram,
            nanobanana,
            {
                "telegram_bot_token": telegram.token,
                "telegram_api_url": telegram_url,
                "nanobanana_api_key": nanobanana.api_key,
                "nanobanana_api_url": nanobanana_url,
                "web_port": port,
                "public_url": f"http://127.0.0.1:{port}",
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
    **settings: Any,
) -> AsyncIterator[Ground]:
    """The whole bot at work in this process."""
    async with services(task_seconds, **(sandbox or {})) as (telegram, nanobanana, defaults):
        made = Settings(data_dir=data, **{**defaults, **settings})
        async with running(made):
            yield Ground(telegram, nanobanana, made, telegram.people.person("Ada"))


def finished(messages: list[Message], asked: Message) -> Message | None:
    """The picture that answers `asked`, as soon as nothing else of the bot's does."""
    answers = [m for m in messages if m.by_bot and m.reply_to_message_id == asked.message_id]
    pictures = [m for m in answers if m.file_id is not None]
    return pictures[0] if pictures and len(pictures) == len(answers) else None


def picture(width: int, height: int, form: str = "JPEG", **options: Any) -> bytes:
    """A small colourful picture: gradients that survive JPEG, different in every corner."""
    red = Image.linear_gradient("L").resize((width, height))
    green = Image.linear_gradient("L").rotate(90).resize((width, height))
    blue = Image.radial_gradient("L").resize((width, height))
    return encoded(Image.merge("RGB", (red, green, blue)), form, **options)


def encoded(image: Image.Image, form: str, **options: Any) -> bytes:
    content = io.BytesIO()
    image.save(content, form, **options)
    return content.getvalue()


def size_of(content: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(content)) as image:
        return image.size
