"""The page's server between the two sandboxes, without a bot: tests call the Bot API in its place."""

import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bot.sandbox.demo.bot_process import Home
from bot.sandbox.nanobanana.api import NanoBananaSandbox
from bot.sandbox.play.bot_keeper import BotKeeper
from bot.sandbox.play.play import page_served
from bot.sandbox.play.stage import Stage
from bot.sandbox.telegram.people import Chat, Person
from tests.harness.pictures import resized
from tests.sandbox.telegram.harness import Client, telegram


@dataclass
class Play:
    """A stage, and what a page asks of it as Ada unless said otherwise."""

    stage: Stage
    client: Client
    http: httpx.AsyncClient

    @property
    def ada(self) -> Person:
        return next(iter(self.stage.people.values()))

    @property
    def bruno(self) -> Person:
        return list(self.stage.people.values())[1]

    @property
    def group(self) -> Chat:
        return next(iter(self.stage.groups.values()))

    async def asks(self, action: str, /, **values: Any) -> httpx.Response:
        return await self.http.post(
            f"/do/{action}", json={"person": self.ada.id, "chat": self.ada.id, **values}
        )

    async def does(self, action: str, /, **values: Any) -> dict[str, Any]:
        answer = await self.asks(action, **values)
        assert answer.status_code == 200, answer.text
        told: dict[str, Any] = answer.json()
        return told

    async def refusal(self, action: str, /, **values: Any) -> str:
        answer = await self.asks(action, **values)
        assert answer.status_code == 409, answer.text
        return str(answer.json()["problem"])

    async def sends(self, *contents: bytes, **about: Any) -> httpx.Response:
        form = {"about": json.dumps({"person": self.ada.id, "chat": self.ada.id, **about})}
        files = [("file", (f"{number}.png", content, "image/png")) for number, content in enumerate(contents)]
        return await self.http.post("/send", data=form, files=files)

    @contextlib.asynccontextmanager
    async def listening(self) -> AsyncIterator[AsyncIterator[dict[str, Any]]]:
        """What an open page is told, one event after the other."""
        async with self.http.stream("GET", "/events") as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")

            async def events() -> AsyncIterator[dict[str, Any]]:
                async for line in answer.aiter_lines():
                    if line.startswith("data: "):
                        yield json.loads(line.removeprefix("data: "))

            yield events()

    async def everything(self) -> dict[str, Any]:
        async with self.listening() as events:
            return await anext(events)


@contextlib.asynccontextmanager
async def play(folder: Path) -> AsyncIterator[Play]:
    nanobanana = NanoBananaSandbox(paint=resized)
    home = Home({}, folder, folder / "bot.log")
    async with telegram() as client:
        stage = Stage(client.sandbox, nanobanana, BotKeeper(home, lambda: 0.0), 1.0)
        async with (
            page_served(stage) as url,
            httpx.AsyncClient(base_url=url, headers={"Origin": url}, timeout=30) as http,
        ):
            yield Play(stage, client, http)
            await nanobanana.aclose()
