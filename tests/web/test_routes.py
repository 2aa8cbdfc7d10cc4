import asyncio
import io
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, BinaryIO

import httpx
import pytest

from bot.web.routes import MAX_CALLBACK_BYTES, MAX_UPDATE_BYTES, web_app

SECRET = "some-secret-of-an-edit"
CALLBACK = f"/callback/{SECRET}"
PHOTO = b"\xff\xd8\xff" * 200_000


class Bot:
    """What stands behind the web server: it answers as it is told to, and notes what it heard."""

    def __init__(self, status: HTTPStatus = HTTPStatus.OK, *, seconds: float = 0, ready: bool = True) -> None:
        self.status, self.seconds, self.ready = status, seconds, ready
        self.heard: list[tuple[str, bytes]] = []

    async def open(self, secret: str) -> BinaryIO | None:
        return io.BytesIO(PHOTO) if secret == SECRET else None

    async def take(self, secret: str, body: bytes) -> HTTPStatus:
        self.heard.append((secret, body))
        await asyncio.sleep(self.seconds)
        return self.status

    async def readiness(self) -> Mapping[str, object]:
        return {"ready": self.ready, "intake": "polling"}

    async def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        app = web_app(
            self.open,
            self.take,
            on_update=self.take,
            readiness=self.readiness,
            metrics=lambda: b"nanobanana_bot_edits_unfinished 0.0\n",
            answer_within_seconds=0.05,
        )
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot") as client:
            return await client.request(method, path, **options)


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (HTTPStatus.OK, "ok"),
        (HTTPStatus.NOT_FOUND, "not found"),
        (HTTPStatus.SERVICE_UNAVAILABLE, "come again"),
    ],
)
async def test_a_callback_is_answered_as_the_bot_says(status: HTTPStatus, text: str) -> None:
    bot = Bot(status)
    answer = await bot.ask("POST", CALLBACK, content=b"{}")
    assert (answer.status_code, answer.text) == (status, text)
    assert answer.headers.get("Retry-After") == ("5" if status == 503 else None)
    assert bot.heard == [(SECRET, b"{}")]


@pytest.mark.parametrize("secret", ["short", "x" * 65, "a secret with spaces in it", "../../../etc/passwd"])
async def test_what_cannot_be_a_secret_is_not_found_without_asking(secret: str) -> None:
    bot = Bot()
    for method, path in (("POST", f"/callback/{secret}"), ("GET", f"/i/{secret}.jpg")):
        assert (await bot.ask(method, path)).status_code == 404
    assert bot.heard == []


async def test_a_hosted_photo_is_shown_to_whoever_knows_its_secret() -> None:
    answer = await Bot().ask("GET", f"/i/{SECRET}.jpg")
    assert (answer.status_code, answer.content) == (200, PHOTO)
    assert answer.headers["Content-Length"] == str(len(PHOTO))
    assert (answer.headers["Content-Type"], answer.headers["Cache-Control"]) == (
        "image/jpeg",
        "private, no-store",
    )
    assert (await Bot().ask("HEAD", f"/i/{SECRET}.jpg")).status_code == 200
    assert (await Bot().ask("GET", "/i/another-secret-of-an-edit.jpg")).status_code == 404


async def test_an_update_is_taken_with_the_secret_that_it_shows() -> None:
    bot = Bot(HTTPStatus.FORBIDDEN)
    shown = {"X-Telegram-Bot-Api-Secret-Token": "shown"}
    assert (await bot.ask("POST", "/telegram", content=b"[]", headers=shown)).status_code == 403
    assert (await bot.ask("POST", "/telegram", content=b"[]")).status_code == 403
    assert bot.heard == [("shown", b"[]"), ("", b"[]")]


async def test_without_a_webhook_there_is_no_way_in_for_updates() -> None:
    bot = Bot()
    transport = httpx.ASGITransport(web_app(bot.open, bot.take))
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        assert (await client.post("/telegram", content=b"{}")).status_code == 404
        assert (await client.get("/readyz")).status_code == 404
        assert (await client.post(CALLBACK, content=b"{}")).status_code == 200


@pytest.mark.parametrize(("path", "most"), [(CALLBACK, MAX_CALLBACK_BYTES), ("/telegram", MAX_UPDATE_BYTES)])
async def test_a_body_may_have_its_full_size_and_not_a_byte_more(path: str, most: int) -> None:
    bot = Bot()
    assert (await bot.ask("POST", path, content=b" " * most)).status_code == 200
    answer = await bot.ask("POST", path, content=b" " * (most + 1))
    assert (answer.status_code, answer.headers["Connection"]) == (413, "close")
    assert len(bot.heard) == 1


async def test_an_answer_that_takes_too_long_is_to_come_again() -> None:
    answer = await Bot(seconds=60).ask("POST", CALLBACK, content=b"{}")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.headers["Connection"] == "close"


@pytest.mark.parametrize("ready", [True, False])
async def test_readiness_is_told_by_the_status_and_in_words(ready: bool) -> None:
    answer = await Bot(ready=ready).ask("GET", "/readyz")
    assert answer.status_code == (200 if ready else 503)
    assert answer.json() == {"ready": ready, "intake": "polling"}
    assert (await Bot(ready=ready).ask("GET", "/healthz")).text == "ok"


async def test_metrics_are_served_in_their_own_format() -> None:
    answer = await Bot().ask("GET", "/metrics")
    assert answer.text == "nanobanana_bot_edits_unfinished 0.0\n"
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"


async def test_unknown_secrets_are_looked_up_only_so_often_and_known_ones_as_often_as_they_come() -> None:
    seconds, bot = 0.0, Bot(HTTPStatus.NOT_FOUND)
    app = web_app(bot.open, bot.take, monotonic=lambda: seconds)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bot") as client:

        async def statuses(count: int) -> list[int]:
            answers = [await client.post(f"/callback/{'x' * 20}{n}", content=b"{}") for n in range(count)]
            return [answer.status_code for answer in answers]

        assert await statuses(150) == [404] * 100 + [503] * 50
        assert len(bot.heard) == 100
        seconds = 1.0
        assert await statuses(20) == [404] * 10 + [503] * 10
        seconds, bot.status = 2.0, HTTPStatus.OK
        assert await statuses(50) == [200] * 50
