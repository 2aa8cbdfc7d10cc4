"""Results through a proxy: what is fetched, and what can still be checked."""

import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import httpx
import pytest

from bot.core.errors import BotError, ResultAway, ResultUnusable
from bot.http.proxies import Proxies
from bot.nanobanana.addresses import Resolver, resolve
from bot.nanobanana.download import Downloader
from tests.harness.https import https_server, make_certificate
from tests.http.proxy import Proxy
from tests.nanobanana.samples import PNG

HOST = "results.example.org"


async def no_wait(_: float) -> None: ...


async def knows_nobody(_: str, __: int) -> list[str]:
    raise OSError("no name server")


def knows(address: str) -> Resolver:
    async def resolver(_: str, __: int) -> list[str]:
        return [address]

    return resolver


@contextlib.asynccontextmanager
async def behind_a_proxy(
    folder: Path, monkeypatch: pytest.MonkeyPatch, resolver: Resolver, scheme: str = "http"
) -> AsyncIterator[tuple[Downloader, Proxy]]:
    certificate = folder / "results.pem"
    make_certificate(certificate, HOST)
    trusting = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr("bot.http.client.certificates", lambda: trusting)
    async with https_server(certificate, PNG) as (port, _), Proxy(port).running(scheme) as proxy:
        downloader = Downloader(
            proxies=Proxies(https=proxy.url, http=proxy.url),
            allow_loopback=True,
            resolver=resolver,
            sleep=no_wait,
        )
        try:
            yield downloader, proxy
        finally:
            await downloader.aclose()


async def outcome(call: Awaitable[object]) -> BotError:
    with pytest.raises(BotError) as caught:
        await call
    return caught.value


@pytest.mark.parametrize("scheme", ["http", "socks5", "socks5h"])
@pytest.mark.parametrize("resolver", [knows_nobody, knows("93.184.215.14")])
async def test_a_result_comes_through_the_proxy_by_its_hosts_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, scheme: str, resolver: Resolver
) -> None:
    async with behind_a_proxy(tmp_path, monkeypatch, resolver, scheme) as (downloader, proxy):
        assert await downloader.fetch(f"https://{HOST}/x.png") == PNG
    assert proxy.asked_for == [f"{HOST}:443"]


@pytest.mark.parametrize(
    "url",
    [
        "http://results.example.org/x.png",
        "https://results.example.org:8443/x.png",
        "https://10.0.0.1/x.png",
        "https://169.254.169.254/x.png",
        "https://[fd00::1]/x.png",
        "https://user@results.example.org/x.png",
    ],
)
async def test_what_can_be_seen_to_be_wrong_never_reaches_the_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    address = url.partition("//")[2].partition("/")[0].strip("[]")
    resolver = resolve if address[0] in "1f" else knows_nobody
    async with behind_a_proxy(tmp_path, monkeypatch, resolver) as (downloader, proxy):
        assert type(await outcome(downloader.fetch(url))) is ResultUnusable
    assert proxy.asked_for == []


async def test_a_name_that_leads_inside_from_here_never_reaches_the_proxy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with behind_a_proxy(tmp_path, monkeypatch, knows("10.0.0.1")) as (downloader, proxy):
        assert type(await outcome(downloader.fetch(f"https://{HOST}/x.png"))) is ResultUnusable
    assert proxy.asked_for == []


async def test_a_name_without_a_dot_is_nobodys_on_the_internet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with behind_a_proxy(tmp_path, monkeypatch, knows_nobody) as (downloader, proxy):
        for host in ("intranet", "intranet."):
            assert type(await outcome(downloader.fetch(f"https://{host}/x.png"))) is ResultUnusable
    assert proxy.asked_for == []


async def test_a_host_whose_name_stands_for_nothing_raises_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def busy(_: httpx.Request) -> httpx.Response:
        return httpx.Response(503)

    monkeypatch.setattr("bot.nanobanana.download.WayOut", lambda _, __: httpx.MockTransport(busy))
    downloader = Downloader(proxies=Proxies(https="http://127.0.0.1:9"), resolver=knows_nobody, sleep=no_wait)
    assert type(await outcome(downloader.fetch("https://xn--a.test/x.png"))) is ResultAway
    await downloader.aclose()


async def test_a_proxy_that_is_away_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    async with Proxy(9).running("http") as proxy:
        pass
    downloader = Downloader(proxies=Proxies(https=proxy.url), resolver=knows_nobody, sleep=no_wait)
    assert type(await outcome(downloader.fetch(f"https://{HOST}/x.png"))) is ResultAway
    await downloader.aclose()
