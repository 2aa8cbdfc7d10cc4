"""Clients for outgoing calls: user agent, certificates, proxy, and how many calls at once."""

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
_IDLE_SECONDS = 4.0
"""Many servers close a connection after 5 s without a call. A call sent at that moment is cut, and nobody
knows whether it arrived, so the bot is the first to close."""


@functools.cache
def certificates() -> ssl.SSLContext:
    """The trusted certificate authorities. Read once for all clients, because that is slow."""
    return httpx.create_ssl_context()


class WayOut(httpx.AsyncHTTPTransport):
    """The transport of every call that leaves this machine: through `proxy`, or directly to the host.

    A client that is given a transport ignores the proxies of the environment.
    """

    def __init__(self, proxy: str | None, limits: httpx.Limits) -> None:
        super().__init__(verify=certificates(), trust_env=False, limits=limits, proxy=proxy)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        try:
            response = await super().handle_async_request(request)
        except SOCKSError as error:  # raised by the handshake; httpx does not translate it
            raise httpx.ProxyError("the proxy does not speak SOCKS 5", request=request) from error
        if not _can_be_read(response.headers.get("Location", "")):
            del response.headers["Location"]  # a client parses it even without following, and would raise
        return response


def _can_be_read(location: str) -> bool:
    """Whether httpx can parse a URL. It cannot decode some `xn--` host names."""
    try:
        httpx.URL(location).host.encode()
    except (httpx.InvalidURL, UnicodeError):
        return False
    return True


def connections(at_once: int) -> httpx.Limits:
    """`at_once` connections at most, none of which is used again after four idle seconds."""
    return httpx.Limits(max_connections=at_once, keepalive_expiry=_IDLE_SECONDS)


def api_client(*, timeout_seconds: float, in_flight: int, proxy: str | None) -> httpx.AsyncClient:
    """A client for JSON APIs. It follows no redirect, so the key goes to no other host."""
    return httpx.AsyncClient(
        headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
        timeout=httpx.Timeout(timeout_seconds, connect=min(10, timeout_seconds)),
        follow_redirects=False,
        transport=WayOut(proxy, connections(in_flight)),
    )


class Lines:
    """At most `in_flight` connections; the last one used is used first.

    Each is its own client: a single client with many connections would examine them all before every call.
    """

    def __init__(self, *, timeout_seconds: float, in_flight: int, proxy: str | None) -> None:
        self._timeout_seconds, self._proxy = timeout_seconds, proxy
        self._places = asyncio.Semaphore(in_flight)
        self._all: list[httpx.AsyncClient] = []
        self._idle: list[httpx.AsyncClient] = []

    @contextlib.asynccontextmanager
    async def line(self) -> AsyncIterator[httpx.AsyncClient]:
        """A client for this block alone. Raises httpx.PoolTimeout if none gets free within five seconds.

        If the block raises or is cancelled, the client is closed and not used again.
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
    """The Authorization header. In UTF-8, so that any mistyped key gets the API's own refusal."""
    return {b"Authorization": b"Bearer " + key.strip().encode()}
