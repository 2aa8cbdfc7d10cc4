"""The way out through a proxy, as far as the host at its end; and what is left of calls that go wrong."""

import asyncio
import contextlib
import ssl
from pathlib import Path

import httpx
import pytest

from bot.http.client import Lines, api_client
from tests.harness.clock import until
from tests.harness.https import https_server, make_certificate
from tests.http.proxy import Proxy

HOST = "api.example.org"


@pytest.fixture
def certificate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "api.pem"
    make_certificate(path, HOST)
    trusting = ssl.create_default_context(cafile=str(path))
    monkeypatch.setattr("bot.http.client.certificates", lambda: trusting)
    return path


@pytest.mark.parametrize("scheme", ["http", "socks5", "socks5h"])
async def test_a_call_goes_through_the_proxy_which_is_told_the_hosts_name(
    certificate: Path, scheme: str
) -> None:
    async with (
        https_server(certificate, b"hello") as (port, names),
        Proxy(port).running(scheme) as proxy,
        api_client(timeout_seconds=5, in_flight=1, proxy=proxy.url) as http,
    ):
        assert (await http.get(f"https://{HOST}/x")).content == b"hello"
    assert proxy.asked_for == [f"{HOST}:443"]
    assert names == [HOST]


async def test_the_environment_names_no_proxy(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    async with (
        https_server(certificate, b"hello") as (port, _),
        Proxy(port).running("http") as proxy,
        api_client(timeout_seconds=5, in_flight=1, proxy=proxy.url) as http,
    ):
        assert (await http.get(f"https://{HOST}/x")).content == b"hello"


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_call_given_up_while_a_proxy_hangs_takes_no_place_away(
    certificate: Path, scheme: str
) -> None:
    async with https_server(certificate, b"hello") as (port, _), Proxy(port).running(scheme) as proxy:
        lines = Lines(timeout_seconds=5, in_flight=1, proxy=proxy.url)

        async def call() -> bytes:
            async with lines.line() as http:
                return (await http.get(f"https://{HOST}/x")).content

        proxy.hangs = True
        hanging = asyncio.create_task(call())
        await until(lambda: proxy.connected > 0)
        await asyncio.sleep(0.02)
        hanging.cancel()
        await asyncio.wait([hanging])
        assert hanging.cancelled()
        proxy.hangs = False
        assert await call() == b"hello"
        await lines.aclose()


@pytest.mark.parametrize("scheme", ["http", "socks5"])
@pytest.mark.parametrize("says", [b"", b"hello? hello? hello?", b"\x05\xff", b"\x04\x00"])
async def test_what_is_no_proxy_is_a_transports_error(scheme: str, says: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(says)
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, api_client(timeout_seconds=5, in_flight=1, proxy=url) as http:
        with pytest.raises(httpx.TransportError):
            await http.get(f"https://{HOST}/x")


@pytest.mark.parametrize("location", ["https://xn--a.test/", "https://[::1", "https://a.test:99999/", "\xff"])
async def test_a_redirect_that_leads_nowhere_is_an_answer_like_any_other(location: str) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(
            f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode("latin-1")
        )
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server, api_client(timeout_seconds=5, in_flight=1, proxy=None) as http:
        assert (await http.get(url)).status_code == 302


async def test_a_connection_is_not_used_again_when_its_server_may_be_closing_it() -> None:
    callers = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        callers.append(writer)
        with contextlib.suppress(asyncio.IncompleteReadError):
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        async with api_client(timeout_seconds=5, in_flight=1, proxy=None) as http:
            for pause in (0, 0.5, 4.2):
                await asyncio.sleep(pause)
                await http.get(url)
        for caller in callers:
            await caller.wait_closed()
    assert len(callers) == 2
