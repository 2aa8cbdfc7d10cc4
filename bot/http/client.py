"""Clients for calls out: who they say they are, whom they trust, and how many calls they make at once."""

import asyncio
import contextlib
import functools
import ssl
from collections.abc import AsyncIterator

import httpx
from socksio import SOCKSError

from bot import VERSION

USER_AGENT = f"nanobanana-bot/{VERSION} (self-hosted)"
"""Always explicit: the provider's edge turns away the defaults of HTTP libraries."""
_PLACE_SECONDS = 5.0


@functools.cache
def certificates() -> ssl.SSLContext:
    """The authorities that are trusted, read once for all clients: reading them takes a while."""
    return httpx.create_ssl_context()


class WayOut(httpx.AsyncHTTPTransport):
    """The transport of every call that leaves this machine: through `proxy`, or straight to the host.

    A client with a transport of its own takes no proxy from the environment.
    """

    def __init__(self, proxy: str | None, limits: httpx.Limits) -> None:
        super().__init__(verify=certificates(), trust_env=False, limits=limits, proxy=proxy)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            response = await super().handle_async_request(request)
        except SOCKSError as error:  # of the greeting; httpx lets it pass as it is
            raise httpx.ProxyError("the proxy does not speak SOCKS 5", request=request) from error
        if not _can_be_read(response.headers.get("Location", "")):
            del response.headers["Location"]  # a client reads it even if it follows none, and would raise
        return response


def _can_be_read(location: str) -> bool:
    """Some host names of the `xn--` kind stand for nothing."""
    try:
        httpx.URL(location).host.encode()
    except (httpx.InvalidURL, UnicodeError):
        return False
    return True


def api_client(*, timeout_seconds: float, in_flight: int, proxy: str | None) -> httpx.AsyncClient:
    """A client for JSON APIs: follows no redirect, so that a key stays with whom it was meant for."""
    return httpx.AsyncClient(
        headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
        timeout=httpx.Timeout(timeout_seconds, connect=min(10, timeout_seconds)),
        follow_redirects=False,
        transport=WayOut(proxy, httpx.Limits(max_connections=in_flight)),
    )


class Lines:
    """Connections for so many calls at once; the one that was used last is used first.

    Each is a client of its own: one client of many connections examines them all before every call.
    """

    def __init__(self, *, timeout_seconds: float, in_flight: int, proxy: str | None) -> None:
        self._timeout_seconds, self._proxy = timeout_seconds, proxy
        self._places = asyncio.Semaphore(in_flight)
        self._all: list[httpx.AsyncClient] = []
        self._idle: list[httpx.AsyncClient] = []

    @contextlib.asynccontextmanager
    async def line(self) -> AsyncIterator[httpx.AsyncClient]:
        """One that nobody else uses meanwhile. Raises httpx.PoolTimeout when none gets free soon.

        After a call that ended in an error, or was cancelled, its connection is closed and not used again.
        """
        try:
            async with asyncio.timeout(_PLACE_SECONDS):
                await self._places.acquire()
        except TimeoutError:
            raise httpx.PoolTimeout("every connection is taken") from None
        try:
            client = self._idle.pop() if self._idle else self._another()
            try:
                yield client
            except BaseException:
                self._all.remove(client)
                await client.aclose()
                raise
            self._idle.append(client)
        finally:
            self._places.release()

    async def aclose(self) -> None:
        for client in self._all:
            await client.aclose()

    def _another(self) -> httpx.AsyncClient:
        client = api_client(timeout_seconds=self._timeout_seconds, in_flight=1, proxy=self._proxy)
        self._all.append(client)
        return client


def bearer(key: str) -> dict[bytes, bytes]:
    """Authorization by key. In UTF-8, so that even a key that was mistyped gets the API's own refusal."""
    return {b"Authorization": b"Bearer " + key.strip().encode()}
