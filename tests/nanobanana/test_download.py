import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse

from bot.core.errors import ResultAway, ResultUnusable
from bot.nanobanana.download import Bounds, looks_like_image
from tests.nanobanana.downloads import a_downloader, a_site, always, names
from tests.nanobanana.samples import PNG, outcome

JPEG = b"\xff\xd8\xff\xe0" + bytes(100)


WEBP = b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(100)


@pytest.mark.parametrize("content", [PNG, JPEG, WEBP])
async def test_an_image_is_fetched_whatever_it_is_called(content: bytes) -> None:
    async with (
        a_site(always(Response(content, media_type="text/plain"))) as (url, asked),
        a_downloader() as downloader,
    ):
        assert await downloader.fetch(f"{url}/r/x.exe?sig=a%2Fb&c=%D1%8F") == content
    assert asked[0].headers["user-agent"].startswith("nanobanana-bot/")
    assert asked[0].scope["query_string"] == b"sig=a%2Fb&c=%D1%8F"
    assert "authorization" not in asked[0].headers


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"GIF89a", b"RIFF1234WAVE", b"\xff\xd8", b"\x89PNG", b"BM"]
)
def test_only_three_kinds_of_files_look_like_an_image(content: bytes) -> None:
    assert not looks_like_image(content)


async def test_a_page_instead_of_an_image_is_unusable() -> None:
    async with a_site(always(HTMLResponse("<html>"))) as (url, asked), a_downloader() as downloader:
        assert type(await outcome(downloader.fetch(url))) is ResultUnusable
    assert len(asked) == 1


@pytest.mark.parametrize("status", [403, 404, 429, 500, 502, 520])
async def test_a_host_that_refuses_is_asked_again_and_then_later(status: int) -> None:
    async with a_site(always(Response(PNG, status))) as (url, asked), a_downloader() as downloader:
        assert type(await outcome(downloader.fetch(url))) is ResultAway
    assert len(asked) == 3


@pytest.mark.parametrize("status", [404, 403, 503])
async def test_a_fresh_object_that_is_missing_for_a_moment_is_fetched(status: int) -> None:
    async with (
        a_site(always(Response("no", status), Response("no", status), Response(PNG))) as (url, asked),
        a_downloader() as downloader,
    ):
        assert await downloader.fetch(url) == PNG
    assert len(asked) == 3


@pytest.mark.parametrize("status", [201, 206, 300, 400, 401, 410])
async def test_any_other_status_is_final(status: int) -> None:
    async with a_site(always(Response(PNG, status))) as (url, asked), a_downloader() as downloader:
        assert type(await outcome(downloader.fetch(url))) is ResultUnusable
    assert len(asked) == 1


async def test_waits_between_tries_are_short_and_none_follows_the_last() -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    async with a_site(always(Response("no", 404))) as (url, _), a_downloader(sleep=sleep) as downloader:
        await outcome(downloader.fetch(url))
    assert waits == [0.5, 2.0]


async def test_three_redirects_are_followed_and_a_fourth_is_not() -> None:
    async def answer(request: Request) -> Response:
        left = int(request.path_params["path"])
        return RedirectResponse(f"/{left - 1}", 302 + left % 2 * 5) if left else Response(PNG)

    async with a_site(answer) as (url, asked), a_downloader() as downloader:
        assert await downloader.fetch(f"{url}/3") == PNG
        assert len(asked) == 4
        assert type(await outcome(downloader.fetch(f"{url}/4"))) is ResultUnusable
        assert len(asked) == 8


async def test_cookies_are_not_kept() -> None:
    async def answer(request: Request) -> Response:
        response = Response(PNG) if request.path_params["path"] else RedirectResponse("/next")
        response.set_cookie("who", "you")
        return response

    async with a_site(answer) as (url, asked), a_downloader() as downloader:
        await downloader.fetch(url)
        await downloader.fetch(url)
    assert len(asked) == 4
    assert all("cookie" not in request.headers for request in asked)


async def test_an_announced_size_beyond_the_cap_is_not_even_read() -> None:
    """Read, it would turn out to be a body that breaks off, to be tried again."""
    content = b"HTTP/1.1 200 OK\r\nContent-Length: 41943041\r\n\r\n" + PNG
    async with raw(content) as url, a_downloader() as downloader:
        assert type(await outcome(downloader.fetch(url))) is ResultUnusable


async def test_an_endless_body_is_cut_at_the_cap() -> None:
    sent = 0

    async def body() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield PNG * 100
            await asyncio.sleep(0)

    async with (
        a_site(always(StreamingResponse(body()))) as (url, _),
        a_downloader(bounds=Bounds(longest_bytes=100_000)) as downloader,
    ):
        assert type(await outcome(downloader.fetch(url))) is ResultUnusable
    assert sent < 1000


async def test_exactly_the_cap_is_taken() -> None:
    async with (
        a_site(always(Response(PNG))) as (url, _),
        a_downloader(bounds=Bounds(longest_bytes=len(PNG))) as downloader,
    ):
        assert await downloader.fetch(url) == PNG


async def test_a_compressed_body_is_not_unpacked() -> None:
    packed = Response(b"\x1f\x8b\x08" + bytes(50), headers={"Content-Encoding": "gzip"})
    async with a_site(always(packed)) as (url, asked), a_downloader() as downloader:
        assert type(await outcome(downloader.fetch(url))) is ResultUnusable
    assert asked[0].headers["accept-encoding"] == "identity"


async def test_a_slow_body_ends_at_the_deadline() -> None:
    async def body() -> AsyncIterator[bytes]:
        while True:
            yield PNG
            await asyncio.sleep(0.02)

    async with (
        a_site(always(StreamingResponse(body()))) as (url, _),
        a_downloader(bounds=Bounds(deadline_seconds=0.2)) as downloader,
    ):
        assert type(await outcome(downloader.fetch(url))) is ResultAway


@contextlib.asynccontextmanager
async def raw(content: bytes) -> AsyncIterator[str]:
    """A server that says `content`, whatever it is asked, and hangs up."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(content)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


@pytest.mark.parametrize(
    "content",
    [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n" + PNG, b"hello?\r\n\r\n"],
    ids=["silence", "shorter than announced", "no HTTP"],
)
async def test_a_transport_that_fails_is_tried_again_later(content: bytes) -> None:
    async with raw(content) as url, a_downloader() as downloader:
        assert type(await outcome(downloader.fetch(url))) is ResultAway


async def test_a_body_longer_than_announced_ends_where_it_was_announced() -> None:
    content = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(PNG) + PNG + b"more"
    async with raw(content) as url, a_downloader() as downloader:
        assert await downloader.fetch(url) == PNG


async def test_a_closed_port_is_tried_again_later() -> None:
    async with raw(b"") as url:
        pass
    async with a_downloader() as downloader:
        assert type(await outcome(downloader.fetch(url))) is ResultAway


async def test_errors_name_no_url() -> None:
    async with a_downloader(allow_loopback=False, resolver=names(a=["10.0.0.1"])) as downloader:
        for url in ("https://a.test/s3cret", "s3cret", "https://a.test:s3cret/", "https://s3cret@a.test/"):
            assert "s3cret" not in str(await outcome(downloader.fetch(url)))


async def test_only_so_many_results_are_held_in_memory_at_once() -> None:
    now = most = 0

    async def answer(_: Request) -> Response:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.02)
        now -= 1
        return Response(PNG)

    async with a_site(answer) as (url, _), a_downloader() as downloader:
        await asyncio.gather(*(downloader.fetch(url) for _ in range(12)))
    assert most == 4
