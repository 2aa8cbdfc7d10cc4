"""A host of many addresses, of which some are dead."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import httpx
import pytest

from bot.core.errors import ResultAway
from bot.nanobanana.download import Bounds, Downloader
from tests.nanobanana.downloads import a_downloader, names
from tests.nanobanana.samples import PNG, outcome


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
