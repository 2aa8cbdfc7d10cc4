"""Which addresses a result is fetched from, and what of a URL is believed."""

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response

from bot.core.errors import ResultAway, ResultUnusable
from tests.nanobanana.downloads import a_downloader, a_site, always, names
from tests.nanobanana.samples import PNG, outcome


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
