"""A page of play in a real Chromium, with the real bot behind it."""

import asyncio
import base64
import contextlib
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from playwright.async_api import Browser, ConsoleMessage, Locator, Page, Request, async_playwright, expect

from bot.sandbox.play.play import playing
from bot.sandbox.play.stage import Stage

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_chromium = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed (Debian: apt install chromium)"),
]
WIDE, NARROW = (1360, 860), (360, 740)
_PATIENCE = 60_000.0
expect.set_options(timeout=_PATIENCE)

_DROP = """([target, name, type, content]) => {
  const bytes = Uint8Array.from(atob(content), (each) => each.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name, { type }));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    target.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
  }
}"""


@dataclass
class Desk:
    """One page; `wrong` collects what the console and the network complain of."""

    page: Page
    stage: Stage
    url: str
    wrong: list[str] = field(default_factory=list)

    async def opens(self) -> None:
        """The page is there, and whatever it complains of from now on is noted."""
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("request", self._request)
        self.page.set_default_timeout(_PATIENCE)
        await self.page.goto(self.url)
        await self.page.locator("#title", has_text="NanoBanana").wait_for()

    @contextlib.asynccontextmanager
    async def another(self, size: tuple[int, int]) -> "AsyncIterator[Desk]":
        """A page of its own with the same bot, as on another device."""
        browser = self.page.context.browser
        assert browser is not None
        page = await browser.new_page(viewport={"width": size[0], "height": size[1]})
        desk = Desk(page, self.stage, self.url, self.wrong)
        await desk.opens()
        yield desk
        await page.close()

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.wrong.append(message.text)

    def _request(self, request: Request) -> None:
        if not request.url.startswith((f"{self.url}/", "blob:", "data:", "file:")):
            self.wrong.append(f"a request left the machine: {request.url}")

    @property
    def words(self) -> Locator:
        return self.page.get_by_label("Message", exact=True)

    @property
    def photos_of_the_bot(self) -> Locator:
        return self.page.locator(".theirs .photo img")

    async def drops(self, content: bytes, name: str = "mine.png", kind: str = "image/png") -> None:
        target = await self.page.query_selector("#chat")
        await self.page.evaluate(_DROP, [target, name, kind, base64.b64encode(content).decode()])
        await self.page.locator(".piece").last.wait_for()

    async def writes(self, text: str) -> None:
        await self.words.fill(text)
        await self.words.press("Enter")

    async def goes_to(self, chat: str) -> None:
        await self.page.locator("button.chat", has_text=chat).click()

    async def becomes(self, person: str) -> None:
        await self.page.locator("button.person", has_text=person).click()

    async def pixels(self, image: Locator) -> tuple[int, int]:
        """The size of a picture as it was loaded."""
        width, height = await image.evaluate(
            "async (i) => (await i.decode(), [i.naturalWidth, i.naturalHeight])"
        )
        return width, height


@contextlib.asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM)
        try:
            yield browser
        finally:
            await browser.close()


@contextlib.asynccontextmanager
async def desk(size: tuple[int, int], seconds: float = 0.3) -> AsyncIterator[Desk]:
    """The page is open and the bot is at work; at the end nothing may have gone wrong on the page."""
    async with playing(0, seconds) as (url, stage), chromium() as browser:
        page = await browser.new_page(viewport={"width": size[0], "height": size[1]}, locale="en-GB")
        desk = Desk(page, stage, url)
        await desk.opens()
        while not stage.world.commands:  # the last thing that the bot does when it starts
            await asyncio.sleep(0.05)
        yield desk
        assert desk.wrong == []
