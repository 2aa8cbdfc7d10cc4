"""Fetches a result from a URL that the API named. It must not reach into our own network."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from bot.core.errors import ResultAway, ResultUnusable
from bot.http.answers import BodyTooLong, capped
from bot.http.client import USER_AGENT, WayOut
from bot.http.proxies import DIRECT, Proxies
from bot.nanobanana.addresses import AddressOrder, Resolver, is_public, is_this_machine, resolve

Sleep = Callable[[float], Awaitable[None]]

LONGEST_RESULT_BYTES = 40 * 1024 * 1024
_TELLING_BYTES = 12
"""So many tell an image from anything else; if it is no image, the rest is not read."""
_CONNECT_SECONDS = 5.0
"""Per address; a host may have several."""
_MOST_REDIRECTS = 3
_WAITS_BETWEEN_TRIES = (0.5, 2.0)
_LATER_SECONDS = 10.0
_AT_ONCE = 4
_HTTPS_PORT = 443
_NOT_YET = frozenset({403, 404, 408, 425, 429})
"""A new file may be refused for a moment with these; the same goes for every 5xx."""
_SERVER_ERRORS = range(500, 600)


class _NotNow(Exception):
    """This try failed, the next one may work."""


_PASSES = (_NotNow, httpx.RequestError, OSError)


@dataclass(frozen=True, slots=True)
class Bounds:
    """For one result, with all its tries and redirects."""

    deadline_seconds: float = 60.0
    longest_bytes: int = LONGEST_RESULT_BYTES


class Downloader:
    """Fetches images over https; with `allow_loopback` also from this machine, by any scheme and port.

    At each redirect the host is resolved once and all its addresses are checked. The connection goes to a
    checked address, not to the name: the name may resolve to something else a moment later.

    Behind a proxy, the proxy resolves and connects. Then only this is checked: the URL, an address in it, and
    the name's addresses if it resolves here too. The proxy has to guard what it can reach itself.
    """

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        proxies: Proxies = DIRECT,
        bounds: Bounds = Bounds(),
        resolver: Resolver = resolve,
        sleep: Sleep = asyncio.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._allow_loopback, self._proxies, self._bounds = allow_loopback, proxies, bounds
        self._resolver, self._sleep = resolver, sleep
        self._places, self._order = asyncio.Semaphore(_AT_ONCE), AddressOrder()
        self._http = _client(None, transport)
        self._proxied = _client(proxies.https or None, transport)

    async def fetch(self, url: str) -> bytes:
        """The image's bytes. Raises ResultAway for errors that may pass, ResultUnusable for all others."""
        async with self._places:
            try:
                async with asyncio.timeout(self._bounds.deadline_seconds):
                    return await self._patiently(url)
            except TimeoutError as error:
                raise ResultAway(_LATER_SECONDS, "the result took too long to download") from error

    async def aclose(self) -> None:
        await self._http.aclose()
        await self._proxied.aclose()

    async def _patiently(self, url: str) -> bytes:
        for wait in _WAITS_BETWEEN_TRIES:
            try:
                return await self._through_redirects(url)
            except _PASSES:
                await self._sleep(wait)
        try:
            return await self._through_redirects(url)
        except _PASSES as error:
            raise ResultAway(_LATER_SECONDS, f"no result: {_kind(error)}") from error

    async def _through_redirects(self, url: str) -> bytes:
        for _ in range(_MOST_REDIRECTS + 1):
            target = _parsed(url)
            response = await self._answer(target)
            try:
                if not response.has_redirect_location:
                    return await self._content(response)
                url = _joined(target, response.headers["Location"])
            except (_NotNow, httpx.RequestError, asyncio.CancelledError):
                self._order.failed(_host(response.request.url))  # another address may do better
                raise
            finally:
                await response.aclose()
        raise ResultUnusable(f"more than {_MOST_REDIRECTS} redirects")

    async def _answer(self, target: httpx.URL) -> httpx.Response:
        """The answer of the first address that takes the connection; its body is not read yet."""
        if self._proxies.of(str(target)) is not None:
            await self._check_for_proxy(target)
            return await self._proxied.send(self._request(target, _host(target)), stream=True)
        unreachable: httpx.RequestError | None = None
        for address in self._order.of(await self._checked_addresses(target)):
            try:
                return await self._http.send(self._request(target, address), stream=True)
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                self._order.failed(address)
                unreachable = error
            except (httpx.RequestError, asyncio.CancelledError):
                self._order.failed(address)
                raise
        raise unreachable or _NotNow("the host has no address")

    async def _checked_addresses(self, target: httpx.URL) -> list[str]:
        """The host's addresses. ResultUnusable if one of them is not public."""
        port = _port(target)
        try:
            addresses = await self._resolver(_host(target), port)
        except UnicodeError as error:
            raise ResultUnusable("the result's URL has no usable host") from error
        if not (self._allow_loopback and addresses and all(map(is_this_machine, addresses))):
            if target.scheme != "https" or port != _HTTPS_PORT:
                raise ResultUnusable("the result's URL is not https on its usual port")
            if not all(map(is_public, addresses)):
                raise ResultUnusable("the result's host has an address that is not public")
        return addresses

    async def _check_for_proxy(self, target: httpx.URL) -> None:
        if target.scheme != "https" or _port(target) != _HTTPS_PORT:
            raise ResultUnusable("the result's URL is not https on its usual port")
        try:
            await self._checked_addresses(target)
        except OSError:  # only the proxy can look names up
            if "." not in _host(target).rstrip("."):
                raise ResultUnusable("the result's host is no name of the internet") from None

    def _request(self, target: httpx.URL, at: str) -> httpx.Request:
        """A GET for the target's host, sent to `at`: one of its addresses, or its name."""
        return self._http.build_request(
            "GET",
            target.copy_with(host=at),
            headers={"Host": target.netloc.decode("ascii")},
            extensions={"sni_hostname": _host(target).rstrip(".")},
        )

    async def _content(self, response: httpx.Response) -> bytes:
        status = response.status_code
        if status in _NOT_YET or status in _SERVER_ERRORS:
            raise _NotNow(f"HTTP {status}")
        if status != httpx.codes.OK:
            raise ResultUnusable(f"the result was answered with HTTP {status}")
        announced = response.headers.get("Content-Length", "")
        if announced.isdecimal() and int(announced) > self._bounds.longest_bytes:
            raise ResultUnusable("the result is too big")
        try:
            return await capped(_of_an_image(response.aiter_raw()), self._bounds.longest_bytes)
        except BodyTooLong:
            raise ResultUnusable("the result is too big") from None


async def _of_an_image(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The same chunks; ResultUnusable as soon as the first bytes show that it is no image."""
    start = b""
    async for chunk in chunks:
        if len(start) < _TELLING_BYTES:
            start += chunk[:_TELLING_BYTES]
            if len(start) >= _TELLING_BYTES:
                _ensure_image(start)
        yield chunk
    _ensure_image(start)


def _ensure_image(start: bytes) -> None:
    if not looks_like_image(start):
        raise ResultUnusable("the result is no JPEG, PNG or WebP file")


def looks_like_image(content: bytes) -> bool:
    """By the first bytes: the names and content types of results have been wrong."""
    return content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (
        content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    )


def _client(proxy: str | None, transport: httpx.AsyncBaseTransport | None) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        headers={"User-Agent": USER_AGENT, "Accept": "image/*", "Accept-Encoding": "identity"},
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        timeout=httpx.Timeout(20, connect=_CONNECT_SECONDS),
        follow_redirects=False,
        # httpx would reuse a connection by its address alone, with the certificate of another host.
        transport=transport or WayOut(proxy, httpx.Limits(max_keepalive_connections=0)),
    )


def _parsed(url: str) -> httpx.URL:
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise ResultUnusable("the result's URL is malformed") from None
    if target.scheme not in ("http", "https") or not target.raw_host:
        raise ResultUnusable("the result's URL is not a web address")
    if target.userinfo:
        raise ResultUnusable("the result's URL holds a user name")
    return target


def _joined(base: httpx.URL, location: str) -> str:
    try:
        return str(base.join(location))
    except (httpx.InvalidURL, ValueError):
        raise ResultUnusable("the result's host redirects nowhere") from None


def _host(target: httpx.URL) -> str:
    """As it goes over the wire. Not decoded: not every `xn--` name can be."""
    return target.raw_host.decode("ascii").strip("[]")


def _port(target: httpx.URL) -> int:
    default = _HTTPS_PORT if target.scheme == "https" else 80
    return default if target.port is None else target.port


def _kind(error: Exception) -> str:
    return str(error) if isinstance(error, _NotNow) else type(error).__name__
