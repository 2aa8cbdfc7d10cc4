"""Which of a task's URLs the result comes from."""

import httpx
import pytest
import respx

from bot.core.errors import (
    BotError,
    ResultAway,
    ResultUnusable,
)
from bot.nanobanana.download import Downloader
from tests.nanobanana.samples import KEY, PNG, a_client, outcome


async def public(_: str, __: int) -> list[str]:
    return ["93.184.215.14"]


def unread(status: int, content: bytes) -> httpx.Response:
    return httpx.Response(status, stream=httpx.ByteStream(content))


async def no_wait(_: float) -> None: ...


async def test_fetching_takes_the_first_url_that_works_and_never_sends_the_key(api: respx.MockRouter) -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return unread(200, PNG if request.url.path == "/good" else b"<html>")

    downloader = Downloader(resolver=public, sleep=no_wait, transport=httpx.MockTransport(answer))
    async with a_client(downloader=downloader) as client:
        assert await client.fetch(["https://a.test/bad", "ftp://a.test/", "https://a.test/good"]) == PNG
    assert len(seen) == 2
    assert all(KEY not in str(request.headers) + str(request.url) for request in seen)
    assert all("authorization" not in request.headers for request in seen)


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        (["missing", "html"], ResultAway),
        (["html", "missing"], ResultAway),
        (["html"], ResultUnusable),
        ([], ResultUnusable),
    ],
)
async def test_when_no_url_works_one_that_may_still_come_is_worth_waiting(
    paths: list[str], expected: type[BotError]
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return unread(404 if request.url.path == "/missing" else 200, b"<html>")

    downloader = Downloader(resolver=public, sleep=no_wait, transport=httpx.MockTransport(answer))
    async with a_client(downloader=downloader) as client:
        error = await outcome(client.fetch([f"https://a.test/{path}" for path in paths]))
    assert type(error) is expected
