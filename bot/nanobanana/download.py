"""Fetches a result from a URL that somebody else named, and that must not reach into our own network."""

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx

from bot.core.errors import ResultUnusable, TryLater
from bot.http.answers import BodyTooLong, capped
from bot.http.client import USER_AGENT, certificates
from bot.nanobanana.addresses import Resolver, is_public, is_this_machine, resolve

Sleep = Callable[[float], Awaitable[None]]

LONGEST_RESULT_BYTES = 40 * 1024 * 1024
_TELLING_BYTES = 12
"""What is no image by then will not become one: the rest of it is left where it is."""
_DEADLINE_SECONDS = 60.0
_MOST_REDIRECTS = 3
_WAITS_BETWEEN_TRIES = (0.5, 2.0)
_LATER_SECONDS = 10.0
_AT_ONCE = 4
_HTTPS_PORT = 443
_NOT_YET = frozenset({403, 404, 408, 425, 429})
"""A fresh object may be refused for a moment; so may everything of the 5xx."""
_SERVER_ERRORS = range(500, 600)


class _NotNow(Exception):
    """This try failed; the next one may not."""


class Downloader:
    """Fetches images over https; with `allow_loopback` also from this machine, by any scheme and port.

    Every hop's host is resolved once, all its addresses are checked, and the connection goes to a checked
    address itself: a name that resolves to something else a moment later changes nothing.
    """

    def __init__(
        self,
        *,
        allow_loopback: bool = False,
        resolver: Resolver = resolve,
        sleep: Sleep = asyncio.sleep,
        deadline_seconds: float = _DEADLINE_SECONDS,
        longest_bytes: int = LONGEST_RESULT_BYTES,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._allow_loopback, self._resolver, self._sleep = allow_loopback, resolver, sleep
        self._deadline_seconds, self._longest_bytes = deadline_seconds, longest_bytes
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._http = httpx.AsyncClient(
            headers={"User-Agent": USER_AGENT, "Accept": "image/*", "Accept-Encoding": "identity"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            timeout=httpx.Timeout(20, connect=10),
            # A kept connection is known by its address alone, and its certificate may be another host's.
            limits=httpx.Limits(max_keepalive_connections=0),
            follow_redirects=False,
            trust_env=False,
            verify=certificates(),
            transport=transport,
        )

    async def fetch(self, url: str) -> bytes:
        """The image's bytes. TryLater for the network and the host's moods, ResultUnusable for all else."""
        async with self._places:
            try:
                async with asyncio.timeout(self._deadline_seconds):
                    return await self._patiently(url)
            except TimeoutError as error:
                raise TryLater(_LATER_SECONDS, "the result took too long to download") from error

    async def aclose(self) -> None:
        await self._http.aclose()

    async def _patiently(self, url: str) -> bytes:
        number = 0
        while True:
            try:
                return await self._through_redirects(url, number)
            except (_NotNow, httpx.RequestError, OSError) as error:
                if number == len(_WAITS_BETWEEN_TRIES):
                    raise TryLater(_LATER_SECONDS, f"no result: {_kind(error)}") from error
            await self._sleep(_WAITS_BETWEEN_TRIES[number])
            number += 1

    async def _through_redirects(self, url: str, number: int) -> bytes:
        for _ in range(_MOST_REDIRECTS + 1):
            target = _parsed(url)
            request = self._request(target, await self._checked_address(target, number))
            response = await self._http.send(request, stream=True)
            try:
                if not response.has_redirect_location:
                    return await self._content(response)
                url = _joined(target, response.headers["Location"])
            finally:
                await response.aclose()
        raise ResultUnusable(f"more than {_MOST_REDIRECTS} redirects")

    async def _checked_address(self, target: httpx.URL, number: int) -> str:
        """An address to connect to, another one with every try. One bad address condemns the host."""
        host, port = target.raw_host.decode("ascii"), _port(target)
        try:
            addresses = await self._resolver(host.strip("[]"), port)
        except UnicodeError as error:
            raise ResultUnusable("the result's URL has no usable host") from error
        if not addresses:
            raise _NotNow("the host has no address")
        if not (self._allow_loopback and all(is_this_machine(address) for address in addresses)):
            if target.scheme != "https" or port != _HTTPS_PORT:
                raise ResultUnusable("the result's URL is not https on its usual port")
            if not all(is_public(address) for address in addresses):
                raise ResultUnusable("the result's host has an address that is not public")
        return addresses[number % len(addresses)]

    def _request(self, target: httpx.URL, address: str) -> httpx.Request:
        host = target.raw_host.decode("ascii")
        return self._http.build_request(
            "GET",
            target.copy_with(host=address),
            headers={"Host": target.netloc.decode("ascii")},
            extensions={"sni_hostname": host.strip("[]").rstrip(".")},
        )

    async def _content(self, response: httpx.Response) -> bytes:
        status = response.status_code
        if status in _NOT_YET or status in _SERVER_ERRORS:
            raise _NotNow(f"HTTP {status}")
        if status != httpx.codes.OK:
            raise ResultUnusable(f"the result was answered with HTTP {status}")
        announced = response.headers.get("Content-Length", "")
        if announced.isdecimal() and int(announced) > self._longest_bytes:
            raise ResultUnusable("the result is too big")
        try:
            return await capped(_of_an_image(response.aiter_raw()), self._longest_bytes)
        except BodyTooLong:
            raise ResultUnusable("the result is too big") from None


async def _of_an_image(chunks: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
    """The same chunks; ResultUnusable as soon as the first bytes say that they are of no image."""
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
    """By its first bytes: names and content types of results have been seen to be wrong."""
    return content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) or (
        content[:4] == b"RIFF" and content[8:12] == b"WEBP"
    )


def _parsed(url: str) -> httpx.URL:
    try:
        target = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise ResultUnusable("the result's URL is malformed") from None
    if target.scheme not in ("http", "https") or not target.host:
        raise ResultUnusable("the result's URL is not a web address")
    if target.userinfo:
        raise ResultUnusable("the result's URL holds a user name")
    return target


def _joined(base: httpx.URL, location: str) -> str:
    try:
        return str(base.join(location))
    except (httpx.InvalidURL, ValueError):
        raise ResultUnusable("the result's host redirects nowhere") from None


def _port(target: httpx.URL) -> int:
    default = _HTTPS_PORT if target.scheme == "https" else 80
    return default if target.port is None else target.port


def _kind(error: Exception) -> str:
    return str(error) if isinstance(error, _NotNow) else type(error).__name__
