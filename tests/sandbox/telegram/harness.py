"""What the tests of the Bot API sandbox share: a served sandbox, clients of it, pictures."""

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
from PIL import Image
from telegram.ext import ExtBot

from bot.sandbox.telegram.api import TelegramSandbox
from tests.harness.pictures import encoded


@dataclass(frozen=True)
class Client:
    """A served sandbox with python-telegram-bot and plain HTTP as its clients."""

    sandbox: TelegramSandbox
    bot: ExtBot[None]
    http: httpx.AsyncClient
    url: str

    async def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The raw envelope of a call with a JSON body."""
        answer = await self.http.post(
            f"{self.url}/bot{self.sandbox.token}/{method}",
            content=json.dumps(params),
            headers={"Content-Type": "application/json"},
        )
        body: dict[str, Any] = answer.json()
        assert body["ok"] or body["error_code"] == answer.status_code
        return body

    async def result(self, method: str, **params: Any) -> Any:
        body = await self.call(method, **params)
        assert body["ok"], body
        return body["result"]

    async def refusal(self, method: str, **params: Any) -> str:
        body = await self.call(method, **params)
        assert not body["ok"], body
        return str(body["description"])

    async def updates(self, **params: Any) -> list[dict[str, Any]]:
        updates: list[dict[str, Any]] = await self.result("getUpdates", **params)
        return updates


@contextlib.asynccontextmanager
async def telegram(**options: Any) -> AsyncIterator[Client]:
    """A sandbox on loopback, and python-telegram-bot talking to it."""
    sandbox = TelegramSandbox(**options)
    async with sandbox.serving() as url, httpx.AsyncClient(timeout=60) as http:
        bot = ExtBot(sandbox.token, base_url=f"{url}/bot", base_file_url=f"{url}/file/bot")
        async with bot:
            yield Client(sandbox, bot, http, url)


def picture(width: int, height: int, kind: str = "PNG", **options: Any) -> bytes:
    """A picture whose four corners differ: red, green, blue, white from the top left, row by row."""
    small = Image.new("RGB", (2, 2))
    for at, color in {(0, 0): "red", (1, 0): "green", (0, 1): "blue", (1, 1): "white"}.items():
        small.paste(color, (*at, at[0] + 1, at[1] + 1))
    return encoded(small.resize((width, height), Image.Resampling.NEAREST), kind, **options)
