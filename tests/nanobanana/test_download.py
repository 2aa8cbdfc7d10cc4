import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.core.errors import BotError, ResultAway, ResultUnusable
from bot.nanobanana.download import Bounds, Downloader, looks_like_image
from bot.sandbox.serve import serving
from tests.nanobanana.samples import PNG

JPEG = b"\xff\xd8\xff\xe0" + bytes(100)
WEBP = b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(100)
Endpoint = Callable[[Request], Awaitable[Response]]


@contextlib.asynccontextmanager
async def a_downloader(**options: object) -> AsyncIterator[Downloader]:
    async def no_wait(_: float) -> None: ...

    downloader = Downloader(**{"allow_loopback": True, "sleep": no_wait, **options})  # type: ignore[arg-type]
    try:
        yield downloader
    finally:
        await downloader.aclose()


@contextlib.asynccontextmanager
async def a_site(answer: Endpoint) -> AsyncIterator[tuple[str, list[Request]]]:
    """A loopback site where every path is answered by `answer`, and what it was asked."""
    asked: list[Request] = []

    async def endpoint(request: Request) -> Response:
        asked.append(request)
        return await answer(request)

    async with serving(Starlette(routes=[Route("/{path:path}", endpoint)])) as url:
        yield url, asked


def always(*answers: Response) -> Endpoint:
    """The answers in turn, the last one for ever."""
    left = list(answers)

    async def answer(_: Request) -> Response:
        return left.pop(0) if len(left) > 1 else left[0]

    return answer


def names(**hosts: list[str]) -> Callable[[str, int], Awaitable[list[str]]]:
    """A resolver that knows `name.test` for every given name, and says its addresses in turn."""

    async def resolver(host: str, _: int) -> list[str]:
        return list(hosts[host.removesuffix(".test")])

    return resolver


async def outcome(call: Awaitable[object]) -> BotError:
    with pytest.raises(BotError) as caught:
        await call
    return caught.value


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


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x.png",
        "/x.png",
        "ftp://a.test/x.png",
        "file:///etc/passwd",
        "data:image/png;base64,AAAA",
        "https:///x.png",
        "https://",
        "https://[::1/x.png",
        "https://a.test:99999/x.png",
        "https://a.test:abc/x.png",
        "https://user:secret@a.test/x.png",
        "https://user@a.test/x.png",
        "http://a.test/x.png",
        "https://a.test:8443/x.png",
        "https://a.test:22/x.png",
        "https://a.test:0/x.png",
        "https://\ud800.test/",
        "https://a.test/\x00",
        "https://a..b.test/",
    ],
)
async def test_urls_that_are_not_plain_https_are_never_connected_to(url: str) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise AssertionError("connected")

    async def resolver(host: str, _: int) -> list[str]:
        host.encode("idna")
        return ["93.184.215.14"]

    for allow_loopback in (False, True):
        async with a_downloader(
            allow_loopback=allow_loopback, resolver=resolver, transport=httpx.MockTransport(answer)
        ) as downloader:
            assert type(await outcome(downloader.fetch(url))) is ResultUnusable


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["::1"],
        ["93.184.215.14", "192.168.0.1"],
        ["64:ff9b::7f00:1"],
    ],
)
async def test_one_address_that_is_not_public_condemns_the_host(addresses: list[str]) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise AssertionError("connected")

    transport = httpx.MockTransport(answer)
    async with a_downloader(
        allow_loopback=False, resolver=names(evil=addresses), transport=transport
    ) as downloader:
        assert type(await outcome(downloader.fetch("https://evil.test/x.png"))) is ResultUnusable


@pytest.mark.parametrize("addresses", [["10.0.0.1"], ["127.0.0.1", "10.0.0.1"], ["169.254.169.254"]])
async def test_allowing_this_machine_allows_no_neighbour(addresses: list[str]) -> None:
    async with a_downloader(resolver=names(evil=addresses)) as downloader:
        assert type(await outcome(downloader.fetch("https://evil.test/x.png"))) is ResultUnusable


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "127.1", "2130706433"])
async def test_without_being_allowed_this_machine_is_out_of_reach_by_any_spelling(host: str) -> None:
    async with a_downloader(allow_loopback=False) as downloader:
        assert type(await outcome(downloader.fetch(f"https://{host}/x.png"))) is ResultUnusable


async def test_a_redirect_into_the_own_network_is_not_followed() -> None:
    asked: list[httpx.URL] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(302, headers={"Location": "https://inside.test/secrets"})

    resolver = names(outside=["93.184.215.14"], inside=["10.0.0.7"])
    async with a_downloader(
        allow_loopback=False, resolver=resolver, transport=httpx.MockTransport(answer)
    ) as downloader:
        assert type(await outcome(downloader.fetch("https://outside.test/x.png"))) is ResultUnusable
    assert [url.host for url in asked] == ["93.184.215.14"]


@pytest.mark.parametrize(
    "location", ["http://outside.test/x.png", "ftp://outside.test/", "https://a:b@outside.test/"]
)
async def test_a_redirect_gets_no_more_freedom_than_a_url(location: str) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(302, headers={"Location": location})

    async with a_downloader(
        resolver=names(outside=["93.184.215.14"]), transport=httpx.MockTransport(answer)
    ) as downloader:
        assert type(await outcome(downloader.fetch("https://outside.test/x.png"))) is ResultUnusable


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:4700::6810:1"])
async def test_the_connection_goes_to_the_checked_address_under_the_hosts_name(address: str) -> None:
    """A name that resolves to something else a moment later is not asked again."""
    asked: list[httpx.Request] = []
    answers = [[address], ["127.0.0.1"]]

    async def rebinding(_: str, __: int) -> list[str]:
        return answers.pop(0)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, stream=httpx.ByteStream(PNG))

    async with a_downloader(
        allow_loopback=False, resolver=rebinding, transport=httpx.MockTransport(answer)
    ) as downloader:
        assert await downloader.fetch("https://bücher.test./x.png") == PNG
    assert asked[0].url.host == address
    assert asked[0].headers["Host"] == "xn--bcher-kva.test."
    assert asked[0].extensions["sni_hostname"] == "xn--bcher-kva.test"
    assert len(answers) == 1


async def test_a_name_over_a_real_connection_keeps_its_host_header_and_port() -> None:
    async with (
        a_site(always(Response(PNG))) as (url, asked),
        a_downloader(resolver=names(a=["127.0.0.1"])) as downloader,
    ):
        port = url.rpartition(":")[2]
        assert await downloader.fetch(f"http://a.test:{port}/x.png") == PNG
    assert asked[0].headers["host"] == f"a.test:{port}"


async def test_the_next_try_takes_the_hosts_next_address() -> None:
    async with (
        a_site(always(Response(PNG))) as (url, asked),
        a_downloader(resolver=names(a=["127.0.0.2", "127.0.0.1"])) as downloader,
    ):
        port = url.rpartition(":")[2]
        assert await downloader.fetch(f"http://a.test:{port}/x.png") == PNG
    assert len(asked) == 1


async def test_a_resolver_that_fails_is_asked_again_later() -> None:
    tries = 0

    async def resolver(_: str, __: int) -> list[str]:
        nonlocal tries
        tries += 1
        if tries == 2:
            return []
        raise OSError("no name server")

    async with a_downloader(resolver=resolver) as downloader:
        assert type(await outcome(downloader.fetch("https://a.test/x.png"))) is ResultAway
    assert tries == 3


async def test_two_names_at_one_address_share_no_connection() -> None:
    ports: list[int | None] = []

    async def answer(request: Request) -> Response:
        ports.append(request.client.port if request.client else None)
        return Response(PNG)

    async with (
        a_site(answer) as (url, _),
        a_downloader(resolver=names(a=["127.0.0.1"], b=["127.0.0.1"])) as downloader,
    ):
        port = url.rpartition(":")[2]
        await downloader.fetch(f"http://a.test:{port}/")
        await downloader.fetch(f"http://b.test:{port}/")
    assert len(set(ports)) == 2


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


@pytest.mark.parametrize("host", ["xn--a.test", "xn--.test", "xn--a-ecp.test", "xn--zzzz-zzzz.test"])
async def test_a_host_whose_name_stands_for_nothing_is_fetched_from_or_not_but_raises_nothing_else(
    host: str,
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["Host"] == host
        return httpx.Response(200, stream=httpx.ByteStream(PNG))

    async def resolver(asked: str, _: int) -> list[str]:
        assert asked == host
        return ["93.184.215.14"]

    transport = httpx.MockTransport(answer)
    async with a_downloader(allow_loopback=False, resolver=resolver, transport=transport) as downloader:
        assert await downloader.fetch(f"https://{host}/x.png") == PNG
    async with a_downloader() as downloader:  # the system's resolver knows no such name
        assert type(await outcome(downloader.fetch(f"https://{host}/x.png"))) is ResultAway


async def test_a_redirect_to_a_host_whose_name_stands_for_nothing_raises_nothing_else() -> None:
    away = Response(status_code=302, headers={"Location": "https://xn--a.test/x.png"})
    async with a_site(always(away)) as (url, _), a_downloader() as downloader:
        assert type(await outcome(downloader.fetch(url))) is ResultUnusable


@pytest.mark.parametrize("url", ["https://a.test/\ud800", "https://a.test/?\udfff", "https://a\ud800.test/"])
async def test_half_a_character_in_a_url_is_unusable(url: str) -> None:
    async with a_downloader(resolver=names(a=["127.0.0.1"])) as downloader:
        assert type(await outcome(downloader.fetch(url))) is ResultUnusable


class Net:
    """A transport in which only some addresses are alive, and none costs any time."""

    def __init__(self, *alive: str, error: type[httpx.TransportError] = httpx.ConnectTimeout) -> None:
        self.alive, self.error = set(alive), error
        self.tried: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.tried.append(request.url.host)
        if request.url.host not in self.alive:
            raise self.error("dead")
        return httpx.Response(200, stream=httpx.ByteStream(PNG))


V4 = [f"93.184.215.{number}" for number in range(1, 7)]
V6 = [f"2606:4700::{number}" for number in range(1, 7)]


def on(net: Net, addresses: list[str]) -> contextlib.AbstractAsyncContextManager[Downloader]:
    return a_downloader(allow_loopback=False, resolver=names(a=addresses), transport=httpx.MockTransport(net))


@pytest.mark.parametrize("error", [httpx.ConnectTimeout, httpx.ConnectError])
async def test_however_many_addresses_are_dead_the_living_one_is_found(
    error: type[httpx.TransportError],
) -> None:
    net = Net(V4[5], error=error)
    async with on(net, V4) as downloader:
        assert await downloader.fetch("https://a.test/x.png") == PNG
        assert net.tried == V4
        assert await downloader.fetch("https://a.test/x.png") == PNG
    assert net.tried == [*V4, V4[5]], "the next result is asked for where the last one came from"


async def test_one_family_that_leads_nowhere_costs_one_address() -> None:
    net = Net(*V4)
    async with on(net, V6 + V4) as downloader:
        assert await downloader.fetch("https://a.test/x.png") == PNG
    assert net.tried == [V6[0], V4[0]]


async def test_a_try_that_was_ended_by_the_deadline_is_gone_on_with_at_the_next_address() -> None:
    tried: list[str] = []

    async def answer(request: httpx.Request) -> httpx.Response:
        tried.append(request.url.host)
        if request.url.host != V4[2]:
            await asyncio.sleep(60)
        return httpx.Response(200, stream=httpx.ByteStream(PNG))

    async with a_downloader(
        allow_loopback=False,
        resolver=names(a=V4[:3]),
        transport=httpx.MockTransport(answer),
        bounds=Bounds(deadline_seconds=0.02),
    ) as downloader:
        assert type(await outcome(downloader.fetch("https://a.test/x.png"))) is ResultAway
        assert type(await outcome(downloader.fetch("https://a.test/x.png"))) is ResultAway
        assert await downloader.fetch("https://a.test/x.png") == PNG
    assert tried == V4[:3]


async def test_an_address_that_trickles_until_the_deadline_gives_way_to_another() -> None:
    async def body() -> AsyncIterator[bytes]:
        while True:
            yield PNG
            await asyncio.sleep(0.01)

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == V4[0]:
            return httpx.Response(200, content=body())
        return httpx.Response(200, stream=httpx.ByteStream(PNG))

    async with a_downloader(
        allow_loopback=False,
        resolver=names(a=V4[:2]),
        transport=httpx.MockTransport(answer),
        bounds=Bounds(deadline_seconds=0.1),
    ) as downloader:
        assert type(await outcome(downloader.fetch("https://a.test/x.png"))) is ResultAway
        assert await downloader.fetch("https://a.test/x.png") == PNG


async def test_an_address_that_answers_badly_gives_way_to_another() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        bad = request.url.host == V4[0]
        return httpx.Response(503 if bad else 200, stream=httpx.ByteStream(PNG))

    async with a_downloader(
        allow_loopback=False, resolver=names(a=V4[:2]), transport=httpx.MockTransport(answer)
    ) as downloader:
        assert await downloader.fetch("https://a.test/x.png") == PNG
